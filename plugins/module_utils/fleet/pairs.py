# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups of translators that hold the same sessions (joold, ``session proxy``), so that each session is counted once.

The inventory declares them, or they are detected: session synchronisation is on, they have the same pool4, and their
fingerprints show that they share sessions. Where fingerprints are missing or different it stays a suspicion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..records.session import PROTOCOLS
from .coverage import Fleet, FleetHost
from .host_part import InstancePart
from .pair_difference import UNKNOWN, PairDifference, compare, synchronised, together

LEAST_SHARED = 0.5
"""Of the sessions of the larger table: from this part on two hosts are a pair. Without synchronisation they share none,
and the estimate of what they share is off by more than this once in far more fleets than there are."""

MOST_GROUPS = 16
"""Groups of one pool4 that a host is compared with. A fleet that has one pool4 everywhere takes no quadratic time."""


@dataclass(frozen=True)
class Pair:
    """Hosts that hold, or seem to hold, the same sessions.

    :ivar members: names, sorted.
    :ivar declared: whether somebody said so.
    :ivar detected: whether nobody did, and they share sessions. Neither: a suspicion, and every session counts.
    :ivar sessions: member to its sessions; None where it did not answer.
    :ivar difference: sessions that not every member has.
    :ivar largest: sessions of the member with most, in instances that are synchronised.
    """

    members: tuple[str, ...]
    declared: bool
    detected: bool
    sessions: dict[str, int | None]
    difference: PairDifference
    largest: int = 0

    @property
    def counted_once(self) -> bool:
        """Whether sessions of all but one member are in no total."""
        return self.declared or self.detected

    @property
    def silent(self) -> list[str]:
        """Members of which no sessions are known."""
        return [member for member in self.members if self.sessions[member] is None]

    def in_step(self, tolerance_percent: float) -> bool | None:
        """Whether the members hold the same sessions, as far as tables can that are read at different moments."""
        differ = self.difference.at_least if self.difference.about is None else self.difference.about
        return None if differ is None else differ * 100 <= self.largest * tolerance_percent


@dataclass(frozen=True)
class Pairs:
    """All pairs of a fleet, and what they mean for its totals.

    :ivar repeated: ids of the instances whose sessions another member has, too, and that are in no total.
    :ivar repeated_sessions: sessions of these.
    """

    all: list[Pair]
    repeated: frozenset[int] = field(default_factory=frozenset)
    repeated_sessions: int = 0


def find_pairs(fleet: Fleet) -> Pairs:
    """The declared pairs of a fleet, the detected and the suspected ones.

    Of each instance of a pair that is declared or detected the member with most sessions is counted, others are not.
    """
    by_name: dict[str, list[FleetHost]] = {}
    for host in fleet.hosts:
        by_name.setdefault(host.name, []).append(host)
    declared = _joined([*fleet.options.pairs, *([host.name, *host.part.partners] for host in fleet.hosts)])
    found = [_pair(members, _hosts_of(members, by_name), declared=True) for members in declared]
    alike = _alike(fleet, declared)
    # A host with several pools may be found in several ways.
    detected = _without(_joined(group for hosts in alike for group in _detected(_hosts_of(hosts, by_name))), declared)
    found += [_pair(members, _hosts_of(members, by_name), detected=True) for members in detected]
    found += [_pair(members, _hosts_of(members, by_name)) for members in _without(alike, detected)]
    repeated: dict[int, int] = {}
    for pair in found:
        if not pair.counted_once:
            continue
        for copies in together(_hosts_of(pair.members, by_name)).values():
            # The one that knows most, and of those the one with most sessions; then by the order of names.
            counted = max(copies, key=lambda entry: (_gathered(entry), entry.total))
            repeated.update((id(entry), entry.total) for entry in copies if entry is not counted)
    return Pairs(found, frozenset(repeated), sum(repeated.values()))


def _hosts_of(members: Iterable[str], by_name: dict[str, list[FleetHost]]) -> list[FleetHost]:
    return [host for member in members for host in by_name.get(member, [])]


def _joined(groups: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Groups that share a host are one. Sorted; a host alone is no group."""
    group_of: dict[str, set[str]] = {}
    for group in groups:
        joined = set(group).union(*(group_of.get(name, ()) for name in group))
        group_of.update(dict.fromkeys(joined, joined))
    return sorted({tuple(sorted(group)) for group in group_of.values() if len(group) > 1})


def _without(groups: Iterable[tuple[str, ...]], known: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The groups that are in none of the known ones."""
    return [group for group in groups if not any(set(group) <= set(other) for other in known)]


def _gathered(entry: InstancePart) -> int:
    return sum(entry.by_protocol.get(protocol) is not None for protocol in PROTOCOLS)


def _pair(
    members: tuple[str, ...], hosts: Sequence[FleetHost], *, declared: bool = False, detected: bool = False
) -> Pair:
    sessions: dict[str, int | None] = dict.fromkeys(members)
    for host in hosts:
        if host.facts is not None and host.facts.applicable:
            sessions[host.name] = sum(entry.total for entry in host.instances) + (sessions[host.name] or 0)
    answered = [host for host in hosts if sessions[host.name] is not None]
    difference = compare(answered) if len({host.name for host in answered}) > 1 else UNKNOWN
    return Pair(members, declared, detected, sessions, difference, max(map(_sessions, answered), default=0))


def _sessions(host: FleetHost) -> int:
    """Those that other members are to have, too."""
    return sum(entry.total for entry in synchronised(host))


def _alike(fleet: Fleet, declared: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Hosts with session synchronisation on and the same pool4 addresses, that nobody declared to be a pair."""
    by_addresses: dict[frozenset[str], set[str]] = {}
    for host in fleet.hosts:
        for entry in host.instances:
            if entry.globals and entry.globals["ss_enabled"]:
                addresses = frozenset(pool.address for pool in entry.pool4 or () if not pool.is_default)
                if addresses:
                    by_addresses.setdefault(addresses, set()).add(host.name)
    return _without(sorted({tuple(sorted(hosts)) for hosts in by_addresses.values() if len(hosts) > 1}), declared)


def _detected(hosts: Sequence[FleetHost]) -> Iterator[tuple[str, ...]]:
    """Those of alike hosts that share sessions."""
    groups: list[list[FleetHost]] = []
    for host in hosts:
        group = next((group for group in groups if _share_sessions(group[0], host)), None)
        if group is not None:
            group.append(host)
        elif len(groups) < MOST_GROUPS:
            groups.append([host])
    for group in groups:
        names = {host.name for host in group}
        if len(names) > 1:
            yield tuple(sorted(names))


def _share_sessions(one: FleetHost, other: FleetHost) -> bool:
    about = compare((one, other)).about
    if about is None:
        return False
    totals = [_sessions(host) for host in (one, other)]
    # What both have is in the sum twice, what one has alone once.
    shared = (sum(totals) - about) / 2
    return max(totals) > 0 and shared >= LEAST_SHARED * max(totals)
