# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer to the question at three in the morning, is anything wrong and where: a sentence, lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .coverage import Fleet
from .finding import CRITICAL, WARNING, Finding, listed, number_of, worst

LINES = 10
"""At most, whatever the size of the fleet."""

LINE_LENGTH = 240
"""Characters of a line that are shown."""

TITLES = {
    "host_unreachable": "cannot be reached",
    "host_failed": "failed",
    "host_stale": "old answer",
    "clock_differs": "answer from the future",
    "incomplete_answer": "answer not complete",
    "pool4_full": "pool4 full",
    "pool4_nearly_full": "pool4 nearly full",
    "pool4_exhaustion_counter": "packets without a port",
    "version_mixed": "tool and module of different releases",
    "rfc6052_mismatch": "rows that do not fit pool6",
    "identity_claimed_twice": "identity claimed twice",
    "pair_out_of_step": "pair out of step",
    "pair_suspected": "undeclared pair",
    "pair_pool4_differs": "pair with different pool4",
    "instance_disabled": "instance switched off",
    "instance_hidden": "several netfilter instances in one place",
    "kernel_without_module": "kernel without a module of Jool",
    "next_module_differs": "next kernel's module and tool do not fit",
    "module_waits": "another module on disk",
    "pool4_listening": "programs listen on ports of pool4",
    "pool4_local_ports": "pool4 and the host share ports",
    "pool4_local_ports_refused": "pool4 and the host share ports",
    "receive_offload": "receive offloads are on",
    "state_unknown": "host not looked at",
    "state_incomplete": "host not looked at as a whole",
    "no_traffic": "translates nothing",
    "counter_grew": "counters of lost packets grew",
    "heavy_client": "clients that take much of pool4",
    "configuration_drift": "configured unlike its group",
}
"""What several findings of one code are called together."""


def verdict(fleet: Fleet, findings: Sequence[Finding], totals: Mapping[str, Any]) -> dict[str, Any]:
    """The severity of the whole, a sentence, and lines for a terminal: what is wrong, where, and how many answered.

    :param findings: most severe first.
    """
    severity = worst([finding.severity for finding in findings])
    sentence = _sentence(fleet, findings)
    lines = [sentence]
    if fleet.hosts:
        lines += [_answers(fleet), _sessions(totals)]
    urgent = _together([finding for finding in findings if finding.severity in (CRITICAL, WARNING)])
    room = LINES - len(lines)
    if len(urgent) > room:
        left = len(urgent) - room + 1
        urgent = [*urgent[: room - 1], f"and {number_of(left, 'more kind')} of findings: see the report"]
    return {"severity": severity, "sentence": sentence, "lines": [_printable(line) for line in (*lines, *urgent)]}


def _sentence(fleet: Fleet, findings: Sequence[Finding]) -> str:
    if not fleet.hosts:
        return "Nobody was asked: the list of hosts is empty, and nothing is known of any translator."
    by_severity = {
        severity: [finding for finding in findings if finding.severity == severity] for severity in (CRITICAL, WARNING)
    }
    hosts = {finding.host for found in by_severity.values() for finding in found if finding.host is not None}
    words = {CRITICAL: "critical finding", WARNING: "warning"}
    said = ", ".join(number_of(len(found), words[severity]) for severity, found in by_severity.items() if found)
    asked = number_of(len(fleet.hosts), "host")
    if hosts:
        return f"{len(hosts):,} of {asked} {'needs' if len(hosts) == 1 else 'need'} a look: {said}."
    if said:
        return f"The fleet of {asked} needs a look: {said}."
    return (
        "The host answered, and nothing is wrong."
        if len(fleet.hosts) == 1
        else f"All {asked} answered, and nothing is wrong."
    )


def _answers(fleet: Fleet) -> str:
    missing = [host.name for host in fleet.hosts if host.facts is None]
    line = f"{len(fleet.hosts) - len(missing):,} of {number_of(len(fleet.hosts), 'host')} answered"
    return f"{line}, not: {listed(missing, 5)}" if missing else line


def _sessions(totals: Mapping[str, Any]) -> str:
    number, least = totals["sessions"], totals["at_least"]
    if least["sessions"] is None:
        return "sessions: unknown"
    parts = ", ".join(
        f"{protocol} {'unknown' if count is None else format(count, ',')}"
        for protocol, count in least["by_protocol"].items()
    )
    return f"sessions: {'at least ' if number is None else ''}{least['sessions']:,} ({parts})"


def _together(findings: Sequence[Finding]) -> list[str]:
    """A line for each code and severity, in the order of their first findings."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.code), []).append(finding)
    return [_line(severity, code, group) for (severity, code), group in groups.items()]


def _line(severity: str, code: str, group: Sequence[Finding]) -> str:
    first = group[0]
    if len(group) == 1:
        where = " ".join(word for word in (first.host, first.instance) if word)
        return f"{severity}: {where or 'fleet'}: {first.subject}: {first.evidence}"
    hosts = list(dict.fromkeys(finding.host for finding in group if finding.host is not None))
    title = TITLES.get(code, first.subject)
    where = f" on {number_of(len(hosts), 'host')} ({listed(hosts, 5)})" if hosts else ""
    return f"{severity}: {title}: {number_of(len(group), 'finding')}{where}; first: {first.evidence}"


def _printable(line: str) -> str:
    """One line, without what a terminal would obey."""
    text = "".join(
        character if character.isprintable() else f"\\x{ord(character):02x}" for character in " ".join(line.split())
    )
    return text if len(text) <= LINE_LENGTH else f"{text[: LINE_LENGTH - 1]}…"
