# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary of a session table: records in, counts out.

A summary holds only what can be added up, so that summaries of instances, protocols or hosts merge in any order.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..grammar.columns import count_texts
from ..records.session import Session
from ..records.session_block import SessionBlock
from .client_prefix import ClientCounter, prefix_text

CLIENT_PREFIX_LENGTH = 64
"""RFC 7934 and RFC 8273: a subscriber's link has a /64, its hosts any number of addresses in it."""


@dataclass
class SessionSummary:
    """Counts of the sessions that were asked for.

    :ivar total: sessions.
    :ivar by_protocol: ``tcp``, ``udp``, ``icmp`` to sessions.
    :ivar by_state: Jool's word to TCP sessions.
    :ivar stateless_tcp: TCP sessions that the output showed without a state (console of 3.1).
    :ivar by_pool4_address: address to sessions.
    :ivar clients: sessions by the prefix of the client.
    """

    client_prefix_length: int = CLIENT_PREFIX_LENGTH
    total: int = 0
    by_protocol: Counter[str] = field(default_factory=Counter)
    by_state: Counter[str] = field(default_factory=Counter)
    stateless_tcp: int = 0
    by_pool4_address: Counter[str] = field(default_factory=Counter)
    clients: ClientCounter = field(init=False)

    def __post_init__(self) -> None:
        self.clients = ClientCounter(self.client_prefix_length)

    @property
    def by_client_prefix(self) -> Counter[int]:
        """Prefix of the client, as a number (see `summary.client_prefix`), to sessions."""
        return self.clients.prefixes

    @property
    def unnumbered_clients(self) -> int:
        """Sessions whose client the output named instead of numbering it; they are in no prefix."""
        return self.clients.unnumbered

    def add(self, session: Session) -> None:
        """Count one session."""
        self.add_block(SessionBlock.of_sessions([session]))

    def add_block(self, block: SessionBlock) -> None:
        """Count many sessions, without making a record of any.

        :raises ValueError: for a client's address that is none, here or when the counts are looked at: see `settle`.
        """
        self.total += len(block)
        _add(self.by_protocol, block.by_protocol)
        _add(self.by_pool4_address, count_texts(block.pool4_addresses))
        _add(self.by_state, block.by_state)
        if self.by_state.pop("", 0) and "tcp" in block.by_protocol:
            self.stateless_tcp += sum(
                1 for protocol, state in zip(block.protocols, block.states) if protocol == "tcp" and not state
            )
        if block.clients_by_subnet:
            self.clients.add_subnets(block.clients)
        else:
            self.clients.add(block.clients)

    def settle(self) -> None:
        """Look at what was put off while sessions came by, once all are there.

        :raises ValueError: see `add_block`.
        """
        self.clients.settle()

    def top_clients(self, count: int) -> list[tuple[str, int]]:
        """The busiest client prefixes, most sessions first, equals in the order of their numbers."""
        busiest = heapq.nsmallest(count, self.by_client_prefix.items(), key=lambda item: (-item[1], item[0]))
        return [(prefix_text(prefix, self.client_prefix_length), sessions) for prefix, sessions in busiest]


def _add(counter: Counter[str], counts: Mapping[str, int]) -> None:
    """`Counter.update` takes several times as long for a few counts."""
    for text, sessions in counts.items():
        counter[text] += sessions


def summarize_blocks(
    blocks: Iterable[SessionBlock], client_prefix_length: int = CLIENT_PREFIX_LENGTH
) -> SessionSummary:
    """Count all sessions of a stream of blocks.

    :raises ValueError: for a client's address that is none.
    """
    summary = SessionSummary(client_prefix_length)
    for block in blocks:
        summary.add_block(block)
    summary.settle()
    return summary


def summarize(sessions: Iterable[Session], client_prefix_length: int = CLIENT_PREFIX_LENGTH) -> SessionSummary:
    """Count all sessions of a stream."""
    summary = SessionSummary(client_prefix_length)
    for session in sessions:
        summary.add(session)
    return summary


def merge(one: SessionSummary, other: SessionSummary) -> SessionSummary:
    """The summary of both tables; associative, commutative, with an empty summary as the neutral element.

    :raises ValueError: when they cut clients to prefixes of different lengths.
    """
    clients = one.clients + other.clients
    both = SessionSummary(
        client_prefix_length=one.client_prefix_length,
        total=one.total + other.total,
        by_protocol=one.by_protocol + other.by_protocol,
        by_state=one.by_state + other.by_state,
        stateless_tcp=one.stateless_tcp + other.stateless_tcp,
        by_pool4_address=one.by_pool4_address + other.by_pool4_address,
    )
    both.clients = clients
    return both
