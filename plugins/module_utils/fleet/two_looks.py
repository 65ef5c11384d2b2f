# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The counters of an instance at two times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..checks import moment_of
from .coverage import Fleet, FleetHost

GAUGES = ("JSTAT_BIB_ENTRIES", "JSTAT_SESSIONS")
"""The counters that go down in a healthy instance; all others only grow (NICMx/Jool src/common/stats.h)."""


class TwoLooks(NamedTuple):
    """An instance whose counters are known of two times.

    :ivar seconds: between the two.
    """

    host: FleetHost
    label: str
    before: Mapping[str, int]
    now: Mapping[str, int]
    since: str
    until: str
    seconds: float

    @property
    def began_anew(self) -> bool:
        """Whether it counts from zero again: it was made anew, or its configuration was replaced."""
        return any(self.now.get(name, 0) < number for name, number in self.before.items() if name not in GAUGES)

    def grown(self, name: str) -> int:
        """By how much a counter grew."""
        return self.now.get(name, 0) - self.before.get(name, 0)


def two_looks(fleet: Fleet) -> Iterator[TwoLooks]:
    """Every instance of which there are counters of an earlier time and of now, in this order."""
    for host, past_part in fleet.with_past:
        earlier, state = past_part.state, host.part.state
        if earlier is None or state is None:
            continue
        seconds = (moment_of(state.gathered_at) - moment_of(earlier.gathered_at)).total_seconds()
        if seconds <= 0:
            continue
        known = {entry.key: entry for entry in earlier.instances or ()}
        for entry in state.instances or ():
            past = known.get(entry.key)
            if past is not None and past.counters is not None and entry.counters is not None:
                yield TwoLooks(
                    host,
                    entry.label,
                    past.counters,
                    entry.counters,
                    earlier.gathered_at,
                    state.gathered_at,
                    seconds,
                )
