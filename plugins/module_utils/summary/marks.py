# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions by the mark of the pool4 range that they are in. The session table itself does not say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ..records.pool4 import Pool4Range
from ..records.session import HIGHEST_L4_ID
from .transport_addresses import Place, TransportAddresses, by_place

NO_RANGE = "none"
"""For sessions outside of every range: those that a range left behind which was removed since."""


class MarkSummary:
    """Counts of sessions by mark. Where ranges of several marks share a port, the first one has it.

    :param ranges: of pool4; those without a mark are left out.
    :ivar sessions: the mark, as text, or `NO_RANGE`, to sessions.
    """

    def __init__(self, ranges: Iterable[Pool4Range]) -> None:
        places: dict[Place, list[tuple[int, int, int]]] = {}
        self.sessions: Counter[str] = Counter()
        for entry in ranges:
            if entry.mark is not None and entry.protocol and entry.port_min is not None and entry.port_max is not None:
                place = places.setdefault((entry.protocol, entry.address), [])
                place.append((entry.mark, entry.port_min, entry.port_max))
                self.sessions[str(entry.mark)] = 0
        # Whole prefixes have the same ranges, and share what they are looked up in.
        tables = {spans: _table(spans) for spans in {tuple(spans) for spans in places.values()}}
        self._tables = {place: tables[tuple(spans)] for place, spans in places.items()}

    def add_block(self, block: TransportAddresses) -> None:
        """Count many sessions."""
        for place, l4_ids in by_place(block):
            self._count(place, l4_ids)

    def _count(self, place: Place, l4_ids: Sequence[str]) -> None:
        table = self._tables.get(place)
        if table is None:
            self.sessions[NO_RANGE] += len(l4_ids)
        else:
            self.sessions.update(map(table.__getitem__, map(int, l4_ids)))


def _table(spans: Sequence[tuple[int, int, int]]) -> list[str]:
    """The mark of each L4-ID."""
    marks = [NO_RANGE] * (HIGHEST_L4_ID + 1)
    for mark, first, last in reversed(spans):
        marks[first : last + 1] = [str(mark)] * (last + 1 - first)
    return marks
