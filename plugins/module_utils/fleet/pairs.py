# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups of translators that hold the same sessions (joold, ``session proxy``), so that each session is counted once.

Which sessions differ cannot be told from counts: each host's counts by instance and protocol give a lower bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..records.session import PROTOCOLS
from .coverage import Fleet, FleetHost
from .host_part import InstancePart

InstanceKey = tuple[str, int]
"""An instance's name, and its number among those of this name on one host. Namespaces of members need not be alike."""


@dataclass(frozen=True)
class Pair:
    """Hosts that hold, or seem to hold, the same sessions.

    :ivar members: names, sorted.
    :ivar declared: whether somebody said so; otherwise it is a suspicion, and every session counts.
    :ivar sessions: member to its sessions; None where it did not answer.
    :ivar difference: protocol to the least number of sessions that one has and another has not; None where unknown.
    :ivar largest: sessions of the largest member.
    """

    members: tuple[str, ...]
    declared: bool
    sessions: dict[str, int | None]
    difference: dict[str, int | None]
    largest: int = 0

    @property
    def difference_at_least(self) -> int | None:
        """Over all protocols; None where members could not be compared."""
        known = [number for number in self.difference.values() if number is not None]
        return sum(known) if known else None

    @property
    def silent(self) -> list[str]:
        """Members of which no sessions are known."""
        return [member for member in self.members if self.sessions[member] is None]

    def in_step(self, tolerance_percent: float) -> bool | None:
        """Whether the members hold the same sessions, as far as tables can that are read at different moments."""
        least = self.difference_at_least
        return None if least is None else least * 100 <= self.largest * tolerance_percent

    def as_dict(self, tolerance_percent: float) -> dict[str, Any]:
        """Plain data for a report."""
        return {
            "members": list(self.members),
            "declared": self.declared,
            "sessions": dict(self.sessions),
            "difference": dict(self.difference),
            "difference_at_least": self.difference_at_least,
            "in_step": self.in_step(tolerance_percent),
        }


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
    """The declared pairs of a fleet and the suspected ones.

    Of each instance of a declared pair the member with most sessions is counted, the others are not.
    """
    by_name: dict[str, list[FleetHost]] = {}
    for host in fleet.hosts:
        by_name.setdefault(host.name, []).append(host)
    declared = _joined([*fleet.options.pairs, *([host.name, *host.part.partners] for host in fleet.hosts)])
    found: list[Pair] = []
    repeated: set[int] = set()
    sessions = 0
    for members in declared:
        hosts = [host for member in members for host in by_name.get(member, [])]
        found.append(_compared(members, hosts, declared=True))
        for copies in _instances(hosts).values():
            # The one that knows most, and of those the one with most sessions; then by the order of names.
            counted = max(copies, key=lambda entry: (_gathered(entry), entry.total))
            others = [entry for entry in copies if entry is not counted]
            repeated.update(map(id, others))
            sessions += sum(entry.total for entry in others)
    found += [
        _compared(members, [host for member in members for host in by_name[member]], declared=False)
        for members in _suspected(fleet, declared)
    ]
    return Pairs(found, frozenset(repeated), sessions)


def _joined(groups: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Groups that share a host are one. Sorted; a host alone is no group."""
    group_of: dict[str, set[str]] = {}
    for group in groups:
        joined = set(group).union(*(group_of.get(name, ()) for name in group))
        group_of.update(dict.fromkeys(joined, joined))
    return sorted({tuple(sorted(group)) for group in group_of.values() if len(group) > 1})


def _gathered(entry: InstancePart) -> int:
    return sum(entry.by_protocol.get(protocol) is not None for protocol in PROTOCOLS)


def _instances(hosts: Iterable[FleetHost]) -> dict[InstanceKey, list[InstancePart]]:
    """The instances of several hosts, those together that hold the same sessions."""
    together: dict[InstanceKey, list[InstancePart]] = {}
    for host in hosts:
        met: Counter[str] = Counter()
        for entry in sorted(host.instances, key=lambda entry: (entry.name or "", entry.netns or "")):
            name = entry.name or ""
            together.setdefault((name, met[name]), []).append(entry)
            met[name] += 1
    return together


def _compared(members: tuple[str, ...], hosts: Sequence[FleetHost], *, declared: bool) -> Pair:
    sessions: dict[str, int | None] = dict.fromkeys(members)
    for host in hosts:
        if host.facts is not None and host.facts.applicable:
            sessions[host.name] = sum(entry.total for entry in host.instances) + (sessions[host.name] or 0)
    known = [number for number in sessions.values() if number is not None]
    difference: dict[str, int | None] = dict.fromkeys(PROTOCOLS)
    if len(known) > 1:
        answered = [host for host in hosts if sessions[host.name] is not None]
        for protocol in PROTOCOLS:
            difference[protocol] = _difference(answered, protocol)
    return Pair(members, declared, sessions, difference, max(known, default=0))


def _difference(hosts: Sequence[FleetHost], protocol: str) -> int | None:
    """The least number of sessions that differ: what instances have more than the least of their counterparts."""
    least = 0
    for copies in _instances(hosts).values():
        counts = [entry.by_protocol.get(protocol) for entry in copies]
        counts += [0] * (len(hosts) - len(copies))
        known = [number for number in counts if number is not None]
        if len(known) < len(counts):
            return None
        least += max(known) - min(known)
    return least


def _suspected(fleet: Fleet, declared: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Hosts with session synchronisation on and the same pool4 addresses, that nobody declared to be a pair."""
    alike: dict[frozenset[str], set[str]] = {}
    for host in fleet.hosts:
        for entry in host.instances:
            if entry.globals and entry.globals["ss_enabled"]:
                addresses = frozenset(pool.address for pool in entry.pool4 or () if not pool.is_default)
                if addresses:
                    alike.setdefault(addresses, set()).add(host.name)
    known = [set(group) for group in declared]
    return sorted(
        {
            tuple(sorted(hosts))
            for hosts in alike.values()
            if len(hosts) > 1 and not any(hosts <= group for group in known)
        }
    )
