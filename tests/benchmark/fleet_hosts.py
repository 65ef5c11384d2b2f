# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts for the contest of a fleet: SSH servers on addresses of loopback (127.1.0.0/16) whose shell finds a ``jool``.

    python -m benchmark.fleet_hosts FIRST COUNT PORT DIRECTORY

plays some of them until its standard input ends.
"""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED, cMSG_CHANNEL_SUCCESS

TESTS = Path(__file__).resolve().parents[1]

PROCESSES = 2
"""Among which the hosts are spread."""

MOST_HOSTS = 5000


def address(number: int) -> str:
    """Of a host."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


class Connection(paramiko.Transport):
    """One connection of a host. A command begins when the client has been told that it will."""

    pending: Callable[[], None] | None = None

    def _send_user_message(self, data: paramiko.Message) -> None:
        super()._send_user_message(data)  # type: ignore[misc]  # its stubs leave it out
        if self.pending is not None and data.asbytes().startswith(cMSG_CHANNEL_SUCCESS):
            begin, self.pending = self.pending, None
            threading.Thread(target=begin, daemon=True).start()


class Rules(paramiko.ServerInterface):
    """One user with one key, any command."""

    def __init__(self, connection: Connection, key: paramiko.PKey, path: str) -> None:
        self._connection = connection
        self._key = key
        self._path = path

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return AUTH_SUCCESSFUL if key == self._key else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_env_request(self, channel: paramiko.Channel, name: bytes, value: bytes) -> bool:
        return True

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self._connection.pending = lambda: run_command(channel, command.decode(), self._path)
        return True


def run_command(channel: paramiko.Channel, line: str, path: str) -> None:
    """A command as sshd runs it, with the user's shell."""
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        with subprocess.Popen(
            ["/bin/sh", "-c", line],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            if process.stdin is None or process.stdout is None or process.stderr is None:
                raise AssertionError
            threading.Thread(target=feed, args=(channel, process.stdin), daemon=True).start()
            errors = threading.Thread(target=drain, args=(process.stderr, channel.sendall_stderr), daemon=True)
            errors.start()
            drain(process.stdout, channel.sendall)
            errors.join()
            status = process.wait()
        channel.send_exit_status(status if status >= 0 else 128 - status)
        channel.close()


def feed(channel: paramiko.Channel, stdin: IO[bytes]) -> None:
    """What the client sends, a module for example, is the command's input."""
    with contextlib.suppress(OSError):
        while piece := channel.recv(64 * 1024):
            stdin.write(piece)
            stdin.flush()
    with contextlib.suppress(OSError):
        stdin.close()


def drain(stream: Any, send: Callable[[bytes], None]) -> None:
    """What the command prints goes to the client."""
    with contextlib.suppress(OSError):
        while piece := stream.read1(64 * 1024):
            send(piece)


def serve(first: int, count: int, port: int, place: Path) -> None:
    """Play some hosts, for as long as whoever started this lives."""
    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # clients that go without a word are nothing special
    host_key = paramiko.Ed25519Key.from_private_key_file(str(place / "host_key"))
    user_key = paramiko.Ed25519Key.from_private_key_file(str(place / "user_key"))
    selector = selectors.DefaultSelector()
    for number in range(first, first + count):
        listener = socket.create_server((address(number), port), backlog=16)
        selector.register(listener, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _events in selector.select():
            if key.fileobj is sys.stdin:
                return
            listener = key.fileobj  # type: ignore[assignment]
            sock, _peer = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as sshd does
            connection = Connection(sock)
            connection.add_server_key(host_key)
            connection.start_server(event=threading.Event(), server=Rules(connection, user_key, str(place / "bin")))


@contextlib.contextmanager
def served(place: Path, hosts: int, port: int) -> Iterator[None]:
    """The hosts are up; their keys and what their shell finds are in the directory."""
    share = -(-hosts // PROCESSES)
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    with contextlib.ExitStack() as held:
        for first in range(0, hosts, share):
            words = (str(first), str(min(share, hosts - first)), str(port), str(place))
            process = subprocess.Popen(
                (sys.executable, "-m", __spec__.name, *words),
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            held.callback(process.wait)
            held.callback(process.kill)
            if process.stdout is None or process.stdout.readline() != "ready\n":
                raise RuntimeError(f"the hosts from {address(first)} on did not come up")
        yield


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
