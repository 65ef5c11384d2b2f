# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An SSH server of one user on 127.0.0.1, in threads of the test, with commands that end in every way there is."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import paramiko
from paramiko.common import cMSG_CHANNEL_SUCCESS

if TYPE_CHECKING:
    from typing_extensions import Self

USER = "jool"
PASSWORD = "opensesame"
SUDO_PASSWORD = "hunter2"
ADDRESS = "127.0.0.1"
PIECE = 32 * 1024
PATIENCE = 10.0
DROP = b"\0drop"
"""What a program prints to have the connection broken."""


def ed25519_key() -> tuple[paramiko.PKey, str]:
    """A new key, and the text of its file."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    text = (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
        .decode()
    )
    return paramiko.Ed25519Key.from_private_key(io.StringIO(text)), text


def rsa_key(passphrase: str | None = None) -> tuple[paramiko.PKey, str]:
    """The same of another type, as only this one can be written with a passphrase by every Paramiko."""
    key = paramiko.RSAKey.generate(2048)
    file = io.StringIO()
    key.write_private_key(file, password=passphrase)
    return key, file.getvalue()


@dataclass
class SshServer:
    """Used as a context manager: it listens within, and drops everybody at the end.

    :ivar host_key: what it shows.
    :ivar keys: what the user may show.
    :ivar sudo_asks: whether sudo wants a password.
    :ivar path: where a real shell that runs the commands finds programs; "": commands are those of `_Command`.
    :ivar thinks: seconds before a key is accepted or refused.
    :ivar commands: the lines that were run, as they came over the wire.
    :ivar forwarded: where connections went on to.
    :ivar requests: global requests, a client's sign of life.
    :ivar sent: bytes of standard output that the commands have got rid of.
    """

    host_key: paramiko.PKey
    keys: Sequence[paramiko.PKey] = ()
    sudo_asks: bool = True
    path: str = ""
    thinks: float = 0.0
    commands: list[str] = field(default_factory=list)
    forwarded: list[tuple[str, int]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    sent: int = 0
    connections: list[_Connection] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._listener = socket.create_server((ADDRESS, 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self.connections:
            connection.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def known(self) -> str:
        """Its line of a known_hosts file."""
        return f"[{ADDRESS}]:{self.port} {self.host_key.get_name()} {self.host_key.get_base64()}\n"

    @property
    def open_connections(self) -> int:
        return sum(connection.is_active() for connection in self.connections)

    def _accept(self) -> None:
        while not self.stopped.is_set():
            with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
                sock, _address = self._listener.accept()
                connection = _Connection(sock)
                self.connections.append(connection)
                connection.add_server_key(self.host_key)
                connection.start_server(event=threading.Event(), server=_Rules(self, connection))


class _Connection(paramiko.Transport):
    """Starts a command when the client has been told that it will: an earlier end would look like a refusal."""

    pending: threading.Thread | None = None

    def _send_user_message(self, data: paramiko.Message) -> None:
        super()._send_user_message(data)
        if self.pending is not None and data.asbytes().startswith(cMSG_CHANNEL_SUCCESS):
            thread, self.pending = self.pending, None
            thread.start()


class _Rules(paramiko.ServerInterface):
    def __init__(self, server: SshServer, connection: _Connection) -> None:
        self._server = server
        self._connection = connection

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password"

    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        self._server.stopped.wait(self._server.thinks)
        right = username == USER and key in self._server.keys
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_global_request(self, kind: str, msg: paramiko.Message) -> bool:
        self._server.requests.append(kind)
        return False

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED if kind == "session" else paramiko.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        line = command.decode("utf-8", "surrogateescape")
        self._server.commands.append(line)
        argv = ["_shell", line] if self._server.path else shlex.split(line)
        if argv[0] == "mute":
            self._server.stopped.wait(PATIENCE)
        if argv[0] in {"mute", "refused"}:
            return False
        command_thread = _Command(self._server, self._connection, channel)
        self._connection.pending = threading.Thread(target=command_thread.run, args=(argv,), daemon=True)
        return True

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        self._server.forwarded.append(destination)
        try:
            onward = socket.create_connection(destination, timeout=PATIENCE)
        except OSError:
            return paramiko.OPEN_FAILED_CONNECT_FAILED
        threading.Thread(target=self._forward, args=(onward,), daemon=True).start()
        return paramiko.OPEN_SUCCEEDED

    def _forward(self, onward: socket.socket) -> None:
        channel = self._connection.accept(PATIENCE)
        if channel is None:
            onward.close()
            return
        threading.Thread(target=_pump, args=(onward.recv, channel.sendall, channel.close), daemon=True).start()
        with onward:
            _pump(channel.recv, onward.sendall, lambda: onward.shutdown(socket.SHUT_RDWR))


def _pump(read: Callable[[int], bytes], write: Callable[[bytes], object], close: Callable[[], None]) -> None:
    with contextlib.suppress(OSError, EOFError):
        while piece := read(PIECE):
            write(piece)
    with contextlib.suppress(OSError, EOFError):
        close()


class _Command:
    """One command; each method without an underscore is a program, its parameters are the arguments."""

    def __init__(self, server: SshServer, connection: _Connection, channel: paramiko.Channel) -> None:
        self._server = server
        self._connection = connection
        self._channel = channel

    def run(self, argv: Sequence[str]) -> None:
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            status = self._program(argv)
            if status is not None:
                self._channel.send_exit_status(status)
            self._channel.close()

    def _program(self, argv: Sequence[str]) -> int | None:
        if argv[0] == "_shell":
            return self._shell(argv[1])
        program: Callable[..., int | None] | None = getattr(self, argv[0], None)
        if program is None or argv[0].startswith("_"):
            self._channel.sendall_stderr(f"sh: 1: {argv[0]}: not found\n".encode())
            return 127
        return program(*argv[1:])

    def _shell(self, line: str) -> int | None:
        """A real shell; the connection breaks where it prints `DROP`."""
        environment = {"PATH": self._server.path, "LC_ALL": "C"}
        with subprocess.Popen(
            ["/bin/sh", "-c", line],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            if process.stdout is None or process.stderr is None:
                raise AssertionError
            errors = threading.Thread(
                target=_pump, args=(process.stderr.read1, self._channel.sendall_stderr, lambda: None), daemon=True
            )
            errors.start()
            try:
                while piece := process.stdout.read1(PIECE):
                    if DROP in piece:
                        self._connection.close()
                    self._out(piece)
            except OSError:  # the client has gone
                process.kill()
            process.wait()
            errors.join()
        return process.returncode if process.returncode >= 0 else 128 - process.returncode

    def _out(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            self._channel.sendall(piece)
            self._server.sent += len(piece)

    def say(self, *words: str) -> int:
        """Its arguments, told apart."""
        self._out(json.dumps(words).encode())
        return 0

    def cat(self) -> int:
        while piece := self._channel.recv(PIECE):
            self._out(piece)
        return 0

    def fail(self, status: str, *words: str) -> int:
        self._channel.sendall_stderr(" ".join(words).encode())
        return int(status)

    def rows(self, count: str) -> int:
        """As many bytes."""
        block = b"x" * PIECE
        left = int(count)
        while left > 0:
            self._out(block[:left])
            left -= len(block)
        return 0

    def flood(self, count: str) -> int:
        """As many bytes on standard error, then a word on standard output."""
        self._channel.sendall_stderr(b"e" * int(count))
        self._out(b"done")
        return 3

    def killed(self) -> None:
        """No exit status (RFC 4254 6.10)."""
        self._out(b"row\n")

    def drop(self, *rows: str) -> None:
        """The connection breaks."""
        self._out(b"".join(f"{row}\n".encode() for row in rows))
        self._connection.close()

    def hang(self, *rows: str) -> int:
        """Says something and no more."""
        self._out(b"".join(f"{row}\n".encode() for row in rows))
        self._server.stopped.wait(PATIENCE)
        return 0

    def closing(self) -> int:
        """Ends its output, not itself."""
        self._channel.shutdown_write()
        self._server.stopped.wait(PATIENCE)
        return 0

    def sudo(self, *words: str) -> int | None:
        """Only the options that a client without a terminal has."""
        options, command = self._options(words, {"-p", "-u"})
        if "-S" in options:
            line = self._channel.makefile("rb").readline()
            if line != f"{SUDO_PASSWORD}\n".encode():
                return self.fail("1", "sudo: 1 incorrect password attempt\n")
        elif self._server.sudo_asks:
            return self.fail("1", "sudo: a password is required\n")
        return self._program(command)

    def doas(self, *words: str) -> int | None:
        _options, command = self._options(words, {"-u"})
        return self._program(command)

    @staticmethod
    def _options(words: Sequence[str], with_value: set[str]) -> tuple[set[str], list[str]]:
        left, options = list(words), set()
        while left and left[0].startswith("-"):
            option = left.pop(0)
            if option == "--":
                break
            options.add(option)
            if option in with_value:
                left.pop(0)
        return options, left
