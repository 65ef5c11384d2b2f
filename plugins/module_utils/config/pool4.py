# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pool4 as the kernel keeps it: ranges of ports for each mark, protocol and address, merged where they touch.

Sources: NICMx/Jool src/mod/common/db/pool4/db.c, src/usr/nl/json.c (the default range), src/usr/argp/wargp/pool4.c.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, collapse_addresses
from typing import Any, NamedTuple, Union

from ..records.pool4 import Pool4Range
from ..records.session import PROTOCOLS
from .entries import Complaints, EntryError, choice, entries, mapping, needed, number, shown
from .prefixes import ipv4_prefix

Ranges = tuple[tuple[int, int], ...]
"""First and last port; in order, neither overlapping nor touching."""

Iterations = Union[int, str]
"""A number, ``auto`` or ``infinity``."""

AUTO, INFINITY = "auto", "infinity"
"""Jool's words for a number of iterations that it computes, and for none that it would stop at."""

DEFAULT_RANGE = "61001-65535"
LARGEST_MARK = 2147483647
"""Jool reads larger ones from its file as 0, without a word."""

SHORTEST_PREFIX = 24
"""Shorter ones have to be forced: each address is an entry of its own in the kernel."""

SHORTEST_FORCED = 16

_KEYS = ("protocol", "prefix", "port_range", "mark", "max_iterations")
_RANGE = re.compile(r"(\d{1,5})(?:\s*-\s*(\d{1,5}))?")


class Set(NamedTuple):
    """What a packet is matched with; the number of iterations belongs to it."""

    mark: int
    protocol: str


class Place(NamedTuple):
    """What has ranges of its own."""

    mark: int
    protocol: str
    address: IPv4Address

    @property
    def set(self) -> Set:
        """What it is a member of."""
        return Set(self.mark, self.protocol)


class Block(NamedTuple):
    """The same range of many addresses, as one command adds or removes it."""

    mark: int
    protocol: str
    prefix: IPv4Network
    low: int
    high: int


@dataclass(frozen=True)
class Pool4:
    """All of a pool4.

    :ivar ranges: no place has none.
    :ivar iterations: of sets; what is not there is not known, or not said.
    """

    ranges: Mapping[Place, Ranges] = field(default_factory=dict)
    iterations: Mapping[Set, Iterations] = field(default_factory=dict)

    def by_address(self) -> dict[tuple[str, IPv4Address], list[tuple[int, int]]]:
        """Protocol and address to ranges, whatever the mark: for whoever looks up many."""
        found: dict[tuple[str, IPv4Address], list[tuple[int, int]]] = {}
        for place, ranges in self.ranges.items():
            found.setdefault((place.protocol, place.address), []).extend(ranges)
        return found

    def sets(self) -> set[Set]:
        """Those that have a range."""
        return {place.set for place in self.ranges}

    def plus(self, other: Pool4) -> Pool4:
        """Both together; iterations of the other win."""
        places = {**self.ranges, **other.ranges}
        ranges = {place: merged((*self.ranges.get(place, ()), *other.ranges.get(place, ()))) for place in places}
        return Pool4(ranges, {**self.iterations, **other.iterations})

    def minus(self, other: Pool4) -> Pool4:
        """The ports that the other has not. Iterations are not looked at."""
        left = {place: without(ranges, other.ranges.get(place, ())) for place, ranges in self.ranges.items()}
        return Pool4({place: ranges for place, ranges in left.items() if ranges})

    def blocks(self) -> list[Block]:
        """The fewest commands that add or remove all of it, in order."""
        addresses: dict[tuple[int, str, int, int], list[IPv4Network]] = {}
        for place, ranges in self.ranges.items():
            for low, high in ranges:
                found = addresses.setdefault((place.mark, place.protocol, low, high), [])
                found.append(IPv4Network(place.address))
        return sorted(
            Block(mark, protocol, prefix, low, high)
            for (mark, protocol, low, high), found in addresses.items()
            for whole in collapse_addresses(found)
            # A shorter prefix would have to be forced.
            for prefix in (whole.subnets(new_prefix=SHORTEST_PREFIX) if whole.prefixlen < SHORTEST_PREFIX else (whole,))
        )


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges as the kernel keeps them: those that overlap or touch are one."""
    result: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if result and low <= result[-1][1] + 1:
            result[-1] = result[-1][0], max(result[-1][1], high)
        else:
            result.append((low, high))
    return tuple(result)


def without(ranges: Ranges, taken: Ranges) -> Ranges:
    """What is left of merged ranges."""
    left = list(ranges)
    for low, high in taken:
        left = [
            piece
            for first, last in left
            for piece in ((first, min(last, low - 1)), (max(first, high + 1), last))
            if piece[0] <= piece[1]
        ]
    return merged(left)


def read_pool4(value: object, complaints: Complaints, *, force: bool = False) -> Pool4:
    """pool4 as an operator writes it: ``[{protocol, prefix, port_range, mark, max_iterations}]``.

    :param complaints: gets what is wrong, with the number of the entry, from 1.
    """
    pool = Pool4()
    told: dict[Set, tuple[int, Iterations]] = {}
    with complaints.about("pool4"):
        for position, entry in enumerate(entries(value), 1):
            with complaints.about(f"pool4 entry {position} ({shown(entry)})"):
                one = _entry(entry, force)
                for which, iterations in one.iterations.items():
                    before, said = told.setdefault(which, (position, iterations))
                    if said != iterations:
                        raise EntryError(
                            f"max_iterations is {iterations} here and {said} in entry {before}, and it belongs to all"
                            f" ranges of protocol {which.protocol} with mark {which.mark}"
                        )
                pool = pool.plus(one)
    return pool


def _entry(value: object, force: bool) -> Pool4:
    entry = mapping(value, _KEYS)
    protocol = choice(needed(entry, "protocol"), PROTOCOLS)
    prefix = ipv4_prefix(needed(entry, "prefix"))
    if prefix.prefixlen < SHORTEST_FORCED:
        raise EntryError(f"{prefix} has {prefix.num_addresses} addresses, each an entry of its own in the kernel")
    if prefix.prefixlen < SHORTEST_PREFIX and not force:
        raise EntryError(f"{prefix} is shorter than /{SHORTEST_PREFIX}, which Jool takes with 'force: true' only")
    mark = 0 if entry.get("mark") is None else _mark(entry["mark"])
    low, high = port_range(DEFAULT_RANGE if entry.get("port_range") is None else entry["port_range"], protocol)
    iterations = entry.get("max_iterations")
    return Pool4(
        {Place(mark, protocol, address): ((low, high),) for address in prefix},
        {} if iterations is None else {Set(mark, protocol): _iterations(iterations)},
    )


def _mark(value: object) -> int:
    try:
        return number(value, 0, LARGEST_MARK)
    except EntryError as error:
        raise EntryError(f"mark: {error} (Jool's file takes a larger mark for 0 without a word)") from error


def _iterations(value: object) -> Iterations:
    word = str(value).strip().lower()
    if word in {AUTO, INFINITY, "infinite"}:
        return AUTO if word == AUTO else INFINITY
    try:
        return number(value, 1, 4294967295)
    except EntryError as error:
        raise EntryError(f"max_iterations: {error}, and neither 'auto' nor 'infinity'") from error


def port_range(value: object, protocol: str) -> tuple[int, int]:
    """``80``, ``1-2`` or ``2-1``. Port 0 of TCP and UDP is none: Jool begins with 1 then.

    :raises EntryError: for what is none.
    """
    found = None if isinstance(value, bool) else _RANGE.fullmatch(str(value).strip())
    if not found:
        raise EntryError(f"port_range: {shown(value)} is no range of ports; write 80 or 61001-65535")
    first = int(found[1])
    low, high = sorted((first, first if found[2] is None else int(found[2])))
    if high > 65535:
        raise EntryError(f"port_range: {shown(value)} goes beyond 65535")
    if protocol != "icmp":
        if high == 0:
            raise EntryError("port_range: 0 is no port of TCP or UDP")
        low = max(1, low)
    return low, high


def running_pool4(ranges: Iterable[Pool4Range]) -> Pool4:
    """pool4 as it was read from a host (4.0 and later)."""
    found: dict[Place, list[tuple[int, int]]] = {}
    iterations: dict[Set, Iterations] = {}
    for one in ranges:
        if one.mark is None or one.protocol is None or one.port_min is None or one.port_max is None:
            raise ValueError(f"a range of pool4 without mark, protocol or ports: {one}")
        which = Set(one.mark, one.protocol)
        for address in IPv4Network(one.address):
            found.setdefault(Place(*which, address), []).append((one.port_min, one.port_max))
        fixed = INFINITY if one.max_iterations is None else one.max_iterations
        iterations[which] = fixed if one.max_iterations_fixed else AUTO
    return Pool4({place: merged(found[place]) for place in found}, iterations)


def pool4_entries(pool: Pool4) -> list[dict[str, Any]]:
    """The same as options of this collection; a set's iterations stand in each of its entries, ``auto`` in none."""
    listed: list[dict[str, Any]] = []
    for block in pool.blocks():
        entry: dict[str, Any] = {
            "protocol": block.protocol,
            "prefix": str(block.prefix),
            "port_range": f"{block.low}-{block.high}",
            "mark": block.mark,
        }
        iterations = pool.iterations.get(Set(block.mark, block.protocol), AUTO)
        if iterations != AUTO:
            entry["max_iterations"] = iterations
        listed.append(entry)
    return listed
