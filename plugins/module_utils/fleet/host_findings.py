# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about one host: whether its answer came, is whole, and can be relied on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..records.session import PROTOCOLS
from .answer import UNREACHABLE
from .coverage import Fleet, FleetHost
from .finding import CRITICAL, NOTE, WARNING, Finding, duration, number_of
from .host_part import InstancePart

TRANSLATES_NOTHING = ("ModuleNotLoaded",)
"""Conditions (see `errors`) that mean that packets are not translated. Other failures concern the question alone."""

COUNT_DIFFERS_PERCENT, COUNT_DIFFERS_LEAST = 10, 10
"""How far JSTAT_SESSIONS may be from the sessions read: a dump takes its time and is no snapshot."""


def host_unreachable(fleet: Fleet) -> Iterator[Finding]:
    """Nobody got there, so it may be down."""
    for host in fleet.hosts:
        if host.part.status == UNREACHABLE:
            yield Finding(CRITICAL, "host_unreachable", "no way there", host.message or "", host.remedy, host.name)


def host_failed(fleet: Fleet) -> Iterator[Finding]:
    """It was reached and could not answer."""
    for host in fleet.hosts:
        if host.facts is None and host.part.status != UNREACHABLE:
            severity = CRITICAL if host.condition in TRANSLATES_NOTHING else WARNING
            yield Finding(
                severity, "host_failed", host.condition or "no answer", host.message or "", host.remedy, host.name
            )


def host_stale(fleet: Fleet) -> Iterator[Finding]:
    """Its answer is old."""
    limit = fleet.options.stale_after_seconds
    for host, facts in fleet.answered:
        if host.stale and host.age_seconds is not None:
            yield Finding(
                WARNING,
                "host_stale",
                "old answer",
                f"The answer is {duration(host.age_seconds)} old, the limit is {duration(limit)}.",
                "Ask the host again; until then its numbers are those of that time.",
                host.name,
                since=facts.gathered_at,
            )


def clock_differs(fleet: Fleet) -> Iterator[Finding]:
    """It was asked later than now."""
    for host, facts in fleet.answered:
        if host.from_future and host.age_seconds is not None:
            yield Finding(
                WARNING,
                "clock_differs",
                "answer from the future",
                f"It was asked at {facts.gathered_at}, which is {duration(-host.age_seconds)} after this report.",
                "Set the clocks of the machines that ask and that report (NTP), then ask the host again.",
                host.name,
            )


def duplicate_answer(fleet: Fleet) -> Iterator[Finding]:
    """It answered more than once."""
    for host, facts in fleet.answered:
        if host.answers > 1:
            yield Finding(
                NOTE,
                "duplicate_answer",
                "several answers",
                f"There are {host.answers} answers; only that of {facts.gathered_at} was counted.",
                "See that job slices do not share hosts, and that no summary is merged twice.",
                host.name,
            )


def incomplete_answer(fleet: Fleet) -> Iterator[Finding]:
    """Its answer does not cover what that of others covers."""
    asked = {protocol for _host, facts in fleet.answered for protocol in facts.protocols}
    unfiltered = any(not facts.filtered for _host, facts in fleet.answered if facts.applicable)
    for host, facts in fleet.answered:
        if not facts.applicable:
            continue
        lacking = [protocol for protocol in PROTOCOLS if protocol in asked and _lacks(host, protocol, facts.protocols)]
        said = [
            *([] if facts.complete else ["not every instance was read"]),
            *([f"no sessions of {', '.join(lacking)} were gathered"] if lacking else []),
            *(["filters were in force"] if facts.filtered and unfiltered else []),
        ]
        if said:
            text = ", and ".join(said)
            hints = [] if facts.complete else facts.warnings[:1]
            yield Finding(
                WARNING,
                "incomplete_answer",
                "answer not complete",
                " ".join([f"{text[0].upper()}{text[1:]}: totals do not have it.", *hints]),
                "Ask the host for what the others were asked for, in all of its network namespaces.",
                host.name,
                since=facts.gathered_at,
            )


def _lacks(host: FleetHost, protocol: str, asked: Iterable[str]) -> bool:
    return protocol not in asked or any(entry.by_protocol.get(protocol) is None for entry in host.instances)


def rows_truncated(fleet: Fleet) -> Iterator[Finding]:
    """Its rows were capped."""
    for host, entry in _instances(fleet):
        if entry.truncated:
            yield Finding(
                NOTE,
                "rows_truncated",
                "rows left out",
                f"It has {number_of(entry.total, 'session')}, more than rows were asked for. Counts are of all.",
                "For the whole table use 'dest', or raise 'max_sessions'.",
                host.name,
                entry.label,
            )


def kernel_count_differs(fleet: Fleet) -> Iterator[Finding]:
    """The kernel's own count is far from what was read."""
    for host, facts in fleet.answered:
        if facts.filtered or set(facts.protocols) != set(PROTOCOLS):
            continue
        for entry in host.instances:
            known = [number for number in entry.kernel_sessions or () if number is not None]
            if not known and entry.counters:
                known = [number for number in (entry.counters.get("JSTAT_SESSIONS"),) if number is not None]
            apart = max(min(known) - entry.total, entry.total - max(known), 0) if known else 0
            if apart > max(COUNT_DIFFERS_LEAST, entry.total * COUNT_DIFFERS_PERCENT / 100):
                kernel = f"{min(known):,}" if min(known) == max(known) else f"{min(known):,} to {max(known):,}"
                yield Finding(
                    NOTE,
                    "kernel_count_differs",
                    "kernel's count",
                    f"The table has {number_of(entry.total, 'session')}, and the kernel's JSTAT_SESSIONS is {kernel}.",
                    "Believe the table. The counter loses its count when a configuration is replaced ('file handle').",
                    host.name,
                    entry.label,
                    facts.gathered_at,
                )


def version_mixed(fleet: Fleet) -> Iterator[Finding]:
    """Its tool and its kernel module are of different releases."""
    for host, facts in fleet.answered:
        if facts.tool and facts.module and facts.tool != facts.module:
            yield Finding(
                WARNING,
                "version_mixed",
                "releases of tool and module",
                f"The tool is {facts.tool}, the loaded kernel module is {facts.module}.",
                "Install the same release of both and reload the module, which drops every session: choose the time.",
                host.name,
            )


def rfc6052_mismatch(fleet: Fleet) -> Iterator[Finding]:
    """Rows whose IPv6 destination does not contain their IPv4 destination."""
    for host, entry in _instances(fleet):
        if entry.rfc6052 and entry.rfc6052[2]:
            prefix, checked, wrong = entry.rfc6052
            yield Finding(
                CRITICAL,
                "rfc6052_mismatch",
                "addresses do not fit pool6",
                f"In {wrong:,} of {number_of(checked, 'row')} the IPv6 destination is not the IPv4 destination under "
                f"{prefix or 'pool6'} (RFC 6052).",
                "See whether pool6 was changed while sessions lived on. If not, mistrust the table and report it.",
                host.name,
                entry.label,
                host.facts.gathered_at if host.facts else None,
            )


def _instances(fleet: Fleet) -> Iterator[tuple[FleetHost, InstancePart]]:
    return ((host, entry) for host in fleet.hosts for entry in host.instances)


HOST_FINDINGS = (
    host_unreachable,
    host_failed,
    host_stale,
    clock_differs,
    incomplete_answer,
    version_mixed,
    rfc6052_mismatch,
    duplicate_answer,
    rows_truncated,
    kernel_count_differs,
)
