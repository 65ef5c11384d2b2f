# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command on an SSH channel, started within a time."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .base import Deadline, shell_command

if TYPE_CHECKING:
    import paramiko

POLL_SECONDS = 0.5
"""How long a silent standard output is waited for before standard error and the clock are looked at."""


class _Watch:
    """Closes channels whose time is over: one thread for all of them, since a timer for each host is a thread, too."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self.begin_anew()

    def begin_anew(self) -> None:
        """Watch nothing: a process that was forked has none of the other's threads."""
        self._changed = threading.Condition()
        self._watched: list[tuple[float, int, list[paramiko.Channel]]] = []
        self._running = False

    @contextlib.contextmanager
    def closing_in(self, seconds: float | None, channel: paramiko.Channel) -> Iterator[None]:
        """Close a channel after a time, unless this has ended by then.

        Paramiko waits for the answer to a request for as long as the channel is open.
        """
        if seconds is None:
            yield
            return
        held = [channel]
        self._add(time.monotonic() + seconds, held)
        try:
            yield
        finally:
            held.clear()  # the entry stays until its time comes, and then there is nothing to close

    def _add(self, when: float, held: list[paramiko.Channel]) -> None:
        with self._changed:
            entry = (when, next(self._numbers), held)
            heapq.heappush(self._watched, entry)
            if not self._running:
                self._running = True
                threading.Thread(target=self._run, name="ssh-watch", daemon=True).start()
            elif self._watched[0] is entry:
                self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._watched and not self._watched[0][2]:
                    heapq.heappop(self._watched)
                if not self._watched:
                    self._running = False
                    return
                left = self._watched[0][0] - time.monotonic()
                if left > 0:
                    self._changed.wait(left)
                    continue
                held = heapq.heappop(self._watched)[2]
            for channel in list(held):
                channel.close()


_watch = _Watch()
os.register_at_fork(after_in_child=_watch.begin_anew)


def execute(channel: paramiko.Channel, argv: Sequence[str], deadline: Deadline) -> None:
    """Start a command on a channel."""
    with _watch.closing_in(deadline.left, channel):
        channel.exec_command(shell_command(argv))
