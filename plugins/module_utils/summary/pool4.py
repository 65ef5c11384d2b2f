# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How full pool4 is: the transport addresses that sessions hold, counted into pool4's ranges.

A port (or ICMP identifier) of a pool4 address is used when at least one session has it; a BIB entry may have many
sessions (RFC 6146 3.1). Static BIB entries without sessions are not seen here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..records.pool4 import Pool4Range
from ..records.session import HIGHEST_L4_ID
from ..records.session_block import SessionBlock


class PortsInUse:
    """Counts the distinct (protocol, pool4 address, L4-ID) of a table: one bit for each L4-ID of a pool4 address."""

    def __init__(self) -> None:
        self._bits: dict[tuple[str, str], bytearray] = {}

    def add_block(self, block: SessionBlock) -> None:
        """Count the transport addresses of many sessions."""
        for protocol, address, l4_id in set(zip(block.protocols, block.pool4_addresses, block.pool4_l4_ids)):
            bits = self._bits.get((protocol, address))
            if bits is None:
                bits = self._bits[(protocol, address)] = bytearray((HIGHEST_L4_ID + 1) // 8)
            number = int(l4_id)
            bits[number >> 3] |= 1 << (number & 7)

    def within(self, protocol: str, address: str, first: int, last: int) -> int:
        """How many of these L4-IDs are in use."""
        bits = self._bits.get((protocol, address))
        if bits is None:
            return 0
        used = int.from_bytes(bits, "little") >> first & (1 << last - first + 1) - 1
        return bin(used).count("1")


@dataclass(frozen=True)
class Pool4Use:
    """The L4-IDs of one protocol at one address, and how many are in use.

    :ivar mark: of the packets that the range is for; None where the release knows no marks.
    :ivar max_iterations: see `records.pool4.Pool4Range`.
    :ivar ports_used: those that at least one session holds.
    """

    mark: int | None
    protocol: str
    address: str
    port_min: int
    port_max: int
    max_iterations: int | None
    ports_used: int

    @property
    def ports_total(self) -> int:
        """L4-IDs in the range."""
        return self.port_max - self.port_min + 1

    @property
    def percent_used(self) -> float:
        """0 to 100, one digit after the point."""
        return round(100 * self.ports_used / self.ports_total, 1)


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
