# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Static BIB entries (NAT64): an IPv6 transport address that is reached at one of pool4."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple

from ..records.bib import BibEntry
from ..records.session import PROTOCOLS
from .entries import Complaints, EntryError, choice, entries, mapping, needed, shown
from .pool4 import Pool4
from .prefixes import transport_address4, transport_address6

_KEYS = ("protocol", "ipv6_address", "ipv4_address")
_DEFAULT_LOW = 61001
"""With an empty pool4 the translator has the ports from here on of the host's own addresses."""


class Binding(NamedTuple):
    """One entry."""

    protocol: str
    ipv6_address: IPv6Address
    ipv6_l4_id: int
    ipv4_address: IPv4Address
    ipv4_l4_id: int

    @property
    def ipv6(self) -> str:
        """``address#port``."""
        return f"{self.ipv6_address}#{self.ipv6_l4_id}"

    @property
    def ipv4(self) -> str:
        """``address#port``."""
        return f"{self.ipv4_address}#{self.ipv4_l4_id}"

    def __str__(self) -> str:
        return f"{self.protocol} {self.ipv6} - {self.ipv4}"

    def collides(self, other: Binding) -> bool:
        """Whether both claim the same transport address for different things."""
        same6 = (self.ipv6_address, self.ipv6_l4_id) == (other.ipv6_address, other.ipv6_l4_id)
        same4 = (self.ipv4_address, self.ipv4_l4_id) == (other.ipv4_address, other.ipv4_l4_id)
        return self.protocol == other.protocol and same6 != same4


def read_bib(value: object, complaints: Complaints) -> frozenset[Binding]:
    """``[{protocol, ipv6_address, ipv4_address}]``.

    :param complaints: gets what is wrong, with the number of the entry, from 1.
    """
    found: dict[Binding, int] = {}
    ends: dict[tuple[object, ...], int] = {}
    with complaints.about("bib"):
        for position, entry in enumerate(entries(value), 1):
            with complaints.about(f"bib entry {position} ({shown(entry)})"):
                binding = _entry(entry)
                if binding in found:
                    continue
                for end in (
                    (binding.protocol, binding.ipv6_address, binding.ipv6_l4_id),
                    (binding.protocol, binding.ipv4_address, binding.ipv4_l4_id),
                ):
                    if end in ends:
                        raise EntryError(f"{end[1]}#{end[2]} is bound by entry {ends[end]}, too")
                    ends[end] = position
                found[binding] = position
    return frozenset(found)


def _entry(value: object) -> Binding:
    entry = mapping(value, _KEYS)
    protocol = choice(needed(entry, "protocol"), PROTOCOLS)
    ipv6 = transport_address6(needed(entry, "ipv6_address"))
    ipv4 = transport_address4(needed(entry, "ipv4_address"))
    return Binding(protocol, *ipv6, *ipv4)


def binding_of(entry: BibEntry) -> Binding:
    """An entry that was read with numbers.

    :raises ValueError: for one with names.
    """
    if entry.ipv6_address is None or entry.ipv6_l4_id is None:
        raise ValueError(f"a BIB entry with a name: {entry.ipv6_name or entry.ipv6_service}")
    return Binding(
        entry.protocol,
        IPv6Address(entry.ipv6_address),
        entry.ipv6_l4_id,
        IPv4Address(entry.ipv4_address),
        entry.ipv4_l4_id,
    )


def outside_pool4(bindings: Iterable[Binding], pool: Pool4) -> list[Binding]:
    """Those that pool4 does not have: the kernel refuses them, and 4.1.9 and later every other change, too."""
    if not pool.ranges:
        return sorted(binding for binding in bindings if binding.ipv4_l4_id < _DEFAULT_LOW)
    ranges = pool.by_address()
    return sorted(
        binding
        for binding in bindings
        if not any(
            low <= binding.ipv4_l4_id <= high for low, high in ranges.get((binding.protocol, binding.ipv4_address), ())
        )
    )


def bib_entries(bindings: Iterable[Binding]) -> list[dict[str, str]]:
    """The same as options of this collection."""
    return [{"protocol": one.protocol, "ipv6_address": one.ipv6, "ipv4_address": one.ipv4} for one in sorted(bindings)]
