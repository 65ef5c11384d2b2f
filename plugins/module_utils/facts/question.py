# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of a host's session tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..records.session import PROTOCOLS
from ..records.session_filter import SessionFilter
from ..summary.sessions import CLIENT_PREFIX_LENGTH

SUBSETS = ("counts", "summary", "details", "bib", "sessions")


@dataclass(frozen=True)
class Question:
    """A question, the same for a live host and for a capture.

    :ivar protocols: of `PROTOCOLS`, in any order.
    :ivar instances: names; None: all that there are.
    :ivar netns: names of network namespaces, "" for the one that the connection ends in; None: all that have instances.
    :ivar subsets: of `SUBSETS`; counts are always gathered.
    :ivar numeric: False lets the host resolve names.
    :ivar max_sessions: rows given out for each instance, where rows are asked for.
    :ivar client_prefix_length: bits that make a client's prefix.
    :ivar top: length of the lists of the busiest clients, destinations and services.
    """

    protocols: tuple[str, ...] = PROTOCOLS
    instances: tuple[str, ...] | None = None
    netns: tuple[str, ...] | None = None
    subsets: frozenset[str] = frozenset({"summary"})
    numeric: bool = True
    session_filter: SessionFilter = field(default_factory=SessionFilter)
    max_sessions: int = 1000
    client_prefix_length: int = CLIENT_PREFIX_LENGTH
    top: int = 10

    @property
    def wants_summary(self) -> bool:
        """Whether more than counts is asked for."""
        return "summary" in self.subsets

    @property
    def wants_details(self) -> bool:
        """Whether destinations, services, times and the RFC 6052 check are asked for."""
        return "details" in self.subsets

    @property
    def wants_bib(self) -> bool:
        """Whether BIB entries are to be counted."""
        return "bib" in self.subsets

    @property
    def wants_sessions(self) -> bool:
        """Whether rows are asked for."""
        return "sessions" in self.subsets
