# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who talks in the benchmark's tables: clients and servers, made from a seed.

Addresses are written as the C library writes them (inet_ntop), so some have ``::`` in them.
"""

from __future__ import annotations

import socket
from array import array
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

SERVERS = 5_000
SERVER_NETWORK = 0xC6120000
"""198.18.0.0/15, which RFC 2544 sets aside for benchmarks."""


SLOTS = 200_000
"""Choosing one of so many slots is several times as fast as looking for a weight."""


class Clients(NamedTuple):
    """The clients' addresses.

    :ivar addresses: as text.
    :ivar prefixes: the number of the /64 that each is in.
    :ivar slots: numbers of addresses; one that talks more is in it more often.
    """

    addresses: list[str]
    prefixes: list[int]
    slots: Sequence[int]


class Endpoint(NamedTuple):
    """A server's port. For ICMP the port means nothing."""

    mapped: str
    address: str
    port: int


class Endpoints(NamedTuple):
    """The servers' ports, in the order of the kernel: by address, then port; slots as in `Clients`."""

    endpoints: list[Endpoint]
    slots: Sequence[int]


def clients(random: Random, prefixes: int, evenly: bool = False) -> Clients:
    """Addresses in that many /64 prefixes: few of them talk much and most of them little.

    A prefix has one to six addresses: one set by hand, one made from a MAC address, and privacy addresses (RFC 8981).

    :param evenly: one address a prefix, and all talk alike: for tables with as many clients as can be.
    """
    addresses: list[str] = []
    owners: list[int] = []
    weights: list[float] = []
    for prefix in range(prefixes):
        upper = _prefix(prefix) << 64
        hosts = 1 if evenly else 1 + random.getrandbits(8) % 6
        for host in range(hosts):
            addresses.append(socket.inet_ntop(socket.AF_INET6, (upper | _host(random, host)).to_bytes(16, "big")))
            owners.append(prefix)
            weights.append((prefix + 1) ** -0.7 / hosts)
    return Clients(addresses, owners, range(prefixes) if evenly else _slots(weights))


def _prefix(rank: int) -> int:
    """The upper 64 bits: below 2001:db8::/32, and every eighth prefix ends in a group of zero.

    The busiest client is 2001:db8::/64 itself. The factor is odd: each rank below 65536 has a site of its own.
    """
    site, subnet = rank * 40503 % 65536, (rank >> 16) * 8 + rank % 8
    return 0x20010DB8 << 32 | site << 16 | subnet


def _host(random: Random, number: int) -> int:
    if number == 1:
        return 1 + random.getrandbits(6)
    bits = random.getrandbits(64) | 0x1000_1000_1000_1000  # no group is zero
    return bits & 0xFFFF_FF00_0000_FFFF | 0x00FF_FE00_0000 if number == 2 else bits


def endpoints(random: Random, ports: Sequence[int], spare: int) -> Endpoints:
    """The ports of all servers; few servers have most of the sessions.

    :param ports: to choose from.
    :param spare: how many at the end are in no slot.
    """
    found: list[Endpoint] = []
    weights: list[float] = []
    ranks = list(range(1, SERVERS + 1))
    random.shuffle(ranks)
    for number, rank in enumerate(ranks):
        address = SERVER_NETWORK + number * 25 + random.getrandbits(4)
        for port in sorted({random.choice(ports), random.choice(ports)}):
            packed = address.to_bytes(4, "big")
            mapped = socket.inet_ntop(socket.AF_INET6, b"\0\x64\xff\x9b" + bytes(8) + packed)
            found.append(Endpoint(mapped, socket.inet_ntoa(packed), port))
            weights.append(rank**-0.9)
    return Endpoints(found, _slots(weights[:-spare]))


def _slots(weights: list[float]) -> array[int]:
    """Each number as often as its weight says, and once at least."""
    scale = SLOTS / sum(weights)
    return array(
        "L", (number for number, weight in enumerate(weights) for _slot in range(max(1, round(weight * scale))))
    )
