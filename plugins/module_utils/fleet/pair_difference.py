# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far the tables of several hosts differ, told from what summaries keep of them.

Counts by instance and protocol give a lower bound. Fingerprints (see `summary.fingerprint`), which hosts with session
synchronisation have, give a better one and an estimate, also where the numbers of sessions are the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from ..records.session import PROTOCOLS
from ..summary.fingerprint import Difference, difference
from .coverage import FleetHost
from .host_part import InstancePart

InstanceKey = tuple[str, int]
"""An instance's name, and its number among those of this name on one host. Namespaces of members need not be alike."""


class PairDifference(NamedTuple):
    """Sessions that some of the hosts have and others have not.

    :ivar by_protocol: at least this many; None where it is unknown.
    :ivar at_least: over all protocols; None where the hosts could not be compared.
    :ivar about: an estimate, never less; None where a host has no fingerprint.
    """

    by_protocol: dict[str, int | None]
    at_least: int | None
    about: int | None


UNKNOWN = PairDifference(dict.fromkeys(PROTOCOLS), None, None)


def synchronised(host: FleetHost) -> list[InstancePart]:
    """The instances of a host but those whose synchronisation is known to be off: their sessions are the host's own."""
    return [entry for entry in host.instances if entry.globals is None or entry.globals["ss_enabled"] is not False]


def together(hosts: Iterable[FleetHost]) -> dict[InstanceKey, list[InstancePart]]:
    """The synchronised instances of several hosts, those together that are to hold the same sessions."""
    found: dict[InstanceKey, list[InstancePart]] = {}
    for host in hosts:
        met: Counter[str] = Counter()
        for entry in sorted(synchronised(host), key=lambda entry: (entry.name or "", entry.netns or "")):
            name = entry.name or ""
            found.setdefault((name, met[name]), []).append(entry)
            met[name] += 1
    return found


def compare(hosts: Sequence[FleetHost]) -> PairDifference:
    """Compare hosts that all have answered."""
    if len(hosts) < 2:
        return UNKNOWN
    copies = list(together(hosts).values())
    by_protocol = {protocol: _by_counts(copies, len(hosts), protocol) for protocol in PROTOCOLS}
    known = [number for number in by_protocol.values() if number is not None]
    from_counts = sum(known) if known else None
    alike = _by_fingerprints(hosts)
    if alike is None:
        return PairDifference(by_protocol, from_counts, None)
    at_least = max(alike.at_least, from_counts or 0)
    return PairDifference(by_protocol, at_least, max(alike.about, at_least))


def _by_counts(copies: Iterable[Sequence[InstancePart]], hosts: int, protocol: str) -> int | None:
    """What instances have more than the least of their counterparts.

    :param copies: instances that belong together.
    :param hosts: how many there are to be of each.
    """
    least = 0
    for entries in copies:
        counts = [entry.by_protocol.get(protocol) for entry in entries]
        counts += [0] * (hosts - len(entries))
        known = [number for number in counts if number is not None]
        if len(known) < len(counts):
            return None
        least += max(known) - min(known)
    return least


def _by_fingerprints(hosts: Sequence[FleetHost]) -> Difference | None:
    """The greatest difference between two of the hosts; None where it is not known of all."""
    if len({tuple(host.facts.protocols) for host in hosts if host.facts}) > 1:
        return None
    differences = [_of_two(*two) for two in combinations(hosts, 2)]
    known = [one for one in differences if one is not None]
    if len(known) < len(differences):
        return None
    return Difference(max(one.at_least for one in known), max(one.about for one in known))


def _of_two(one: FleetHost, other: FleetHost) -> Difference | None:
    at_least, about = 0, 0
    for copies in together((one, other)).values():
        fingerprints = [entry.fingerprint for entry in copies if entry.fingerprint is not None]
        if len(fingerprints) < len(copies):
            return None
        gap = difference(*fingerprints) if len(copies) > 1 else Difference(copies[0].total, copies[0].total)
        at_least, about = at_least + gap.at_least, about + gap.about
    return Difference(at_least, about)
