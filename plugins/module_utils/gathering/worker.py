# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One process that asks hosts: takes them from a socket and gives their answers back.

Threads wait for hosts; the work on what came (decryption, parsing) is what the process as a whole is there for.
Messages are lines of JSON. When the other end is gone, everything is given up: connections are broken, files that are
not complete are removed, and the process ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import queue
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from ..transport.ssh import SshTransport
from ..transport.ssh_files import SshFiles
from .asker import Asker
from .foresight import Foresight
from .target import GatherOptions, Target, question_from_dict

HOSTS_BETWEEN_COLLECTIONS = 25
"""Paramiko's connections refer to themselves in circles. Python looks for such circles the more seldom the more objects
there are, so that the memory of a process would grow with the hosts; this looks at what came after the start alone."""

UNWINDING_SECONDS = 2.0
"""How long threads may take to remove what they have begun, when everything is given up."""


class Worker:
    """The work of one process.

    :param sock: hosts come from it, one a line, and answers go to it.
    :param settings: ``question`` and ``options`` as plain values.
    """

    def __init__(self, sock: socket.socket, settings: Mapping[str, Any]) -> None:
        self._sock = sock
        self._asker = Asker(
            question_from_dict(settings["question"]),
            GatherOptions(**settings["options"]),
            SshFiles(),
            Foresight(),
            self._opened,
        )
        self._jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._open: set[SshTransport] = set()
        self._given_up = False
        self._unanswered = 0
        self._done = 0
        self._threads = 0

    def run(self) -> None:
        """Ask every host that comes, until the other end is gone."""
        gc.disable()
        self._say({"ready": True})
        with contextlib.suppress(OSError), self._sock.makefile("rb") as lines:
            for line in lines:
                with self._lock:
                    self._unanswered += 1
                    more = self._unanswered > self._threads
                    self._threads += more
                self._jobs.put(json.loads(line))
                if more:
                    threading.Thread(target=self._ask_hosts, daemon=True).start()
        self._give_up()

    def _ask_hosts(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                self._say(self._answer(job))
            finally:
                with self._lock:
                    self._unanswered -= 1
                    self._done += 1
                    collects = self._done % HOSTS_BETWEEN_COLLECTIONS == 0
            if collects:
                gc.collect()

    def _answer(self, job: Mapping[str, Any]) -> dict[str, Any]:
        answer, again = self._asker.ask(Target.from_dict(job["target"]))
        return {"number": job["number"], "again": again, "answer": vars(answer)}  # asdict would copy all facts

    def _say(self, message: Mapping[str, Any]) -> None:
        line = json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"
        with self._sending, contextlib.suppress(OSError):
            self._sock.sendall(line)

    @contextlib.contextmanager
    def _opened(self, transport: SshTransport) -> Iterator[None]:
        with self._lock:
            self._open.add(transport)
            given_up = self._given_up
        try:
            if given_up:
                transport.abort()
            yield
        finally:
            with self._lock:
                self._open.discard(transport)

    def _give_up(self) -> None:
        with self._lock:
            self._given_up = True
            transports = list(self._open)
        for transport in transports:
            transport.abort()
        end = time.monotonic() + UNWINDING_SECONDS
        while self._unanswered and time.monotonic() < end:
            time.sleep(0.01)


def work(descriptor: int, settings: Mapping[str, Any]) -> None:
    """Be a worker, and end the process; nothing waits for threads that hang."""
    status = 1
    try:
        Worker(socket.socket(fileno=descriptor), settings).run()
        status = 0
    finally:
        os._exit(status)
