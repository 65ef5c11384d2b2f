# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients by /64 for the peers that are written in Python: addresses are cut once each, when all are counted."""

from __future__ import annotations

import heapq
import socket
from collections import Counter
from collections.abc import Mapping

from .answers import TOP


def busiest(addresses: Mapping[str, int]) -> list[tuple[str, int]]:
    """The busiest /64 prefixes, most sessions first, equals in the order of their numbers.

    :param addresses: of clients, to their sessions.
    """
    networks: Counter[bytes] = Counter()
    for address, count in addresses.items():
        networks[socket.inet_pton(socket.AF_INET6, address)[:8]] += count
    ordered = heapq.nsmallest(TOP, networks.items(), key=lambda item: (-item[1], item[0]))
    return [(f"{socket.inet_ntop(socket.AF_INET6, network + bytes(8))}/64", count) for network, count in ordered]
