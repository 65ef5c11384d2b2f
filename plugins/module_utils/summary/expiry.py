# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long sessions have left, as a histogram whose edges are the same everywhere, so that histograms add up."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from itertools import repeat

from ..records.session_block import SessionBlock

EDGES_SECONDS = (0, 10, 60, 240, 300, 3600, 7200)
"""Lower edges. Jool's default timeouts (RFC 6146 4) are among them: ICMP 60 s, TCP in transition 240 s, UDP 300 s,
established TCP 7,200 s; a session that has more left than the default has a longer timeout."""


class ExpirySummary:
    """Counts of sessions by the seconds that they have left.

    :ivar sessions: of each interval from an edge (included) to the next (not included).
    """

    def __init__(self) -> None:
        self.sessions = [0] * len(EDGES_SECONDS)

    def add_block(self, block: SessionBlock) -> None:
        """Count many sessions."""
        places = map(bisect_right, repeat(EDGES_SECONDS), block.expires_in())
        for place, count in Counter(places).items():
            self.sessions[place - 1] += count
