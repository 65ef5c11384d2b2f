# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``ssh``: commands over a Paramiko connection of our own, streaming, without any shell plugin between."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .. import libraries
from ..errors import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    ConnectionLost,
    EscalationFailed,
    HostKeyRefused,
)
from .base import CHUNK_BYTES, STDERR_KEPT_BYTES, Deadline, Ended, Running, Transport, shell_command
from .ssh_route import Destination, Route, route

if TYPE_CHECKING:
    import paramiko

POLL_SECONDS = 0.5
"""How long a silent standard output is waited for before standard error and the clock are looked at."""

JUMPS_LIMIT = 8
"""A jump host may have jump hosts of its own; one that leads back to itself must end somewhere."""


@dataclass(frozen=True)
class Become:
    """Another user to run commands as.

    :ivar method: ``sudo`` or ``doas`` (the latter without a password).
    :ivar password: asked for by sudo on its standard input; None: sudo must not ask.
    """

    method: str = "sudo"
    user: str = "root"
    password: str | None = field(default=None, repr=False)
    executable: str | None = None

    def wrap(self, argv: Sequence[str], host: str = "") -> tuple[tuple[str, ...], bytes]:
        """The command with its escalation, and what goes to its standard input.

        :param host: the host's name for messages.
        :raises EscalationFailed: for a method that is not supported.
        """
        program = self.executable or self.method
        if self.method == "sudo" and self.password is not None:
            words = (program, "-H", "-S", "-p", "", "-u", self.user, "--", *argv)
            return words, f"{self.password}\n".encode()
        if self.method == "sudo":
            return (program, "-H", "-n", "-u", self.user, "--", *argv), b""
        if self.method == "doas" and self.password is None:
            return (program, "-n", "-u", self.user, *argv), b""
        raise EscalationFailed(
            f"the transport 'ssh' knows sudo, and doas without a password, but not '{self.method}' as it is asked for;"
            " use the transport 'connection'",
            host=host,
        )


@contextlib.contextmanager
def _closing_in(seconds: float | None, channel: paramiko.Channel) -> Iterator[None]:
    """Close a channel after a time: Paramiko waits for the answer to a request for as long as the channel is open."""
    timer = threading.Timer(seconds or 0.0, channel.close)
    timer.daemon = True
    if seconds is not None:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


class SshProcess(Running):
    """A command on a channel."""

    def __init__(
        self, channel: paramiko.Channel, argv: Sequence[str], stdin: bytes, deadline: Deadline, host: str
    ) -> None:
        self._channel = channel
        self._argv = tuple(argv)
        self._host = host
        self._deadline = deadline
        self._stderr = bytearray()
        channel.settimeout(POLL_SECONDS)
        with _closing_in(deadline.left, channel):
            channel.exec_command(shell_command(argv))
        if stdin:
            # A command that has ended already tells why with its status, see wait().
            with contextlib.suppress(OSError):
                channel.sendall(stdin)
        channel.shutdown_write()

    def chunks(self) -> Iterator[bytes]:
        """See `Running.chunks`; a connection that breaks shows in `wait`."""
        while True:
            self._drain_stderr()
            self._refuse_timeout()
            try:
                chunk = self._channel.recv(CHUNK_BYTES)
            except socket.timeout:  # TimeoutError since Python 3.10
                continue
            if not chunk:
                return
            yield chunk

    def wait(self) -> Ended:
        """See `Running.wait`."""
        for _rest in self.chunks():
            pass
        while not self._channel.exit_status_ready():
            self._drain_stderr()
            self._refuse_timeout()
            self._channel.status_event.wait(POLL_SECONDS)
        self._drain_stderr()
        status = self._channel.exit_status
        if status >= 0:
            return Ended(status=status, stderr=bytes(self._stderr))
        transport = self._channel.get_transport()
        transport.join(POLL_SECONDS)  # a connection that breaks closes its channels first, and is active until then
        if not transport.is_active():
            raise ConnectionLost(host=self._host, argv=self._argv)
        # RFC 4254 6.10: a command that a signal ended has no exit status.
        raise CommandFailed("it was ended by a signal", host=self._host, argv=self._argv)

    def _refuse_timeout(self) -> None:
        if self._deadline.over:
            self.close()
            raise self._deadline.error(self._host, self._argv)

    def _drain_stderr(self) -> None:
        while self._channel.recv_stderr_ready():
            piece = self._channel.recv_stderr(CHUNK_BYTES)
            self._stderr += piece[: max(0, STDERR_KEPT_BYTES - len(self._stderr))]

    def close(self) -> None:
        """See `Running.close`."""
        self._channel.close()


class SshTransport(Transport):
    """Runs commands on a host over one SSH connection, opened by the first command and kept.

    :param destination: the host.
    :param become: the user to run commands as; None: the one that logs in.
    :param host: the host's name for messages, the destination's where left out.
    """

    name = "ssh"

    def __init__(self, destination: Destination, become: Become | None = None, host: str = "") -> None:
        self.host = host or destination.host
        self._destination = destination
        self._become = become
        self._client: paramiko.SSHClient | None = None
        self._held = contextlib.ExitStack()

    def start(self, argv: Sequence[str], timeout: float | None = None) -> Running:
        """See `Transport.start`."""
        words, stdin = self._become.wrap(argv, self.host) if self._become else (tuple(argv), b"")
        client = self.connect()
        paramiko = libraries.paramiko()
        deadline = Deadline(timeout)
        try:
            transport = client.get_transport()
            if transport is None:
                raise ConnectionLost(host=self.host, argv=words)
            channel = transport.open_session(timeout=deadline.left)
            return SshProcess(channel, words, stdin, deadline, self.host)
        except (paramiko.SSHException, OSError, EOFError) as error:
            if deadline.over:
                raise deadline.error(self.host, words) from error
            raise ConnectionLost(str(error), host=self.host, argv=words) from error

    def connect(self) -> paramiko.SSHClient:
        """Open the connection, once.

        :raises HostKeyRefused, AuthenticationFailed, ConnectionFailed: what kept it from being opened.
        :raises LibraryMissing: without Paramiko.
        """
        if self._client is None:
            with contextlib.ExitStack() as opened:
                self._client = self._open(self._destination, None, opened)
                self._held = opened.pop_all()
        return self._client

    def _open(
        self,
        destination: Destination,
        through: paramiko.SSHClient | None,
        opened: contextlib.ExitStack,
        depth: int = 0,
    ) -> paramiko.SSHClient:
        paramiko = libraries.paramiko()
        if depth > JUMPS_LIMIT:
            raise ConnectionFailed(f"more than {JUMPS_LIMIT} jump hosts one behind the other: a loop?", host=self.host)
        try:
            way = route(destination)
            # As with ssh -J: of several jump hosts, only the first one's own configuration may name more.
            for jump in way.jumps if through is None else ():
                through = self._open(jump, through, opened, depth + 1)
            client = _trusting(way)
            opened.callback(client.close)
            self._log_in(client, destination, way, self._socket(way, through, opened))
        except paramiko.BadHostKeyException as error:
            shown = f"{destination.host} shows another key than known_hosts has"
            raise HostKeyRefused(shown, host=self.host) from error
        except (UnknownHostKey, paramiko.hostkeys.InvalidHostKey) as error:
            raise HostKeyRefused(str(error), host=self.host) from error
        except (paramiko.SSHException, OSError, EOFError, ValueError) as error:
            raise ConnectionFailed(f"{destination.host}: {error}", host=self.host) from error
        return client

    def _log_in(
        self,
        client: paramiko.SSHClient,
        destination: Destination,
        way: Route,
        sock: paramiko.Channel | socket.socket | None,
    ) -> None:
        paramiko = libraries.paramiko()
        keys = [name for name in way.private_key_files if os.path.isfile(name) and os.access(name, os.R_OK)]
        try:
            client.connect(
                way.address,
                port=way.port,
                username=way.user,
                password=destination.password,
                key_filename=keys or None,  # type: ignore[arg-type]
                passphrase=destination.private_key_passphrase,
                allow_agent=not way.only_these_keys,
                look_for_keys=not way.private_key_files,  # ssh_config(5): IdentitiesOnly leaves the default files in
                timeout=way.connect_timeout,
                banner_timeout=max(way.connect_timeout, 15),
                auth_timeout=max(way.connect_timeout, 30),
                sock=sock,
            )
        except paramiko.BadHostKeyException:
            raise
        except paramiko.SSHException as error:
            transport = client.get_transport()
            asked = transport is not None and transport.initial_kex_done and transport.is_active()
            why = str(error)
            if not isinstance(error, paramiko.AuthenticationException):
                if not asked:
                    raise
                # Its words are about the type of key that Paramiko tried last on a file, whatever type that is of.
                why = "no key was accepted, and there is no password"
            shown = [f"user {way.user}", *(f"key file {name}" for name in keys)]
            shown += [f"no key file can be read at {name}" for name in way.private_key_files if name not in keys]
            raise AuthenticationFailed(f"{destination.host}: {why} ({', '.join(shown)})", host=self.host) from error
        transport = client.get_transport()
        if transport is not None:
            transport.set_keepalive(way.keepalive)

    @staticmethod
    def _socket(
        way: Route, through: paramiko.SSHClient | None, opened: contextlib.ExitStack
    ) -> paramiko.Channel | socket.socket | None:
        if through is not None:
            transport = through.get_transport()
            if transport is None:
                raise OSError("the jump host closed the connection")
            return transport.open_channel(
                "direct-tcpip", (way.address, way.port), ("127.0.0.1", 0), timeout=way.connect_timeout
            )
        if way.proxy_command:
            return _proxy(way.proxy_command, opened)
        return None

    def close(self) -> None:
        """See `Transport.close`."""
        self._client = None
        self._held.close()


def _proxy(command: str, opened: contextlib.ExitStack) -> socket.socket:
    """A program that makes the connection, run as ssh_config(5) says. Paramiko's own class never sees it end."""
    ours, theirs = socket.socketpair()
    opened.callback(ours.close)
    with theirs:
        process = subprocess.Popen(  # pylint: disable=ansible-bad-function
            ("/bin/sh", "-c", f"exec {command}"),
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.DEVNULL,
        )
    opened.callback(process.wait)
    opened.callback(process.kill)
    return ours


class UnknownHostKey(Exception):
    """No known_hosts file has a key of the host."""


def _trusting(way: Route) -> paramiko.SSHClient:
    client: paramiko.SSHClient = libraries.paramiko().SSHClient()
    if way.host_keys == "off":
        client.set_missing_host_key_policy(_policy(_accept))
        return client
    for name in reversed(way.known_hosts):
        if os.path.isfile(name):
            client.load_system_host_keys(name)
    if way.host_keys == "accept-new" and way.new_host_keys:
        client.set_missing_host_key_policy(_policy(_remember_in(way.new_host_keys)))
    else:
        client.set_missing_host_key_policy(_policy(_refuse))
    return client


def _refuse(_client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
    raise UnknownHostKey(f"no known_hosts file has a key of {hostname} (it shows {key.get_name()} {key.fingerprint})")


def _accept(_client: paramiko.SSHClient, _hostname: str, _key: paramiko.PKey) -> None:
    """Any key will do, none is remembered."""


def _remember_in(name: str) -> Callable[..., None]:
    """Add the key to a file. Paramiko's own AutoAddPolicy writes the file anew, without what it did not understand."""

    def remember(_client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        os.makedirs(os.path.dirname(name) or ".", mode=0o700, exist_ok=True)
        with open(name, "a+b", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
            line = f"{hostname} {key.get_name()} {key.get_base64()}\n".encode()
            file.write(line if file.read() in {b"", b"\n"} else b"\n" + line)

    return remember


def _policy(decide: Callable[..., None]) -> paramiko.MissingHostKeyPolicy:
    """Paramiko's own RejectPolicy raises an error that cannot be told from others; its class exists only with it."""
    policy: paramiko.MissingHostKeyPolicy = libraries.paramiko().MissingHostKeyPolicy()
    policy.missing_host_key = decide  # type: ignore[method-assign]
    return policy
