# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finished structure that every report of a fleet is made of: the place where it becomes plain dictionaries.

Templates show it and compute nothing. Texts are as hosts gave them: who writes HTML or CSV escapes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..facts.shape import now, timestamp
from ..records.session import PROTOCOLS
from .answer import ANSWERED, STATUSES
from .changes import changes_of
from .coverage import Fleet, FleetHost, covered_percent, fleet_of, is_met, percent
from .finding import CRITICAL, WARNING, Finding, worst
from .findings import find
from .host_part import InstancePart, PoolPart
from .options import FleetOptions
from .pairs import Pair, find_pairs
from .pool_findings import pool_severity
from .summary import FleetSummary
from .top_counts import TopCounts, merge_all
from .totals import FleetTotals
from .verdict import verdict

SCHEMA = 1
KIND = "nat64.jool/fleet"

Plain = dict[str, Any]


def fleet_report_data(
    summary: FleetSummary,
    options: FleetOptions | None = None,
    generated_at: datetime | None = None,
    earlier: Mapping[str, Any] | None = None,
    before: FleetSummary | None = None,
) -> Plain:
    """What is to be said of a fleet. Keys are those of RETURN of `jool_fleet_session_info`.

    :param generated_at: the time of the report, with its zone; None: now.
    :param earlier: what this function returned for the same fleet before: findings are known since then.
    :param before: the summary of the same fleet at an earlier time: what changed, which counters grew.
    """
    chosen = options or FleetOptions()
    fleet = fleet_of(summary, chosen, generated_at or now(), before)
    pairs = find_pairs(fleet)
    numbers = FleetTotals(fleet, pairs)
    findings = find(fleet, pairs, earlier)
    totals = numbers.totals()
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "generated_at": timestamp(fleet.generated_at),
        "title": chosen.title,
        "verdict": verdict(fleet, findings, totals),
        "coverage": _coverage(fleet),
        "totals": totals,
        "findings": list(map(_finding, findings)),
        "pools": _pools(fleet),
        "hosts": _hosts(fleet, findings),
        "states": numbers.states(),
        "protocols": numbers.protocols(),
        "expires_in": numbers.expires_in(),
        "top_clients": numbers.top_clients(),
        "top_destinations": numbers.top_destinations(),
        "top_services": numbers.top_services(),
        "top_bounds": numbers.top_bounds(),
        "pairs": [_pair(pair, chosen) for pair in pairs.all],
        "changes": changes_of(fleet, findings, earlier),
        "warnings": [{"host": name, "text": text} for name, text in _warnings(fleet)],
    }


def _warnings(fleet: Fleet) -> Iterator[tuple[str, str]]:
    """What hosts said that was odd, each sentence once."""
    for host in fleet.hosts:
        told = [*(host.facts.warnings if host.facts else ()), *(host.part.state.warnings if host.part.state else ())]
        yield from ((host.name, text) for text in dict.fromkeys(told))


def _coverage(fleet: Fleet) -> Plain:
    """How much of the fleet the numbers are of."""
    by_status = {status: [host for host in fleet.hosts if host.part.status == status] for status in STATUSES}
    answered, facts = by_status[ANSWERED], [facts for _host, facts in fleet.answered]
    moments = sorted(entry.gathered_at for entry in facts)
    twice = [host for host in answered if host.answers > 1]
    return {
        "asked": len(fleet.hosts),
        **{status: len(hosts) for status, hosts in by_status.items()},
        "stale": sum(host.stale for host in answered),
        "duplicate": len(twice),
        "not_applicable": sum(not entry.applicable for entry in facts),
        "incomplete": sum(not entry.complete for entry in facts),
        "percent": covered_percent(len(answered), len(fleet.hosts)),
        "min_percent": fleet.options.min_coverage_percent,
        "met": is_met(fleet),
        "missing": [
            {
                "host": host.name,
                "status": host.part.status,
                "condition": host.condition,
                "message": host.message,
                "remedy": host.remedy,
            }
            for host in fleet.hosts
            if host.facts is None
        ],
        "duplicates": [{"host": host.name, "answers": host.answers} for host in twice],
        "oldest_gathered_at": moments[0] if moments else None,
        "newest_gathered_at": moments[-1] if moments else None,
    }


def _finding(finding: Finding) -> Plain:
    return {
        "severity": finding.severity,
        "code": finding.code,
        "host": finding.host,
        "instance": finding.instance,
        "subject": finding.subject,
        "evidence": finding.evidence,
        "remedy": finding.remedy,
        "accepted": finding.accepted,
        "since": finding.since,
    }


def _pair(pair: Pair, options: FleetOptions) -> Plain:
    return {
        "members": list(pair.members),
        "declared": pair.declared,
        "detected": pair.detected,
        "sessions": dict(pair.sessions),
        "difference": dict(pair.difference.by_protocol),
        "difference_at_least": pair.difference.at_least,
        "difference_about": pair.difference.about,
        "in_step": pair.in_step(options.pair_tolerance_percent),
    }


def _pools(fleet: Fleet) -> list[Plain]:
    """All ranges of pool4, fullest first, then by host."""
    pools = [
        _pool(host, entry, pool, fleet.options)
        for host in fleet.hosts
        for entry in host.instances
        for pool in entry.pool4 or ()
    ]
    pools.sort(key=lambda pool: -pool["ports_used"] / pool["ports_total"])
    return pools


def _pool(host: FleetHost, entry: InstancePart, pool: PoolPart, options: FleetOptions) -> Plain:
    total = pool.ports_total
    return {
        "host": host.name,
        "instance": entry.name,
        "netns": entry.netns,
        "mark": pool.mark,
        "protocol": pool.protocol,
        "address": pool.address,
        "port_min": pool.port_min,
        "port_max": pool.port_max,
        "is_default": pool.is_default,
        "ports_total": total,
        "ports_used": pool.ports_used,
        "ports_free": total - pool.ports_used,
        "percent_used": percent(pool.ports_used, total),
        "severity": pool_severity(pool, options),
    }


def _hosts(fleet: Fleet, findings: Sequence[Finding]) -> list[Plain]:
    """All hosts by name, whether they answered or not."""
    by_host: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.host is not None:
            by_host.setdefault(finding.host, []).append(finding)
    return [_host(host, by_host.get(host.name, [])) for host in fleet.hosts]


def _host(host: FleetHost, findings: Sequence[Finding]) -> Plain:
    facts, counted = host.facts, host.facts is not None and host.facts.applicable
    clients = merge_all(TopCounts.of_list(entry.top_clients, entry.clients, entry.total) for entry in host.instances)
    knows_clients = counted and all(entry.clients is not None for entry in host.instances)
    urgent = [f"{entry.subject}: {entry.evidence}" for entry in findings if entry.severity in (CRITICAL, WARNING)]
    pools = [pool for entry in host.instances for pool in entry.pool4 or ()]
    fullest = max((pool.ports_used / pool.ports_total for pool in pools), default=None)
    return {
        "host": host.name,
        "status": host.part.status,
        "severity": worst([finding.severity for finding in findings]),
        "jool_tool": facts.tool if facts else None,
        "jool_module": facts.module if facts else None,
        "kernel": host.part.state.kernel if host.part.state else None,
        "next_kernel": host.part.state.next_kernel if host.part.state else None,
        "gathered_at": facts.gathered_at if facts else None,
        "age_seconds": host.age_seconds,
        "stale": host.stale,
        "complete": facts is not None and facts.complete,
        "applicable": facts.applicable if facts else None,
        "sessions": sum(entry.total for entry in host.instances) if counted else None,
        **{
            protocol: _sum([entry.by_protocol.get(protocol) for entry in host.instances], counted)
            for protocol in PROTOCOLS
        },
        "clients": clients.distinct_at_least if knows_clients else None,
        "clients_at_most": clients.distinct_at_most if knows_clients else None,
        "fullest_pool_percent": None if fullest is None else percent(fullest, 1),
        "instances": [entry.label for entry in host.instances],
        "message": host.message or (urgent[0] if urgent else None),
        "groups": list(host.part.groups),
    }


def _sum(counts: Sequence[int | None], counted: bool) -> int | None:
    known = [number for number in counts if number is not None]
    return sum(known) if counted and len(known) == len(counts) else None
