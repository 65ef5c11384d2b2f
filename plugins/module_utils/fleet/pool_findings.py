# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about pool4: how full its ranges are, and what the kernel's counters say of packets that found no port.

Jool has no counter for an exhausted pool (v4.1.15, db/bib/db.c). TCP packets that find no port count as JSTAT_UNKNOWN, UDP
and ICMP as JSTAT_BIB6_NOT_FOUND, and what no range is for as JSTAT_MASK_DOMAIN_NOT_FOUND. All of them count
other things, too, since the module was loaded: they are evidence only beside a pool that is full.
"""

from __future__ import annotations

from collections.abc import Iterator

from .coverage import Fleet, percent
from .finding import CRITICAL, NOTE, OK, WARNING, Finding, number_of
from .host_part import InstancePart, PoolPart
from .options import FleetOptions

SIGNALS = {
    "JSTAT_BIB6_NOT_FOUND": "UDP and ICMP packets that got no port",
    "JSTAT_UNKNOWN": "TCP packets that got no port, among others",
    "JSTAT_MASK_DOMAIN_NOT_FOUND": "packets that no range of pool4 is for",
}
"""The kernel's counters that an exhausted pool moves."""


def pool_severity(pool: PoolPart, options: FleetOptions) -> str:
    """How bad the use of a range is."""
    for severity, limit in ((CRITICAL, options.pool4_critical_percent), (WARNING, options.pool4_warning_percent)):
        if pool.ports_used * 100 >= limit * pool.ports_total:
            return severity
    return OK


def pool4_use(fleet: Fleet) -> Iterator[Finding]:
    """Ranges that are nearly full or full, one finding for each mark and protocol: these share their ranges."""
    for host, facts in fleet.answered:
        for entry in host.instances:
            together: dict[tuple[int | None, str], list[PoolPart]] = {}
            for pool in entry.pool4 or ():
                together.setdefault((pool.mark, pool.protocol), []).append(pool)
            for (mark, protocol), pools in together.items():
                severities = [pool_severity(pool, fleet.options) for pool in pools]
                severity = CRITICAL if CRITICAL in severities else WARNING
                if severity in severities:
                    yield Finding(
                        severity,
                        "pool4_full" if severity == CRITICAL else "pool4_nearly_full",
                        f"pool4 {protocol}" if mark is None else f"pool4 {protocol}, mark {mark}",
                        _use(pools, severities.count(severity)),
                        _FULL_REMEDY if severity == CRITICAL else _NEARLY_FULL_REMEDY,
                        host.name,
                        entry.label,
                        facts.gathered_at,
                    )


_FULL_REMEDY = (
    "Add addresses or ports to this protocol and mark now (jool pool4 add): from 91 to 95 percent on, Jool drops packets of new "
    "connections. Then see which client holds most."
)
_NEARLY_FULL_REMEDY = "Plan more addresses or ports for this protocol and mark, and see which client holds most."


def _use(pools: list[PoolPart], affected: int) -> str:
    fullest = max(pools, key=lambda pool: pool.ports_used / pool.ports_total)
    text = (
        f"{fullest.address} ports {fullest.port_min}-{fullest.port_max}: {percent(fullest.ports_used, fullest.ports_total)} "
        f"percent in use ({fullest.ports_used:,} of {fullest.ports_total:,})"
    )
    if len(pools) == 1:
        return f"{text}."
    used, total = sum(pool.ports_used for pool in pools), sum(pool.ports_total for pool in pools)
    return (
        f"{text}, the fullest; {affected} of {number_of(len(pools), 'range')} are that full, "
        f"and all of them together {percent(used, total)} percent."
    )


def pool4_exhaustion_counter(fleet: Fleet) -> Iterator[Finding]:
    """Counters that an exhausted pool moves: critical beside a full pool, else worth a look."""
    for host, facts in fleet.answered:
        for entry in host.instances:
            moved = {name: entry.counters.get(name) or 0 for name in SIGNALS} if entry.counters else {}
            said = "; ".join(f"{name} is {number:,} ({SIGNALS[name]})" for name, number in moved.items() if number)
            if not said:
                continue
            full = _fullest(entry, fleet.options)
            if full is None:
                evidence = f"{said}. No range of pool4 that was looked at is nearly full now."
                remedy = "Look again later: counters that grow mean packets that are lost, counters that rest are of the past."
            else:
                evidence = f"{said}, while {full}."
                remedy = f"Packets are being dropped, or were lately. {_FULL_REMEDY}"
            yield Finding(
                NOTE if full is None else CRITICAL,
                "pool4_exhaustion_counter",
                "packets without a port",
                evidence,
                remedy,
                host.name,
                entry.label,
                facts.gathered_at,
            )


def _fullest(entry: InstancePart, options: FleetOptions) -> str | None:
    full = [pool for pool in entry.pool4 or () if pool_severity(pool, options) != OK]
    if not full:
        return None
    pool = max(full, key=lambda pool: pool.ports_used / pool.ports_total)
    return f"pool4 {pool.protocol} of {pool.address} has {percent(pool.ports_used, pool.ports_total)} percent in use"


def default_pool4(fleet: Fleet) -> Iterator[Finding]:
    """Instances without a pool4 of their own."""
    for host in fleet.hosts:
        for entry in host.instances:
            if entry.pool4 is not None and all(pool.is_default for pool in entry.pool4):
                yield Finding(
                    NOTE,
                    "default_pool4",
                    "empty pool4",
                    "pool4 is empty, so Jool uses ports 61001-65535 of the host's own addresses: 4,535 for each protocol and "
                    "address.",
                    "Give the instance a pool4 of its own before it needs more (jool pool4 add).",
                    host.name,
                    entry.label,
                )


POOL_FINDINGS = (pool4_use, pool4_exhaustion_counter, default_pool4)
