# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of ``ansible_facts.jool_sessions``: the one place where results become plain dictionaries.

Every key is always there; what was not gathered is None, and never zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ..records.bib import BibEntry
from ..records.global_parameters import GlobalParameters
from ..records.session import PROTOCOLS, STATES, Session
from ..records.stats import Stats
from ..summary.bib import KINDS, BibSummary
from ..summary.destinations import DestinationSummary
from ..summary.expiry import EDGES_SECONDS, ExpirySummary
from ..summary.fingerprint import SessionFingerprint
from ..summary.marks import MarkSummary
from ..summary.pool4 import Pool4Use
from ..summary.rfc6052 import EmbeddingCheck
from ..summary.sessions import SessionSummary
from .question import Question

SCHEMA = 2
"""2: marks, destinations, services, times, RFC 6052, fingerprint, the BIB, counters, parameters; 1: the rest."""

PARAMETERS = ("pool6", "ss-enabled", "tcp-est-timeout", "tcp-trans-timeout", "udp-timeout", "icmp-timeout")
"""Global parameters that a summary is read with."""

Facts = dict[str, Any]


@dataclass
class InstanceResult:
    """What was learned of one instance.

    :ivar name: None where the source (a capture) does not say; likewise `netns`.
    :ivar protocols: those whose tables were read: where one of these has no session, it has none.
    :ivar counts: protocol to sessions, where they were counted by the kernel and not by reading the table.
    :ivar scanned: rows read, before any filter; None where the kernel counted.
    :ivar static_bib: the bindings that somebody configured; only together with rows.
    :ivar kernel_sessions: JSTAT_SESSIONS before and after the dump; None where it is not known.
    :ivar counters: the kernel's, after the dump.
    """

    name: str | None
    netns: str | None
    framework: str | None
    protocols: tuple[str, ...]
    started_at: datetime
    ended_at: datetime
    complete: bool = True
    counts: Mapping[str, int] | None = None
    summary: SessionSummary | None = None
    destinations: DestinationSummary | None = None
    expiry: ExpirySummary | None = None
    marks: MarkSummary | None = None
    check: EmbeddingCheck | None = None
    fingerprint: SessionFingerprint | None = None
    bib: BibSummary | None = None
    static_bib: Sequence[BibEntry] | None = None
    counters: Stats | None = None
    parameters: GlobalParameters | None = None
    scanned: int | None = None
    pool4: Sequence[Pool4Use] | None = None
    kernel_sessions: tuple[int | None, ...] | None = None
    rows: list[Session] | None = None
    truncated: bool | None = None


@dataclass
class HostResult:
    """What was learned of one host (or capture)."""

    source: str
    transport: str | None
    tool: str | None = None
    module: str | None = None
    applicable: bool = True
    complete: bool = True
    dest: str | None = None
    instances: list[InstanceResult] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(timezone.utc)


def timestamp(moment: datetime) -> str:
    """ISO 8601, UTC, whole seconds."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def facts(result: HostResult, question: Question, gathered_at: datetime) -> Facts:
    """The facts of a host."""
    instances = [_instance(entry, question) for entry in result.instances]
    known = result.applicable
    return {
        "schema": SCHEMA,
        "gathered_at": timestamp(gathered_at),
        "source": result.source,
        "transport": result.transport,
        "applicable": result.applicable,
        "jool": {"tool": result.tool, "module": result.module},
        "complete": result.complete and all(entry.complete for entry in result.instances),
        "warnings": list(result.warnings),
        "protocols": [protocol for protocol in PROTOCOLS if protocol in question.protocols],
        "filtered": question.session_filter.predicate() is not None,
        "total": sum(entry["total"] for entry in instances) if known else None,
        "by_protocol": _added([entry["by_protocol"] for entry in instances], question) if known else None,
        "by_state": _states(instances, question) if known else None,
        "dest": result.dest,
        "instances": instances,
    }


def _instance(entry: InstanceResult, question: Question) -> Facts:
    summary = entry.summary
    counts = entry.counts if entry.counts is not None else summary.by_protocol if summary else {}
    detailed = summary if question.wants_summary else None
    return {
        "name": entry.name,
        "netns": entry.netns,
        "framework": entry.framework,
        "complete": entry.complete,
        "started_at": timestamp(entry.started_at),
        "ended_at": timestamp(entry.ended_at),
        "total": sum(counts.values()),
        "scanned": entry.scanned,
        "by_protocol": {
            protocol: counts.get(protocol, 0) if protocol in entry.protocols else None for protocol in PROTOCOLS
        },
        "by_state": _by_state(entry),
        "by_pool4_address": dict(sorted(detailed.by_pool4_address.items())) if detailed else None,
        "by_mark": dict(sorted(entry.marks.sessions.items())) if entry.marks else None,
        "bib": _bib(entry),
        "static_bib": [_binding(one) for one in entry.static_bib] if entry.static_bib is not None else None,
        "pool4": [_pool4(use) for use in entry.pool4] if entry.pool4 is not None else None,
        "clients": len(detailed.by_client_prefix) if detailed else None,
        "client_prefix_length": question.client_prefix_length,
        "top_clients": (
            [{"prefix": prefix, "sessions": count} for prefix, count in detailed.top_clients(question.top)]
            if detailed
            else None
        ),
        **_destinations(entry.destinations, question.top),
        "expires_in": _expires_in(entry.expiry) if entry.expiry else None,
        "rfc6052": _rfc6052(entry.check) if entry.check else None,
        "globals": _parameters(entry.parameters) if entry.parameters else None,
        "counters": _counters(entry.counters) if entry.counters else None,
        "kernel_sessions": (
            {"before": entry.kernel_sessions[0], "after": entry.kernel_sessions[1]} if entry.kernel_sessions else None
        ),
        "fingerprint": entry.fingerprint.text() if entry.fingerprint else None,
        "sessions": [session._asdict() for session in entry.rows] if entry.rows is not None else None,
        "truncated": entry.truncated,
    }


def _by_state(entry: InstanceResult) -> dict[str, int] | None:
    """TCP's states; None where TCP was not asked for, was counted by the kernel, or is printed without states."""
    summary = entry.summary
    if summary is None or "tcp" not in entry.protocols or summary.stateless_tcp:
        return None
    return {state: summary.by_state.get(state, 0) for state in STATES}


def _pool4(use: Pool4Use) -> Facts:
    return {
        "mark": use.mark,
        "protocol": use.protocol,
        "address": use.address,
        "port_min": use.port_min,
        "port_max": use.port_max,
        "max_iterations": use.max_iterations,
        "is_default": use.is_default,
        "ports_total": use.ports_total,
        "ports_used": use.ports_used,
        "ports_free": use.ports_total - use.ports_used,
        "percent_used": use.percent_used,
    }


def _bib(entry: InstanceResult) -> dict[str, dict[str, int] | None] | None:
    """Entries of each kind; None for a protocol that was not asked for."""
    if entry.bib is None:
        return None
    entries = entry.bib.entries
    return {
        protocol: {kind: entries[protocol, kind] for kind in KINDS} if protocol in entry.protocols else None
        for protocol in PROTOCOLS
    }


def _binding(entry: BibEntry) -> Facts:
    """By the names of a session's record: a binding is one half of it."""
    return {
        "protocol": entry.protocol,
        "ipv6_remote_address": entry.ipv6_address,
        "ipv6_remote_l4_id": entry.ipv6_l4_id,
        "ipv4_local_address": entry.ipv4_address,
        "ipv4_local_l4_id": entry.ipv4_l4_id,
    }


def _destinations(summary: DestinationSummary | None, top: int) -> Facts:
    if summary is None:
        return dict.fromkeys(("destinations", "services", "top_destinations", "top_services"))
    services = summary.top_services(top)
    return {
        "destinations": len(summary.by_server),
        "services": len(summary.by_service),
        "top_destinations": [{"address": server, "sessions": count} for server, count in summary.top_servers(top)],
        "top_services": [
            {"protocol": protocol, "l4_id": l4_id, "sessions": count} for (protocol, l4_id), count in services
        ],
    }


def _expires_in(summary: ExpirySummary) -> list[dict[str, int | None]]:
    return [
        {"from_seconds": first, "to_seconds": last, "sessions": sessions}
        for first, last, sessions in zip(EDGES_SECONDS, (*EDGES_SECONDS[1:], None), summary.sessions)
    ]


def _rfc6052(check: EmbeddingCheck) -> Facts:
    return {"pool6": str(check.pool6), "checked": check.checked, "mismatched": check.mismatched}


def _parameters(parameters: GlobalParameters) -> Facts:
    return {name.replace("-", "_"): parameters.values.get(name) for name in PARAMETERS}


def _counters(stats: Stats) -> dict[str, int | None]:
    return {name: value if stats.is_valid(name) else None for name, value in stats.counters.items()}


def _added(parts: Sequence[Mapping[str, int | None]], question: Question) -> dict[str, int | None]:
    """The sums; None for a protocol that was not asked for, or that an instance knows nothing of."""
    sums: dict[str, int | None] = dict.fromkeys(PROTOCOLS)
    for protocol in question.protocols:
        counts = [part[protocol] for part in parts]
        sums[protocol] = None if None in counts else sum(count or 0 for count in counts)
    return sums


def _states(instances: Sequence[Facts], question: Question) -> dict[str, int] | None:
    if "tcp" not in question.protocols or any(entry["by_state"] is None for entry in instances):
        return None
    return {state: sum(entry["by_state"][state] for entry in instances) for state in STATES}
