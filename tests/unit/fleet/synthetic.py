# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session facts of hosts that do not exist: consistent, of any size, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.nat64.jool.plugins.module_utils.facts.shape import timestamp
from ansible_collections.nat64.jool.plugins.module_utils.records.session import PROTOCOLS, STATES

Facts = dict[str, Any]

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=timezone.utc)
"""When the reports of the tests are made."""

HISTOGRAM = ((0, 10), (10, 60), (60, 300), (300, 3600), (3600, None))
SERVICES = (("tcp", 443), ("udp", 443), ("udp", 53), ("tcp", 80), ("tcp", 993), ("tcp", 22), ("icmp", 7))


@dataclass(frozen=True)
class Shape:
    """What an instance is to be like.

    :ivar percents: use of the ranges of pool4, which take turns in protocols; empty: an empty pool4.
    """

    percents: Sequence[float] = (35.0, 20.0, 5.0)
    name: str = "default"
    netns: str = ""
    address: str = "192.0.2.1"
    ports: int = 4535
    prefix_length: int = 64
    top: int = 10
    ss_enabled: bool = False
    counters: tuple[tuple[str, int], ...] = ()
    rfc6052_mismatched: int = 0


def spread(total: int, parts: int) -> list[int]:
    """A number in many parts, none of them empty, the first far larger than the last, largest first."""
    parts = min(total, parts)
    if not parts:
        return []
    weights = [1 / (place + 1) for place in range(parts)]
    shares = [1 + int((total - parts) * weight / sum(weights)) for weight in weights]
    shares[0] += total - sum(shares)
    return shares


def instance_facts(rng: random.Random, shape: Shape, asked: datetime) -> Facts:
    pool4 = [_pool(rng, shape, place, percent) for place, percent in enumerate(shape.percents)]
    by_protocol = {
        protocol: sum(pool["ports_used"] for pool in pool4 if pool["protocol"] == protocol) for protocol in PROTOCOLS
    }
    if not pool4:
        by_protocol = {"tcp": rng.randrange(2000), "udp": rng.randrange(500), "icmp": rng.randrange(20)}
    by_protocol["tcp"] += rng.randrange(1 + by_protocol["tcp"] // 2)
    total = sum(by_protocol.values())
    clients = rng.sample(range(4000), min(total, rng.randrange(50, 400)))
    destinations = rng.sample(range(2000), min(total, rng.randrange(20, 200)))
    counters = {"JSTAT_SESSIONS": total, **dict(shape.counters)}
    states = spread(by_protocol["tcp"], 5)
    return {
        "name": shape.name,
        "netns": shape.netns,
        "framework": "netfilter",
        "complete": True,
        "started_at": timestamp(asked),
        "ended_at": timestamp(asked + timedelta(seconds=2)),
        "total": total,
        "scanned": total,
        "by_protocol": by_protocol,
        "by_state": {state: states[place] if place < len(states) else 0 for place, state in enumerate(STATES)},
        "by_mark": {"0": total},
        "by_pool4_address": {shape.address: total},
        "bib": {
            protocol: {"static": int(protocol == "tcp"), "dynamic": number} for protocol, number in by_protocol.items()
        },
        "pool4": pool4,
        "clients": len(clients),
        "client_prefix_length": shape.prefix_length,
        "top_clients": [
            {"prefix": client_prefix(client, shape.prefix_length), "sessions": number}
            for client, number in list(zip(clients, spread(total, len(clients))))[: shape.top]
        ],
        "destinations": len(destinations),
        "top_destinations": [
            {"address": f"198.51.{number // 250}.{number % 250 + 1}", "sessions": sessions}
            for number, sessions in list(zip(destinations, spread(total, len(destinations))))[: shape.top]
        ],
        "services": min(total, len(SERVICES)),
        "top_services": [
            {"protocol": protocol, "l4_id": l4_id, "sessions": sessions}
            for (protocol, l4_id), sessions in list(zip(SERVICES, spread(total, len(SERVICES))))[: shape.top]
        ],
        "expires_in": [
            {"from_seconds": first, "to_seconds": last, "sessions": sessions}
            for (first, last), sessions in zip(HISTOGRAM, [*reversed(spread(total, 5)), *[0] * 5])
        ],
        "rfc6052": {"pool6": "64:ff9b::/96", "checked": total, "mismatched": shape.rfc6052_mismatched},
        "counters": counters,
        "globals": {"pool6": "64:ff9b::/96", "ss_enabled": shape.ss_enabled, "tcp_est_timeout": 7440},
        "kernel_sessions": {"before": total, "after": total},
        "fingerprint": None,
        "sessions": None,
        "truncated": None,
    }


def client_prefix(number: int, length: int = 64) -> str:
    """One client of 4,000; eight of a /60, whatever the length."""
    if length >= 64:
        return f"2001:db8:{number // 8 + 1:x}:{number % 8 + 1:x}::/{length}"
    return f"2001:db8:{number + 1:x}::/{length}"


def _pool(rng: random.Random, shape: Shape, place: int, percent: float) -> Facts:
    used = round(shape.ports * percent / 100)
    return {
        "mark": 0,
        "protocol": PROTOCOLS[place % 3],
        "address": shape.address,
        "port_min": 61001,
        "port_max": 61000 + shape.ports,
        "max_iterations": 1024,
        "is_default": False,
        "ports_total": shape.ports,
        "ports_used": used,
        "ports_free": shape.ports - used,
        "percent_used": round(100 * used / shape.ports, 1),
    }


def host_facts(rng: random.Random, shapes: Sequence[Shape] = (Shape(),), asked: datetime = NOW, **more: Any) -> Facts:
    """The facts of a host.

    :param more: what to have otherwise, by the names of the facts.
    """
    instances = [instance_facts(rng, shape, asked) for shape in shapes]
    return {
        "schema": 2,
        "gathered_at": timestamp(asked),
        "source": "table",
        "transport": "ssh",
        "applicable": True,
        "jool": {"tool": "4.1.15.0", "module": "4.1.15.0"},
        "complete": True,
        "warnings": [],
        "protocols": list(PROTOCOLS),
        "filtered": False,
        "total": sum(entry["total"] for entry in instances),
        "by_protocol": {protocol: sum(entry["by_protocol"][protocol] for entry in instances) for protocol in PROTOCOLS},
        "by_state": {state: sum(entry["by_state"][state] for entry in instances) for state in STATES},
        "dest": None,
        "instances": instances,
        **more,
    }


def of_schema_1(facts: Facts) -> Facts:
    """The facts as the first schema had them."""
    newer = {"by_mark", "bib", "destinations", "top_destinations", "services", "top_services", "expires_in", "rfc6052"}
    newer |= {"counters", "globals", "fingerprint"}
    instances = [{name: value for name, value in entry.items() if name not in newer} for entry in facts["instances"]]
    for entry in instances:
        entry["pool4"] = [
            {name: value for name, value in pool.items() if name != "is_default"} for pool in entry["pool4"]
        ]
    return {**facts, "schema": 1, "instances": instances}
