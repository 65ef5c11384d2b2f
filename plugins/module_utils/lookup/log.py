# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who held a transport address at a time, by the kernel's log of one translator.

Where `logging-bib` is on, Jool writes a line when a client gets an address and one when it loses it, to the second. It
writes none for what an administrator removes (entries of pool4, static entries, an instance), nor at a reboot.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..records.kernel_log import LogEntry
from ..store.finding import Question
from .holder import KNOWN, NOBODY, UNKNOWN, Holder, Verdict

MAPPED, LOST = "mapped", "lost_later"
"""Why a holder is known: the log has the line that gave it the address; it has only the one that took it back, so that
the address was given to it before the log begins."""


@dataclass
class LogHistory:
    """What a translator's log says of one transport address.

    :ivar lines: all of Jool's lines about bindings.
    :ivar first: the time of the earliest of them, None where there is none.
    :ivar last: of the latest.
    """

    question: Question
    lines: int = 0
    first: int | None = None
    last: int | None = None
    events: list[tuple[int, bool, Holder]] = field(default_factory=list)

    def read(self, entries: Iterable[LogEntry]) -> LogHistory:
        """Take the lines of a log, in any order: loggers and rotated files may mix them."""
        address = str(self.question.address)
        for entry in entries:
            if entry.is_session:
                continue
            self.lines += 1
            self.first = entry.at if self.first is None else min(self.first, entry.at)
            self.last = entry.at if self.last is None else max(self.last, entry.at)
            if (
                entry.ipv4_local_l4_id == self.question.l4_id
                and entry.ipv4_local_address == address
                and entry.protocol in self.question.protocols
            ):
                holder = Holder(entry.protocol, entry.ipv6_remote_address, entry.ipv6_remote_l4_id)
                self.events.append((entry.at, entry.is_begin, holder))
        self.events.sort(key=lambda event: event[0])  # lines of one second stay in the log's order
        return self

    def verdict(self, at: float) -> Verdict:
        """Who it was, for each protocol that the log has lines of."""
        found = [self._of_protocol(protocol, int(at)) for protocol in self.question.protocols]
        known = [one for one in found if one.word == KNOWN]
        if known:
            return Verdict(
                KNOWN,
                tuple(holder for one in known for holder in one.holders),
                tuple(reason for one in known for reason in one.reasons),
            )
        if any(one.word == NOBODY for one in found) and all(one.word == NOBODY or not one.holders for one in found):
            return Verdict(NOBODY)
        return Verdict(UNKNOWN, tuple(dict.fromkeys(holder for one in found for holder in one.holders)))

    def _of_protocol(self, protocol: str, at: int) -> Verdict:
        events = [event for event in self.events if event[2].protocol == protocol]
        before = [event for event in events if event[0] < at]
        same = [event for event in events if event[0] == at]
        after = [event for event in events if event[0] > at]
        holder, reason, is_sure = _standing(before, [*same, *after])
        # Whoever got or lost it within this second held it for a part of it.
        holders = dict.fromkeys(([holder] if holder else []) + [each for _at, _is_begin, each in same])
        if len(holders) > 1 or self.first is None or self.last is None or not self.first <= at <= self.last:
            return Verdict(UNKNOWN, tuple(holders))
        if holders:
            (one,) = holders
            return Verdict(KNOWN, (one,), (reason if holder else MAPPED,)) if is_sure else Verdict(UNKNOWN, (one,))
        return Verdict(NOBODY if before else UNKNOWN)


def _standing(
    before: list[tuple[int, bool, Holder]], later: list[tuple[int, bool, Holder]]
) -> tuple[Holder | None, str, bool]:
    """Who held it when the second began, why, and whether that is sure."""
    if before:
        _at, is_begin, holder = before[-1]
        if not is_begin:
            return None, "", True
        # Given to another without a line that takes it back: removed by hand, nobody knows when.
        is_silent = bool(later) and later[0][1] and later[0][2] != holder
        return holder, MAPPED, not is_silent
    if later and not later[0][1]:
        return later[0][2], LOST, True
    return None, "", True
