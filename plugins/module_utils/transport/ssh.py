# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``ssh``: commands over a Paramiko connection of our own, streaming, without any shell plugin between."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
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
from .base import CHUNK_BYTES, STDERR_KEPT_BYTES, Deadline, Ended, Running, Transport
from .known_hosts import BadKnownHosts
from .ssh_channel import POLL_SECONDS, execute
from .ssh_files import SshFiles
from .ssh_foreseen import Foreseen, ForeseenProcess
from .ssh_route import Destination, Route, route
from .ssh_socket import BufferedSocket, connected
from .ssh_trust import ChangedHostKey, UnknownHostKey, transport_factory, trusting_client

if TYPE_CHECKING:
    import paramiko

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
        execute(channel, argv, deadline)
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
    :param files: what has been read of the user's SSH files; None: all is read anew.
    :param seconds: for everything that is done here, from now on; None or 0: no bound.
    :param foreseen: commands that will probably be asked for, in this order, see `ssh_foreseen`.
    :ivar asked: the commands so far.
    """

    name = "ssh"

    def __init__(
        self,
        destination: Destination,
        become: Become | None = None,
        host: str = "",
        *,
        files: SshFiles | None = None,
        seconds: float | None = None,
        foreseen: Sequence[Sequence[str]] = (),
    ) -> None:
        self.host = host or destination.host
        self.asked: list[tuple[str, ...]] = []
        self._destination = destination
        self._become = become
        self._files = files or SshFiles()
        self._deadline = Deadline(seconds)
        self._foreseen = [tuple(argv) for argv in foreseen]
        self._ahead: ForeseenProcess | None = None
        self._client: paramiko.SSHClient | None = None
        self._held = contextlib.ExitStack()
        self._sockets: list[socket.socket] = []
        self._aborted = False

    def start(self, argv: Sequence[str], timeout: float | None = None) -> Running:
        """See `Transport.start`."""
        self.asked.append(tuple(argv))
        words, stdin = self._become.wrap(argv, self.host) if self._become else (tuple(argv), b"")
        deadline = self._deadline.within(timeout)
        client = self.connect()
        try:
            if not stdin and self._is_next(argv, client, deadline) and self._ahead is not None:
                return self._ahead.next(words, deadline)
            return SshProcess(self._channel(client, deadline, words), words, stdin, deadline, self.host)
        except (libraries.paramiko().SSHException, OSError, EOFError) as error:
            if deadline.over:
                raise deadline.error(self.host, words) from error
            raise ConnectionLost(str(error), host=self.host, argv=words) from error

    def _channel(self, client: paramiko.SSHClient, deadline: Deadline, argv: Sequence[str]) -> paramiko.Channel:
        transport = client.get_transport()
        if transport is None:
            raise ConnectionLost(host=self.host, argv=argv)
        return transport.open_session(timeout=deadline.left)

    def _is_next(self, argv: Sequence[str], client: paramiko.SSHClient, deadline: Deadline) -> bool:
        """Whether the command is the one that is foreseen; where it is not, nothing more is."""
        ahead = self._ahead
        out_of_step = ahead is not None and (ahead.busy or ahead.broken)
        if out_of_step or not self._foreseen or self._foreseen[0] != tuple(argv):
            self._foreseen = []
            if ahead is not None and not ahead.busy:
                ahead.close()
            return False
        if self._ahead is None:
            become = self._become
            line = Foreseen([become.wrap(one, self.host)[0] if become else one for one in self._foreseen])
            process = ForeseenProcess(self._channel(client, deadline, line.argv), line, deadline, self.host)
            if not process.begins(deadline):
                process.close()
                self._foreseen = []
                return False
            self._ahead = process
        del self._foreseen[0]
        return True

    def connect(self) -> paramiko.SSHClient:
        """Open the connection, once.

        :raises HostKeyRefused, AuthenticationFailed, ConnectionFailed: what kept it from being opened.
        :raises LibraryMissing: without Paramiko.
        """
        if self._aborted:
            raise ConnectionLost("it was given up", host=self.host)
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
            way = route(destination, self._files)
            # As with ssh -J: of several jump hosts, only the first one's own configuration may name more.
            for jump in way.jumps if through is None else ():
                through = self._open(jump, through, opened, depth + 1)
            client = trusting_client(way, self._files)
            sock = self._socket(way, through, opened)
            opened.callback(client.close)  # before the socket, which the client's thread reads
            self._log_in(client, destination, way, sock)
        except (UnknownHostKey, ChangedHostKey) as error:
            raise HostKeyRefused(str(error), host=self.host) from error
        except BadKnownHosts as error:
            raise HostKeyRefused(f"a known_hosts file has the line {str(error)!r}", host=self.host) from error
        except (paramiko.SSHException, OSError, EOFError, ValueError) as error:
            raise ConnectionFailed(f"{destination.host}: {error}", host=self.host) from error
        return client

    def _log_in(
        self,
        client: paramiko.SSHClient,
        destination: Destination,
        way: Route,
        sock: paramiko.Channel | socket.socket,
    ) -> None:
        paramiko = libraries.paramiko()
        seconds = self._seconds(way.connect_timeout)
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
                timeout=seconds,
                banner_timeout=self._seconds(max(way.connect_timeout, 15)),
                auth_timeout=self._seconds(max(way.connect_timeout, 30)),
                sock=sock,
                transport_factory=transport_factory(way, self._files),
            )
        except paramiko.SSHException as error:
            if isinstance(error, paramiko.AuthenticationException) and "timeout" in str(error).lower():
                raise socket.timeout("it took too long to let the user in") from error
            transport = client.get_transport()
            alive = transport if transport is not None and transport.is_active() else None
            if alive is not None and not alive.initial_kex_done:  # Paramiko goes on, and says that there is no session
                raise socket.timeout(f"no agreement on keys within {seconds:g} seconds") from error
            why = str(error)
            if not isinstance(error, paramiko.AuthenticationException):
                if alive is None:
                    raise
                # Its words are about the type of key that Paramiko tried last on a file, whatever type that is of.
                why = "no key was accepted, and there is no password"
            shown = [f"user {way.user}", *(f"key file {name}" for name in keys)]
            shown += [f"no key file can be read at {name}" for name in way.private_key_files if name not in keys]
            raise AuthenticationFailed(f"{destination.host}: {why} ({', '.join(shown)})", host=self.host) from error
        transport = client.get_transport()
        if transport is not None:
            transport.set_keepalive(way.keepalive)

    def _seconds(self, bound: float) -> float:
        """The same, or what is left where that is less."""
        left = self._deadline.left
        return bound if left is None else max(0.001, min(bound, left))

    def _socket(
        self, way: Route, through: paramiko.SSHClient | None, opened: contextlib.ExitStack
    ) -> paramiko.Channel | socket.socket:
        seconds = self._seconds(way.connect_timeout)
        if through is not None:
            transport = through.get_transport()
            if transport is None:
                raise OSError("the jump host closed the connection")
            return transport.open_channel("direct-tcpip", (way.address, way.port), ("127.0.0.1", 0), timeout=seconds)
        if way.proxy_command:
            sock = _proxy(way.proxy_command, opened)
        else:
            sock = connected(way.address, way.port, seconds)
            opened.callback(sock.close)
        self._sockets.append(sock)
        if self._aborted:
            raise OSError("it was given up")
        return sock

    def abort(self) -> None:
        """Break the connection, also one that is being opened; for another thread, whoever waits gets an error."""
        self._aborted = True
        for sock in self._sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """See `Transport.close`."""
        self._client = None
        self._ahead = None
        self._held.close()
        self._sockets.clear()


def _proxy(command: str, opened: contextlib.ExitStack) -> BufferedSocket:
    """A program that makes the connection, run as ssh_config(5) says. Paramiko's own class never sees it end."""
    pair, theirs = socket.socketpair()
    ours = BufferedSocket(pair)
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
