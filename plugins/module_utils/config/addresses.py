# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SIIT's own tables: explicit address mappings (RFC 7757) and the IPv4 addresses that are never translated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

from ..records.eamt import EamtEntry
from .entries import Complaints, EntryError, entries, mapping, needed, shown
from .prefixes import ipv4_prefix, ipv6_prefix

_KEYS = ("ipv6_prefix", "ipv4_prefix")

SUBNET_SCOPED = tuple(
    IPv4Network(text) for text in ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32")
)
"""Never translated anyway; Jool takes them with ``--force`` only."""


class Eam(NamedTuple):
    """One mapping."""

    ipv6_prefix: IPv6Network
    ipv4_prefix: IPv4Network

    def __str__(self) -> str:
        return f"{self.ipv6_prefix} - {self.ipv4_prefix}"


def read_eamt(value: object, complaints: Complaints, *, force: bool = False) -> frozenset[Eam]:
    """``[{ipv6_prefix, ipv4_prefix}]``.

    :param complaints: gets what is wrong, with the number of the entry, from 1.
    :param force: lets prefixes overlap; equal ones never can.
    """
    found: dict[Eam, int] = {}
    with complaints.about("eamt"):
        for position, entry in enumerate(entries(value), 1):
            with complaints.about(f"eamt entry {position} ({shown(entry)})"):
                eam = _eam(entry)
                if eam not in found:
                    found[eam] = position
    for sentence in overlaps(found, force=force):
        complaints.add("eamt", sentence)
    return frozenset(found)


def _eam(value: object) -> Eam:
    entry = mapping(value, _KEYS)
    eam = Eam(ipv6_prefix(needed(entry, "ipv6_prefix")), ipv4_prefix(needed(entry, "ipv4_prefix")))
    if 32 - eam.ipv4_prefix.prefixlen > 128 - eam.ipv6_prefix.prefixlen:
        raise EntryError(
            f"{eam.ipv4_prefix} has more addresses than {eam.ipv6_prefix}, so that not all could be mapped (RFC 7757)"
        )
    return eam


def overlaps(mappings: Iterable[Eam], *, force: bool = False) -> list[str]:
    """Sentences about mappings of which one is inside the other (RFC 7757 3.2).

    In the order of addresses a prefix stands directly before those that are inside it.
    """
    listed = list(mappings)
    return [
        *_inside([(one.ipv6_prefix, one) for one in listed], force),
        *_inside([(one.ipv4_prefix, one) for one in listed], force),
    ]


def _inside(keyed: Sequence[tuple[IPv4Network, Eam]] | Sequence[tuple[IPv6Network, Eam]], force: bool) -> list[str]:
    told = []
    around: list[tuple[int, int, Eam]] = []
    spans = sorted((int(key.network_address), -int(key.broadcast_address), eam) for key, eam in keyed)
    for first, negative_last, eam in spans:
        last = -negative_last
        while around and around[-1][1] < first:
            around.pop()
        if around:
            outer_first, outer_last, outer = around[-1]
            if (outer_first, outer_last) == (first, last):
                told.append(f"{eam} and {outer} have the same prefix")
            elif not force:
                told.append(f"{eam} overlaps {outer} ('force: true' lets them)")
        around.append((first, last, eam))
    return told


def running_eamt(rows: Iterable[EamtEntry]) -> frozenset[Eam]:
    """The mappings that were read from a host."""
    return frozenset(Eam(IPv6Network(row.ipv6_prefix), IPv4Network(row.ipv4_prefix)) for row in rows)


def eamt_entries(mappings: Iterable[Eam]) -> list[dict[str, str]]:
    """The same as options of this collection."""
    return [{"ipv6_prefix": str(one.ipv6_prefix), "ipv4_prefix": str(one.ipv4_prefix)} for one in sorted(mappings)]


def read_denylist4(value: object, complaints: Complaints, *, force: bool = False) -> frozenset[IPv4Network]:
    """``[prefix]``. One that is there twice counts once: Jool would keep it twice.

    :param complaints: gets what is wrong, with the number of the entry, from 1.
    """
    found: set[IPv4Network] = set()
    with complaints.about("denylist4"):
        for position, entry in enumerate(entries(value), 1):
            with complaints.about(f"denylist4 entry {position} ({shown(entry)})"):
                prefix = ipv4_prefix(entry)
                scoped = next((one for one in SUBNET_SCOPED if one.overlaps(prefix)), None)
                if scoped and not force:
                    raise EntryError(f"{scoped} is never translated; Jool takes it with 'force: true' only")
                found.add(prefix)
    return frozenset(found)


def running_denylist4(prefixes: Iterable[str]) -> frozenset[IPv4Network]:
    """The prefixes that were read from a host."""
    return frozenset(map(IPv4Network, prefixes))
