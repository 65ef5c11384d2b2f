# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings of one kind belong together: three hundred hosts without an answer are one fact and three hundred lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

SEVERITIES = ("critical", "warning", "note", "ok")
"""Worst first."""

TITLES: Mapping[str, str] = {
    "nobody_asked": "Nobody was asked",
    "host_unreachable": "Hosts that cannot be reached",
    "host_failed": "Hosts that could not answer",
    "coverage_too_low": "Too few hosts answered",
    "host_stale": "Answers that are old",
    "incomplete_answer": "Answers that are incomplete",
    "clock_differs": "Answers from the future",
    "duplicate_answer": "Hosts that answered more than once",
    "identity_claimed_twice": "Different hosts with one identity",
    "pool4_full": "pool4 full",
    "pool4_nearly_full": "pool4 nearly full",
    "pool4_exhaustion_counter": "Counters of packets that found no port",
    "default_pool4": "Default pool4 in use",
    "version_mixed": "Tool and kernel module of different releases",
    "releases_mixed": "Different releases in one fleet",
    "rfc6052_mismatch": "Sessions whose addresses break RFC 6052",
    "pair_out_of_step": "Pairs that are out of step",
    "pair_not_synchronised": "Pairs that do not synchronise",
    "pair_releases_differ": "Pairs of different releases",
    "pair_not_compared": "Pairs that could not be compared",
    "pair_detected": "Pairs that nobody declared",
    "pair_suspected": "Hosts that look like a pair",
    "pair_pool4_differs": "Pairs with different pool4",
    "instance_disabled": "Instances that are switched off",
    "instance_hidden": "Several netfilter instances in one namespace",
    "instance_missing": "Instances that the group has and a host has not",
    "kernel_without_module": "Kernels without a module of Jool",
    "next_module_differs": "Next kernels whose module and tool do not fit",
    "module_waits": "Another module on disk than the loaded one",
    "pool4_listening": "Programs that listen on ports of pool4",
    "pool4_local_ports": "Ports of pool4 that the host sends from",
    "pool4_local_ports_refused": "Ports of pool4 that the host sends from and Jool refuses",
    "receive_offload": "Receive offloads that are on",
    "state_unknown": "Hosts of which only sessions are known",
    "state_incomplete": "Hosts that were not looked at as a whole",
    "no_traffic": "Instances that translate nothing",
    "counter_grew": "Counters of lost packets that grew",
    "heavy_client": "Clients that take much of pool4",
    "configuration_drift": "Hosts that are configured unlike their group",
    "timeout_short": "Timeouts below RFC 6146",
    "prefix_lengths_differ": "Clients counted by prefixes of different lengths",
    "tcp_timeout_short": "Established TCP times out early",
    "rows_truncated": "Rows that were left out",
    "kernel_count_differs": "Counts that differ from the kernel's",
}
"""Code of a finding to the heading of its group. A code that is not here is shown as it is."""


def title_of(code: object) -> str:
    """The heading of a kind of finding."""
    return TITLES.get(str(code), str(code).replace("_", " "))


def rank(severity: object) -> int:
    """Worst is 0. What is not known comes first: nobody should overlook it."""
    return SEVERITIES.index(severity) if isinstance(severity, str) and severity in SEVERITIES else 0


MOST_REMEDIES = 5
"""A kind of finding with more different remedies than this stays one group, and each line has its own remedy."""


def kinds(findings: Sequence[Mapping[str, Any]], shown: int) -> list[dict[str, Any]]:
    """Findings by severity and code, worst first, otherwise in the order they came in.

    :param shown: how many of each kind are shown.
    :return: dictionaries with ``severity``, ``code``, ``title``, ``anchor`` (unique in a page), ``count``, ``findings``
        (the shown ones), ``more`` (how many are not shown), ``remedy`` (where all have the same one, else None) and
        ``since`` (the earliest, or None).
    """
    return [_group(members, shown) for members in _by_kind(findings)]


def grouped(findings: Sequence[Mapping[str, Any]], shown: int) -> list[dict[str, Any]]:
    """As `kinds`, with a group for each remedy."""
    return [
        _group(members, shown, place) for kind in _by_kind(findings) for place, members in enumerate(_by_remedy(kind))
    ]


def _by_kind(findings: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for finding in findings:
        found.setdefault((finding["severity"], finding["code"]), []).append(finding)
    return sorted(found.values(), key=lambda members: rank(members[0]["severity"]))


def _by_remedy(findings: list[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    remedies: dict[str, list[Mapping[str, Any]]] = {}
    for finding in findings:
        remedies.setdefault(finding["remedy"], []).append(finding)
    return [findings] if len(remedies) > MOST_REMEDIES else sorted(remedies.values(), key=len, reverse=True)


def _group(members: Sequence[Mapping[str, Any]], shown: int, place: int = 0) -> dict[str, Any]:
    severity, code = members[0]["severity"], members[0]["code"]
    return {
        "severity": severity,
        "code": code,
        "title": title_of(code),
        "anchor": f"{severity}-{code}" + (f"-{place}" if place else ""),
        "count": len(members),
        "findings": members[:shown],
        "more": max(0, len(members) - shown),
        "remedy": members[0]["remedy"] if len({finding["remedy"] for finding in members}) == 1 else None,
        "since": earliest(members),
    }


def earliest(findings: Sequence[Mapping[str, Any]]) -> str | None:
    """The earliest ``since``. ISO 8601 in UTC sorts as text; None where no finding knows."""
    return min((finding["since"] for finding in findings if finding.get("since")), default=None)


def by_severity(things: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """How many there are of each severity, worst first."""
    counts = dict.fromkeys(SEVERITIES, 0)
    for thing in things:
        counts[SEVERITIES[rank(thing["severity"])]] += 1
    return counts
