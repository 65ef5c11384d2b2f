# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of the tables of now: who holds a transport address, which sessions a client has, who talks to whom."""

from __future__ import annotations

from dataclasses import dataclass

from ..facts.question import Question as TableQuestion
from ..records.session import PROTOCOLS
from ..records.session_filter import SessionFilter
from ..store.finding import Question

MOST_SESSIONS = 10_000
"""Rows of each instance that an answer can have. More are told to be more."""


@dataclass(frozen=True)
class LiveQuestion:
    """A question; parts that are given must all hold.

    :ivar held: a transport address of pool4; None: any.
    :ivar protocols: of the sessions.
    :ivar clients: IPv6 addresses or prefixes of clients.
    :ivar peers: IPv4 or IPv6 addresses or prefixes of those that clients talk to.
    """

    held: Question | None = None
    protocols: tuple[str, ...] = PROTOCOLS
    clients: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()

    def of_tables(self) -> TableQuestion:
        """The same as it is asked of hosts: with the rows, the use of pool4, and the BIB.

        :raises records.session_filter.FilterError: for an address that is none.
        """
        addresses: dict[str, list[str]] = {"ipv6_remote_address": list(self.clients)}
        for peer in self.peers:
            side = "ipv6_local_address" if ":" in peer else "ipv4_remote_address"
            addresses.setdefault(side, []).append(peer)
        l4_ids: dict[str, list[int]] = {}
        if self.held is not None:
            addresses["ipv4_local_address"] = [str(self.held.address)]
            l4_ids["ipv4_local_l4_id"] = [self.held.l4_id]
        asked = SessionFilter(addresses={side: words for side, words in addresses.items() if words}, l4_ids=l4_ids)
        asked.predicate()
        return TableQuestion(
            protocols=self.protocols,
            subsets=frozenset({"summary", "sessions", "bib"}),
            session_filter=asked,
            max_sessions=MOST_SESSIONS,
        )

    def words(self) -> str:
        """What was asked, for a sentence."""
        said = []
        if self.held is not None:
            said.append(f"{self.held.address}#{self.held.l4_id}")
        if self.clients:
            said.append(f"client {' or '.join(self.clients)}")
        if self.peers:
            said.append(f"talking to {' or '.join(self.peers)}")
        return f"{', '.join(said)} ({'/'.join(self.protocols)})"
