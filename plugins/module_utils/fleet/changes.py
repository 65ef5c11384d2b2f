# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What changed in a fleet between two audits: hosts, software, configuration, sessions, findings.

Only what both audits know is compared. What one of them did not gather is no change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .configuration_lines import OF_CLIENTS, TABLES, differences, shown
from .coverage import Fleet, FleetHost
from .finding import Finding
from .findings import finding_key, findings_in
from .host_part import HostPart
from .host_state import RELEASES, HostState, InstanceState
from .two_looks import two_looks

Plain = dict[str, Any]

_RELEASE_WORDS = {
    "tool": "tool",
    "module": "module",
    "siit_tool": "SIIT tool",
    "siit_module": "SIIT module",
    "kernel": "kernel",
    "next_kernel": "next kernel",
}


class Change(NamedTuple):
    """Something of a host that is otherwise now.

    :ivar instance: label of the instance, None for the host.
    :ivar what: in a few words.
    :ivar before: how it was, `now` how it is; None where it was not there.
    """

    host: str
    instance: str | None
    what: str
    before: str | None
    now: str | None


def changes_of(fleet: Fleet, findings: Sequence[Finding], earlier: Mapping[str, Any] | None) -> Plain | None:
    """What changed since the earlier audit; None where nobody compares.

    :param findings: those of now.
    :param earlier: the report of the earlier audit, which knows what was found then.
    """
    if fleet.before is None:
        return None
    now = {host.name: host for host in fleet.hosts}
    moments = [part.facts.gathered_at for part in fleet.before.values() if part.facts is not None]
    both = list(fleet.with_past)
    return {
        "since": max(moments, default=None),
        "hosts_new": sorted(set(now) - set(fleet.before)),
        "hosts_gone": sorted(set(fleet.before) - set(now)),
        "hosts_silent": sorted(host.name for host, past in both if past.facts is not None and host.facts is None),
        "hosts_back": sorted(host.name for host, past in both if past.facts is None and host.facts is not None),
        "sessions": _sessions(both),
        "entries": [change._asdict() for change in _entries(fleet, both)],
        **_findings(fleet, findings, earlier),
    }


def _sessions(both: Sequence[tuple[FleetHost, HostPart]]) -> list[Plain]:
    """Hosts that were counted both times, the largest difference first."""
    rows = []
    for host, past in both:
        if host.facts is not None and past.facts is not None and host.facts.applicable and past.facts.applicable:
            before = sum(entry.total for entry in past.facts.instances)
            after = sum(entry.total for entry in host.facts.instances)
            rows.append({"host": host.name, "before": before, "now": after, "difference": after - before})
    return sorted(rows, key=lambda row: (-abs(row["difference"]), row["host"]))


def _entries(fleet: Fleet, both: Sequence[tuple[FleetHost, HostPart]]) -> list[Change]:
    found: list[Change] = []
    for host, past in both:
        if host.part.state is not None and past.state is not None:
            found += _host_changes(host.name, past.state, host.part.state, fleet.options.client_privacy == "full")
    for looks in two_looks(fleet):
        if looks.began_anew:
            found.append(Change(looks.host.name, looks.label, "counters", "counted on", "began anew"))
    return sorted(found, key=lambda change: (change.host, change.instance or ""))


def _host_changes(host: str, past: HostState, state: HostState, shows_clients: bool) -> Iterator[Change]:
    for name in (*RELEASES, "kernel", "next_kernel"):
        before, now = getattr(past, name), getattr(state, name)
        if before != now:
            yield Change(host, None, _RELEASE_WORDS[name], before, now)
    if past.instances is None or state.instances is None:
        return
    known = {entry.key: entry for entry in past.instances}
    for entry in state.instances:
        earlier = known.pop(entry.key, None)
        if earlier is None:
            yield Change(host, entry.label, "instance", None, "is there")
        else:
            yield from _instance_changes(host, earlier, entry, shows_clients)
    for gone in known.values():
        yield Change(host, gone.label, "instance", "was there", None)


def _instance_changes(host: str, past: InstanceState, entry: InstanceState, shows_clients: bool) -> Iterator[Change]:
    if past.framework != entry.framework and past.framework is not None and entry.framework is not None:
        yield Change(host, entry.label, "framework", past.framework, entry.framework)
    if past.parameters is not None and entry.parameters is not None:
        for name in sorted(past.parameters.keys() & entry.parameters.keys()):
            before, now = past.parameters[name], entry.parameters[name]
            if before != now:
                yield Change(host, entry.label, name.replace("_", "-"), shown(before), shown(now))
    if past.tables is None or entry.tables is None:
        return
    for name in TABLES:
        if name in past.tables and name in entry.tables and past.tables[name].digest != entry.tables[name].digest:
            yield Change(
                host,
                entry.label,
                name,
                f"{past.tables[name].size:,}",
                differences(entry.tables[name], past.tables[name], named=shows_clients or name not in OF_CLIENTS),
            )


def _findings(fleet: Fleet, findings: Sequence[Finding], earlier: Mapping[str, Any] | None) -> Plain:
    """How many findings are new, and which are no more; None where what was found before is not known.

    Those of a host that gives no answer now are not known to be gone.
    """
    past = findings_in(earlier)
    if past is None:
        return {"findings_new": None, "findings_gone": None}
    here = Counter(finding_key(finding._asdict()) for finding in findings)
    there = {finding_key(entry) for entry in past}
    silent = {host.name for host in fleet.hosts if host.facts is None}
    names = ("severity", "code", "host", "instance", "subject")
    return {
        "findings_new": sum(number for key, number in here.items() if key not in there),
        "findings_gone": [
            {name: entry.get(name) for name in names}
            for entry in past
            if finding_key(entry) not in here and entry.get("host") not in silent
        ],
    }
