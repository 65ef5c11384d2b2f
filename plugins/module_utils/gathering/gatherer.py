# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks many hosts at once, directly over SSH: targets go in, answers come out as they come.

A few processes do the work (see `start_workers`), each with many threads, so that hosts are waited for together and
large tables are read on all cores. A host takes one place of the `concurrency` that is allowed and its own time, and no
more: whatever it does, the others are asked.
"""

from __future__ import annotations

import heapq
import os
import random
import selectors
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ..errors import CommandTimeout, JoolError, WorkerLost, WorkersNotStarted
from ..facts.question import Question
from ..fleet.answer import STATUSES, HostAnswer
from ..private_file import remove_replacements
from .asker import rows_path
from .crew import Crew, Member
from .retry import pause
from .target import GatherOptions, Target, question_as_dict

TICK_SECONDS = 1.0
"""How often progress is told and the clock is looked at while nothing comes."""

GRACE_SECONDS = 30.0
"""A host whose time is over for so long hangs where its own bounds do not reach: a name server, a proxy command."""

FRUITLESS_STARTS = 3
"""How often processes are started that end before one host is done."""


@dataclass(frozen=True)
class Progress:
    """How far it is.

    :ivar hosts: that are asked in all.
    :ivar by_status: hosts that are done, by the status of their answer.
    :ivar running: hosts that are being asked.
    :ivar retried: tries beyond the first.
    :ivar seconds: since the beginning.
    """

    hosts: int
    by_status: dict[str, int]
    running: int
    retried: int
    seconds: float

    @property
    def done(self) -> int:
        """Hosts whose answer is there."""
        return sum(self.by_status.values())


OnProgress = Optional[Callable[[Progress], None]]


def gather_fleet(
    targets: Sequence[Target], question: Question, options: GatherOptions, on_progress: OnProgress = None
) -> Iterator[HostAnswer]:
    """The answers of hosts, one each, in the order in which they come.

    :param on_progress: is called about once a second.
    :raises WorkersNotStarted: when nobody can be asked here; without Paramiko, for example.
    :raises records.session_filter.FilterError: when the question makes no sense.
    """
    question.session_filter.predicate()
    run = _Run(targets, question, options, on_progress)
    try:
        yield from run.answers()
    finally:
        run.close()


class _Run:
    """One pass over the targets, which have numbers here."""

    def __init__(
        self, targets: Sequence[Target], question: Question, options: GatherOptions, on_progress: OnProgress
    ) -> None:
        self._targets = targets
        self._options = options
        self._settings: dict[str, Any] = {"question": question_as_dict(question), "options": options.as_dict()}
        self._on_progress = on_progress
        self._started = self._told = time.monotonic()
        self._ready = deque(range(len(targets)))
        self._later: list[tuple[float, int]] = []
        self._tries = [0] * len(targets)
        self._since: dict[int, float] = {}
        self._by_status = dict.fromkeys(STATUSES, 0)
        self._unanswered = set(range(len(targets)))
        self._crews: list[Crew] = []
        self._selector = selectors.DefaultSelector()
        self._chance = random.Random()  # noqa: S311 - spreads load, hides nothing
        self._left_at_start: list[int] = []

    def answers(self) -> Iterator[HostAnswer]:
        """See `gather_fleet`."""
        while self._unanswered:
            if not self._selector.get_map() and not self._start_crew():
                for number in sorted(self._unanswered):
                    yield from self._failure(number, WorkerLost("processes ended again and again"))
                return
            self._hand_out()
            for key, _events in self._selector.select(self._patience()):
                yield from self._heard(key.data)
            yield from self._overdue()
            self._tell()
        if self._told > self._started:  # whoever heard how it goes hears how it went
            self._tell(TICK_SECONDS)

    def close(self) -> None:
        """End all processes."""
        self._selector.close()
        for crew in self._crews:
            crew.close()

    def _start_crew(self) -> bool:
        """The first time, and when all processes are gone. False where that has come to nothing too often."""
        self._left_at_start.append(len(self._unanswered))
        if self._left_at_start.count(len(self._unanswered)) > FRUITLESS_STARTS:
            return False
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        wanted = self._options.processes or cores
        crew = Crew(min(wanted, len(self._unanswered), self._options.concurrency), self._settings)
        self._crews.append(crew)
        for member in crew.members:
            self._selector.register(member.sock, selectors.EVENT_READ, member)
        return True

    def _hand_out(self) -> None:
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            self._ready.append(heapq.heappop(self._later)[1])
        alive: list[Member] = [key.data for key in self._selector.get_map().values()]
        # Each its share, so that the first one that is up does not take all of a small fleet.
        share = -(-min(self._options.concurrency, len(self._targets)) // max(len(alive), 1))
        members = [member for member in alive if member.ready]
        while members and self._ready and len(self._since) < self._options.concurrency:
            member = min(members, key=lambda one: len(one.asking))
            if len(member.asking) >= share:
                return
            number = self._ready.popleft()
            try:
                member.ask(number, self._targets[number].as_dict())
            except OSError:  # it is gone, which will be heard
                self._ready.appendleft(number)
                members.remove(member)
                continue
            self._tries[number] += 1
            self._since[number] = now

    def _patience(self) -> float:
        due = self._later[0][0] - time.monotonic() if self._later else TICK_SECONDS
        return max(0.0, min(due, TICK_SECONDS))

    def _heard(self, member: Member) -> Iterator[HostAnswer]:
        messages = member.messages()
        if messages is None:
            yield from self._lost(member)
            return
        for message in messages:
            if "ready" in message:
                member.ready = True
                continue
            number = message["number"]
            member.asking.discard(number)
            self._since.pop(number, None)
            if message["again"] and self._tries[number] <= self._options.retries and number in self._unanswered:
                seconds = pause(self._tries[number], self._options.backoff_seconds, self._chance)
                heapq.heappush(self._later, (time.monotonic() + seconds, number))
            else:
                answer = message["answer"]
                yield from self._answer(number, HostAnswer(**{**answer, "groups": tuple(answer["groups"])}))

    def _answer(self, number: int, answer: HostAnswer) -> Iterator[HostAnswer]:
        if number in self._unanswered:  # once; one that was given up may still answer
            self._unanswered.remove(number)
            self._by_status[answer.status] += 1
            yield answer

    def _failure(self, number: int, error: JoolError) -> Iterator[HostAnswer]:
        self._since.pop(number, None)
        target = self._targets[number]
        error.host = target.name
        yield from self._answer(number, HostAnswer.of_error(target.name, error, target.groups))

    def _lost(self, member: Member) -> Iterator[HostAnswer]:
        """A process is gone, and with it what it was doing; the rest is for the others."""
        self._selector.unregister(member.sock)
        if not member.ready and not any(other.ready for crew in self._crews for other in crew.members):
            raise WorkersNotStarted(self._crews[-1].last_words())
        for number in sorted(member.asking):
            self._remove_incomplete(number)
            yield from self._failure(number, WorkerLost())

    def _remove_incomplete(self, number: int) -> None:
        """The temporary file of rows that nobody will complete (see `facts.table_file`)."""
        if self._options.rows_directory is not None:
            remove_replacements(rows_path(self._options, self._targets[number].name))

    def _overdue(self) -> Iterator[HostAnswer]:
        if not self._options.timeout_seconds:
            return
        longest = self._options.timeout_seconds + GRACE_SECONDS
        now = time.monotonic()
        for number in [number for number, since in self._since.items() if now - since > longest]:
            for key in self._selector.get_map().values():
                key.data.asking.discard(number)
            yield from self._failure(number, CommandTimeout(f"{self._options.timeout_seconds:g} seconds were allowed"))

    def _tell(self, ahead_seconds: float = 0.0) -> None:
        now = time.monotonic()
        if self._on_progress is not None and now - self._told >= TICK_SECONDS - ahead_seconds:
            self._told = now
            retried = sum(tries - 1 for tries in self._tries if tries > 1)
            self._on_progress(
                Progress(len(self._targets), dict(self._by_status), len(self._since), retried, now - self._started)
            )
