# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where sessions go: IPv4 servers, and services (protocol and port). ICMP has none: its L4-ID is an identifier."""

from __future__ import annotations

import heapq
from collections import Counter
from socket import inet_aton, inet_ntoa

from ..records.session_block import SessionBlock


class DestinationSummary:
    """Counts of servers and services. Memory grows with the distinct servers, about 100 bytes each.

    :ivar by_server: packed IPv4 address to sessions.
    :ivar by_service: (protocol, port) to sessions.
    :ivar unnumbered: sessions whose server or port the output named instead of numbering it.
    """

    def __init__(self) -> None:
        self.by_server: Counter[bytes] = Counter()
        self.by_service: Counter[tuple[str, int]] = Counter()
        self.unnumbered = 0

    def add_block(self, block: SessionBlock) -> None:
        """Count many sessions.

        :raises ValueError: for a server's address that is none.
        """
        known = self.by_server
        for server, count in Counter(block.servers).items():
            if server:
                known[_packed(server)] += count
        protocols = block.by_protocol
        if len(protocols) == 1:
            (protocol,) = protocols
            services = Counter(block.server_l4_ids)
            self._add_services(protocol, services)
        else:
            for protocol in protocols:
                of_protocol = (l4_id for one, l4_id in zip(block.protocols, block.server_l4_ids) if one == protocol)
                self._add_services(protocol, Counter(of_protocol))
        if "" in block.servers or "" in block.server_l4_ids:
            self.unnumbered += sum(
                1 for server, l4_id in zip(block.servers, block.server_l4_ids) if not (server and l4_id)
            )

    def _add_services(self, protocol: str, l4_ids: Counter[str]) -> None:
        if protocol == "icmp":
            return
        for l4_id, count in l4_ids.items():
            if l4_id:
                self.by_service[protocol, int(l4_id)] += count

    def top_servers(self, count: int) -> list[tuple[str, int]]:
        """The servers with the most sessions, equals in the order of their numbers."""
        busiest = heapq.nsmallest(count, self.by_server.items(), key=lambda item: (-item[1], item[0]))
        return [(inet_ntoa(server), sessions) for server, sessions in busiest]

    def top_services(self, count: int) -> list[tuple[tuple[str, int], int]]:
        """The services with the most sessions, equals in the order of protocol and port."""
        return heapq.nsmallest(count, self.by_service.items(), key=lambda item: (-item[1], item[0]))


def _packed(server: str) -> bytes:
    try:
        return inet_aton(server)
    except OSError as error:
        raise ValueError(f"{server!r} is no IPv4 address") from error
