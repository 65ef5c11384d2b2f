# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All findings of a fleet: the table of what is looked for, and those that are about more than one host.

Each has a function here or in one of the neighbouring files, that is given the fleet and yields what it finds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ..checks import moment_of
from ..facts.shape import timestamp
from .client_findings import CLIENT_FINDINGS
from .counter_findings import COUNTER_FINDINGS
from .coverage import Fleet, FleetHost, covered_percent, is_met
from .drift import configuration_drift, pair_pool4_differs
from .finding import CRITICAL, NOTE, SEVERITIES, WARNING, Finding, listed, number_of
from .host_findings import HOST_FINDINGS
from .pair_difference import synchronised
from .pairs import Pair, Pairs
from .pool_findings import POOL_FINDINGS
from .state_findings import STATE_FINDINGS


def nobody_asked(fleet: Fleet) -> Iterator[Finding]:
    """There are no hosts at all."""
    if not fleet.hosts:
        yield Finding(
            CRITICAL,
            "nobody_asked",
            "no hosts",
            "Nobody was asked: the list of hosts is empty, and nothing is known of any translator.",
            "Check the pattern of hosts, the inventory and the limit of the play, or the list of summaries.",
        )


def coverage_too_low(fleet: Fleet) -> Iterator[Finding]:
    """Fewer hosts answered than must."""
    if fleet.hosts and not is_met(fleet):
        answered = sum(1 for _host in fleet.answered)
        yield Finding(
            CRITICAL,
            "coverage_too_low",
            "too few answers",
            f"{answered:,} of {number_of(len(fleet.hosts), 'host')} answered, "
            f"{covered_percent(answered, len(fleet.hosts))} percent; "
            f"{fleet.options.min_coverage_percent:g} percent must.",
            "Totals are of the hosts that answered. Ask the missing ones again before relying on them.",
        )


def identity_claimed_twice(fleet: Fleet) -> Iterator[Finding]:
    """Two names and one machine, or one name and two machines."""
    by_identity: dict[str, list[str]] = {}
    for host in fleet.hosts:
        if host.part.identity:
            by_identity.setdefault(host.part.identity, []).append(host.name)
    for identity, names in sorted(by_identity.items()):
        if len(names) > 1:
            yield Finding(
                WARNING,
                "identity_claimed_twice",
                f"identity {identity}",
                f"{listed(names, 10)} claim to be the same machine; their sessions are counted {len(names)} times.",
                "Remove the second name from the inventory, or give cloned machines an identity of their own.",
            )
    for name, number in sorted(Counter(host.name for host in fleet.hosts).items()):
        if number > 1:
            yield Finding(
                WARNING,
                "identity_claimed_twice",
                f"name {name}",
                f"{number} machines of different identities answered under this name; all of them are counted.",
                "Give each machine a name of its own in the inventories that were merged.",
                name,
            )


def releases_mixed(fleet: Fleet) -> Iterator[Finding]:
    """Modules of several releases in one fleet."""
    releases: dict[str, list[str]] = {}
    for host, facts in fleet.answered:
        release = facts.module or facts.tool
        if release:
            releases.setdefault(release, []).append(host.name)
    if len(releases) > 1:
        said = "; ".join(f"{release} on {listed(names)}" for release, names in sorted(releases.items()))
        yield Finding(
            NOTE,
            "releases_mixed",
            "several releases",
            f"Hosts run {len(releases)} releases of Jool: {said}.",
            "Bring them to one release when there is time for it.",
        )


def prefix_lengths_differ(fleet: Fleet) -> Iterator[Finding]:
    """Clients that were counted by prefixes of different lengths."""
    lengths = Counter(entry.client_prefix_length for host in fleet.hosts for entry in host.instances)
    if len(lengths) > 1:
        said = ", ".join(f"/{length} in {number_of(number, 'instance')}" for length, number in sorted(lengths.items()))
        yield Finding(
            NOTE,
            "prefix_lengths_differ",
            "clients cannot be added up exactly",
            f"Clients were counted by prefixes of different lengths: {said}. "
            f"All are shown by /{min(lengths)}, with bounds.",
            "Gather with the same 'client_prefix_length' everywhere.",
        )


def pair_out_of_step(fleet: Fleet, pairs: Pairs) -> Iterator[Finding]:
    """Members of a pair that hold different sessions, or of which one is not known."""
    for pair in pairs.all:
        if not pair.counted_once:
            continue
        in_step, least = pair.in_step(fleet.options.pair_tolerance_percent), pair.difference.at_least
        subject = f"pair {listed(list(pair.members), 10)}"
        if pair.silent:
            yield Finding(
                NOTE,
                "pair_not_compared",
                subject,
                f"No sessions are known of {listed(pair.silent, 10)}, so the pair could not be compared.",
                "Ask all members; see why the others did not answer.",
            )
        if least:
            about = pair.difference.about
            more = f", about {about:,}," if about is not None and about > least else ""
            yield Finding(
                NOTE if in_step else WARNING,
                "pair_out_of_step",
                subject,
                f"At least {number_of(least, 'session')}{more} {'is' if least == 1 else 'are'} not on every member: "
                f"{_sessions_of(pair)}. Tables are read one after the other.",
                "A few are on their way. Many mean that synchronisation is broken: see joold's log and the counters "
                "JSTAT_JOOLD_ of 'jool stats display'.",
            )


def pair_not_synchronised(fleet: Fleet, pairs: Pairs) -> Iterator[Finding]:
    """Somebody says that they are a pair, and a member synchronises nothing."""
    hosts = {host.name: host for host in fleet.hosts}
    for pair in pairs.all:
        alone = [name for name in pair.members if name in hosts and _synchronises_nothing(hosts[name])]
        if pair.declared and alone:
            yield Finding(
                WARNING,
                "pair_not_synchronised",
                f"pair {listed(list(pair.members), 10)}",
                f"Session synchronisation is off on {listed(alone, 10)}: what is there is counted by itself, "
                "and nothing is taken over.",
                "Switch it on with 'jool global update ss-enabled true', or declare no pair.",
            )


def _synchronises_nothing(host: FleetHost) -> bool:
    return bool(host.instances) and not synchronised(host)


def pair_releases_differ(fleet: Fleet, pairs: Pairs) -> Iterator[Finding]:
    """Members of a pair with modules of different releases."""
    releases = {host.name: facts.module or facts.tool for host, facts in fleet.answered}
    for pair in pairs.all:
        known = {member: releases.get(member) for member in pair.members if releases.get(member)}
        if len(set(known.values())) > 1:
            said = ", ".join(f"{member} {release}" for member, release in known.items())
            yield Finding(
                WARNING,
                "pair_releases_differ",
                f"pair {listed(list(pair.members), 10)}",
                f"Members run different releases: {said}. Releases may not understand each other's packets: "
                "4.1.9 refuses what 4.1.13 sends, and drops it.",
                "Bring them to one release. Until then neither takes over the other's connections.",
            )


def pair_undeclared(_fleet: Fleet, pairs: Pairs) -> Iterator[Finding]:
    """Hosts that are a pair, or look like one, and nobody declared it."""
    for pair in pairs.all:
        if pair.detected:
            yield Finding(
                NOTE,
                "pair_detected",
                f"pair {listed(list(pair.members), 10)}",
                "Session synchronisation is on and they hold the same sessions, which are counted once "
                f"({_sessions_of(pair)}). Nobody declared them to be a pair.",
                "Say so with 'pairs' (or 'jool_synchronised_with' in the inventory): then one that is missing, or that "
                "no longer has the same sessions, is noticed.",
            )
        elif not pair.declared:
            yield Finding(
                WARNING,
                "pair_suspected",
                f"pair {listed(list(pair.members), 10)}",
                "They have the same pool4 addresses and session synchronisation is on: "
                f"sessions are perhaps counted twice ({_sessions_of(pair)}).",
                "If they are a pair, say so with 'pairs' (or 'jool_synchronised_with' in the inventory), or gather "
                "the subset 'details', which tells.",
            )


def _sessions_of(pair: Pair) -> str:
    return ", ".join(f"{member} has {number:,}" for member, number in pair.sessions.items() if number is not None)


FleetFinder = Callable[[Fleet], Iterator[Finding]]
PairFinder = Callable[[Fleet, Pairs], Iterator[Finding]]

FLEET_FINDINGS: tuple[FleetFinder, ...] = (
    nobody_asked,
    coverage_too_low,
    *POOL_FINDINGS,
    *HOST_FINDINGS,
    identity_claimed_twice,
    releases_mixed,
    prefix_lengths_differ,
    *STATE_FINDINGS,
    *COUNTER_FINDINGS,
    *CLIENT_FINDINGS,
    configuration_drift,
)
PAIR_FINDINGS: tuple[PairFinder, ...] = (
    pair_out_of_step,
    pair_not_synchronised,
    pair_releases_differ,
    pair_undeclared,
    pair_pool4_differs,
)


def find(fleet: Fleet, pairs: Pairs, earlier: Mapping[str, Any] | None = None) -> list[Finding]:
    """All findings, most severe first, then in the order of the tables and by host.

    :param earlier: a report of the same fleet (see `data`): what it found already is known since then.
    """
    found = [finding for finder in FLEET_FINDINGS for finding in finder(fleet)]
    found += [finding for pair_finder in PAIR_FINDINGS for finding in pair_finder(fleet, pairs)]
    found = [_accepted(finding, fleet.options.accept) for finding in found]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    before, now = _known_since(earlier), timestamp(fleet.generated_at)
    return [
        finding._replace(since=min(finding.since or now, before.get(finding_key(finding._asdict()), now)))
        for finding in found
    ]


def _accepted(finding: Finding, accept: Sequence[str]) -> Finding:
    """What the operator has accepted is a note; nothing is left out."""
    if finding.severity != NOTE and (finding.code in accept or f"{finding.code}:{finding.subject}" in accept):
        return finding._replace(severity=NOTE, accepted=True)
    return finding


def _known_since(earlier: Mapping[str, Any] | None) -> dict[tuple[str, ...], str]:
    """What an earlier report found, and since when. A report that is none, and entries that are none, know nothing."""
    since: dict[tuple[str, ...], str] = {}
    for entry in findings_in(earlier) or ():
        if isinstance(entry.get("since"), str):
            with suppress(ValueError):
                moment_of(entry["since"])
                since[finding_key(entry)] = entry["since"]
    return since


def findings_in(earlier: Mapping[str, Any] | None) -> list[Mapping[str, Any]] | None:
    """What an earlier report found; None of a report that is none."""
    found = earlier.get("findings") if isinstance(earlier, Mapping) else None
    if not isinstance(found, (list, tuple)):
        return None
    return [entry for entry in found if isinstance(entry, Mapping)]


def finding_key(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """What a finding is known by from one report to the next."""
    return tuple(str(entry.get(name)) for name in ("code", "host", "instance", "subject"))
