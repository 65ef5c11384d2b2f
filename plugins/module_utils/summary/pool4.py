# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How full pool4 is: the transport addresses that sessions hold, counted into pool4's ranges.

A port (or ICMP identifier) of a pool4 address is used when at least one session has it; a BIB entry may have many
sessions (RFC 6146 3.1). Static BIB entries without sessions are seen only where the BIB is counted, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from ..records.pool4 import Pool4Range
from ..records.session import HIGHEST_L4_ID
from .transport_addresses import Place, TransportAddresses, by_place

_DIGITS = bytes.maketrans(b"\0\1", b"01")

OPEN_PLACES = 8
"""Pool4 addresses whose L4-IDs are marked at a time. Jool prints address after address, so one would nearly do."""


DEFAULT_FIRST, DEFAULT_LAST = 61001, 65535
"""What a translator with an empty pool4 uses of its own addresses (NICMx/Jool, DEFAULT_POOL4_MIN_PORT)."""


class PortsInUse:
    """Counts the distinct (protocol, pool4 address, L4-ID) of a table: one bit for each L4-ID of a pool4 address.

    Marking an octet is several times as fast as setting a bit, so the addresses that are at hand have octets.
    """

    def __init__(self) -> None:
        self._bits: dict[Place, int] = {}
        self._octets: dict[Place, bytearray] = {}

    @property
    def addresses(self) -> set[str]:
        """The pool4 addresses that were met."""
        return {address for _protocol, address in (*self._bits, *self._octets)}

    def add_block(self, block: TransportAddresses) -> None:
        """Count the transport addresses of many rows.

        :raises ValueError: for an L4-ID that is none.
        """
        for place, l4_ids in by_place(block):
            self._mark(place, map(int, l4_ids))

    def _mark(self, place: Place, l4_ids: Iterable[int]) -> None:
        if place not in self._octets:
            if len(self._octets) >= OPEN_PLACES:
                self._pack()
            self._octets[place] = bytearray(HIGHEST_L4_ID + 1)
        octets = self._octets[place]
        try:
            for l4_id in l4_ids:
                octets[l4_id] = 1
        except IndexError as error:
            raise ValueError(f"an L4-ID is above {HIGHEST_L4_ID}") from error

    def _pack(self) -> None:
        for place, octets in self._octets.items():
            octets.reverse()  # the digits of a number begin with the highest
            self._bits[place] = self._bits.get(place, 0) | int(octets.translate(_DIGITS), 2)
        self._octets.clear()

    def within(self, protocol: str, address: str, first: int, last: int) -> int:
        """How many of these L4-IDs are in use."""
        self._pack()
        used = self._bits.get((protocol, address), 0) >> first & (1 << last - first + 1) - 1
        return bin(used).count("1")


@dataclass(frozen=True)
class Pool4Use:
    """The L4-IDs of one protocol at one address, and how many are in use.

    :ivar mark: of the packets that the range is for; None where the release knows no marks.
    :ivar max_iterations: see `records.pool4.Pool4Range`.
    :ivar is_default: whether pool4 is empty, and this is what the translator uses then.
    :ivar ports_used: those that at least one session holds.
    """

    mark: int | None
    protocol: str
    address: str
    port_min: int
    port_max: int
    max_iterations: int | None
    ports_used: int
    is_default: bool = False

    @property
    def ports_total(self) -> int:
        """L4-IDs in the range."""
        return self.port_max - self.port_min + 1

    @property
    def percent_used(self) -> float:
        """0 to 100, one digit after the point."""
        return round(100 * self.ports_used / self.ports_total, 1)


def default_use(addresses: Iterable[str], protocols: Sequence[str], in_use: PortsInUse) -> list[Pool4Use]:
    """The use of an empty pool4.

    :param addresses: the host's own; those that sessions have are added.
    """
    return [
        Pool4Use(
            None,
            protocol,
            address,
            DEFAULT_FIRST,
            DEFAULT_LAST,
            None,
            in_use.within(protocol, address, DEFAULT_FIRST, DEFAULT_LAST),
            is_default=True,
        )
        for address in sorted({*addresses, *in_use.addresses}, key=IPv4Address)
        for protocol in protocols
    ]


def pool4_use(ranges: Iterable[Pool4Range], protocols: Sequence[str], in_use: PortsInUse) -> list[Pool4Use]:
    """Each range with its use, in the order given, once for each protocol that it is for.

    :param protocols: those that were asked for; others are left out, for nobody counted them.
    """
    uses = []
    for entry in ranges:
        # Up to 3.3 pool4 has addresses only, with every protocol and port.
        first = 0 if entry.port_min is None else entry.port_min
        last = HIGHEST_L4_ID if entry.port_max is None else entry.port_max
        for protocol in protocols if entry.protocol is None else (entry.protocol,):
            if protocol in protocols:
                used = in_use.within(protocol, entry.address, first, last)
                uses.append(Pool4Use(entry.mark, protocol, entry.address, first, last, entry.max_iterations, used))
    return uses
