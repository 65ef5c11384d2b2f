# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processes that ask hosts, as the one that gathers sees them: started together, each on a socket."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from ..errors import WorkersNotStarted

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "start_workers.py")

ENDING_SECONDS = 4.0
"""How long the processes may take to give up what they do; a little more than `worker.UNWINDING_SECONDS`."""

ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
"""glibc gives each thread room of its own, which dozens of threads that take turns have no use for."""

WORDS_SHOWN = 2000
RECEIVED_BYTES = 256 * 1024


class Member:
    """One process.

    :ivar ready: whether it has said that it can ask hosts.
    :ivar asking: numbers of the hosts that it asks.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.ready = False
        self.asking: set[int] = set()
        self._pieces: list[bytes] = []

    def ask(self, number: int, target: Mapping[str, Any]) -> None:
        """Let it ask a host.

        :raises OSError: when it is gone.
        """
        self.sock.sendall(json.dumps({"number": number, "target": target}).encode("ascii") + b"\n")
        self.asking.add(number)

    def messages(self) -> list[dict[str, Any]] | None:
        """What it has said since; None when it is gone."""
        try:
            piece = self.sock.recv(RECEIVED_BYTES)
        except OSError:
            return None
        if not piece:
            return None
        self._pieces.append(piece)
        if b"\n" not in piece:
            return []
        *lines, rest = b"".join(self._pieces).split(b"\n")
        self._pieces = [rest]
        return [json.loads(line) for line in lines]


class Crew:
    """Processes that were started together.

    :param settings: ``question`` and ``options`` as plain values.
    :raises WorkersNotStarted: when the interpreter cannot be started.
    """

    def __init__(self, processes: int, settings: Mapping[str, Any]) -> None:
        with contextlib.ExitStack() as opened:
            self.members: list[Member] = []
            theirs: list[socket.socket] = []
            for _process in range(processes):
                pair = socket.socketpair()
                self.members.append(Member(opened.enter_context(pair[0])))
                theirs.append(pair[1])
            self._stderr = opened.enter_context(tempfile.TemporaryFile())
            try:
                self._process = self._start([sock.fileno() for sock in theirs])
            finally:
                for sock in theirs:
                    sock.close()
            self._held = opened.pop_all()
        said = json.dumps({"path": sys.path, **settings}).encode("ascii")
        with contextlib.suppress(OSError), self._process.stdin or contextlib.nullcontext() as stdin:
            # Where it has ended already, that shows on the sockets.
            if stdin is not None:
                stdin.write(said)

    def _start(self, descriptors: list[int]) -> subprocess.Popen[bytes]:
        try:
            # The engine knows no AnsibleModule. In a session of its own, since Ctrl-C is for whoever gathers.
            return subprocess.Popen(  # pylint: disable=ansible-bad-function
                (sys.executable, "-I", PROGRAM, *map(str, descriptors)),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
                env={**os.environ, **ENVIRONMENT},
                pass_fds=descriptors,
                start_new_session=True,
            )
        except OSError as error:
            raise WorkersNotStarted(f"'{sys.executable}' cannot be started ({error.strerror})") from error

    def last_words(self) -> str:
        """What the processes wrote to standard error, the end of it."""
        self._stderr.seek(0)
        return self._stderr.read().decode("utf-8", "replace").strip()[-WORDS_SHOWN:]

    def close(self) -> None:
        """End the processes. They give up what they do, and leave no file that is not complete."""
        for member in self.members:
            member.sock.close()
        try:
            self._process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._held.close()
