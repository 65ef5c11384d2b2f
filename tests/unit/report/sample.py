# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Structures of fleets of any size, as documented. The same arguments give the same structure.

What is wrong in a fleet is drawn by chance from `trouble`, the share of hosts that have some: 0 is a quiet night, 1 a bad one.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

NOW = datetime(2026, 11, 25, 3, 12, 40, tzinfo=timezone.utc)
SITES = ("fra1", "ams2", "par3", "waw1", "mad2")
STATES = (
    ("ESTABLISHED", 71.0),
    ("TRANS", 12.5),
    ("V4_FIN_V6_FIN_RCV", 7.0),
    ("V6_FIN_RCV", 4.1),
    ("V6_INIT", 3.2),
    ("V4_FIN_RCV", 2.1),
    ("V4_INIT", 0.1),
)
EXPIRY = (
    (0, 10, "under 10 s", 3.1),
    (10, 60, "10 s to 1 min", 9.4),
    (60, 300, "1 to 5 min", 31.0),
    (300, 3600, "5 min to 1 h", 12.5),
    (3600, 7200, "1 to 2 h", 44.0),
    (7200, None, "over 2 h", 0.0),
)
PORTS = 64512


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def severity_of(percent: float | None) -> str:
    if percent is None:
        return "note"
    return "critical" if percent >= 90 else "warning" if percent >= 80 else "ok"


def share(amount: int, whole: int) -> float:
    return round(100 * amount / whole, 1) if whole else 0.0


def finding(severity: str, code: str, host: str | None, subject: str, evidence: str, remedy: str, since: datetime | None) -> dict[str, Any]:
    return {
        "severity": severity,
        "code": code,
        "host": host,
        "instance": "default" if code.startswith("pool4") else None,
        "subject": subject,
        "evidence": evidence,
        "remedy": remedy,
        "since": iso(since) if since else None,
    }


class Sample:
    """Makes one fleet."""

    def __init__(self, hosts: int, trouble: float, seed: int = 64) -> None:
        self.chance = random.Random(seed + hosts)
        self.trouble = trouble
        self.findings: list[dict[str, Any]] = []
        self.missing: list[dict[str, Any]] = []
        self.pools: list[dict[str, Any]] = []
        self.warnings: list[dict[str, Any]] = []
        self.hosts = [self.host(self.name(place, hosts)) for place in range(hosts)]

    @staticmethod
    def name(place: int, hosts: int) -> str:
        return f"{SITES[place % len(SITES)]}-nat64-{place // len(SITES) + 1:0{len(str(hosts))}d}"

    def host(self, name: str) -> dict[str, Any]:
        if self.chance.random() < self.trouble * 0.3:
            return self.silent(name)
        pools = [self.pool(name, protocol) for protocol in ("tcp", "udp", "icmp")]
        self.pools += pools
        tcp, udp, icmp = (pool["ports_used"] * 3 for pool in pools)
        fullest = max(pool["percent_used"] for pool in pools)
        worst = severity_of(fullest)
        tool = module = self.chance.choice(("4.1.13", "4.1.13", "4.1.9"))
        if self.chance.random() < self.trouble * 0.05:
            module, worst = "4.1.5", "warning" if worst == "ok" else worst
            self.findings.append(
                finding(
                    "warning", "version_mixed", name, f"tool {tool}, module {module}",
                    f"The tool is {tool}, the loaded module is {module}.",
                    "Reload the module in a maintenance window: that drops every session.", None,
                )
            )  # fmt: skip
        if self.chance.random() < self.trouble * 0.1:
            self.warnings.append({"host": name, "text": "The instance 'blue' lives in no named network namespace, it was not read."})
        seconds = self.chance.randint(2, 140)
        return {
            "host": name, "status": "answered", "severity": worst, "jool_tool": tool, "jool_module": module,
            "gathered_at": iso(NOW - timedelta(seconds=seconds)), "age_seconds": seconds, "stale": False, "complete": True,
            "sessions": tcp + udp + icmp, "tcp": tcp, "udp": udp, "icmp": icmp, "clients": (tcp + udp) // 55,
            "fullest_pool_percent": fullest, "instances": ["default"], "message": None, "groups": [name.split("-")[0], "nat64"],
        }  # fmt: skip

    def silent(self, name: str) -> dict[str, Any]:
        status, condition, message, remedy = self.chance.choice(
            (
                ("unreachable", "ConnectionFailed", "The host cannot be reached: no route to host.",
                 "Check the address, the port and the way there (ansible_host, ansible_port, ProxyJump)."),
                ("failed", "ModuleNotLoaded", "The kernel module 'jool' is not loaded.",
                 "Load it with 'modprobe jool'. If that fails, see whether DKMS built it for the running kernel (dkms status)."),
                ("failed", "NoPrivilege", "The user may not ask the kernel module.", "Run the task with 'become: true'."),
            )
        )  # fmt: skip
        self.missing.append({"host": name, "status": status, "condition": condition, "message": message, "remedy": remedy})
        since = NOW - timedelta(minutes=self.chance.randint(4, 600))
        self.findings.append(finding("critical", f"host_{status}", name, condition, message, remedy, since))
        return {
            "host": name, "status": status, "severity": "critical", "message": message, "groups": [name.split("-")[0], "nat64"],
            "instances": [], "stale": False, "complete": False,
            **dict.fromkeys(("jool_tool", "jool_module", "gathered_at", "age_seconds", "sessions", "tcp", "udp", "icmp",
                             "clients", "fullest_pool_percent")),
        }  # fmt: skip

    def pool(self, host: str, protocol: str) -> dict[str, Any]:
        mean = {"tcp": 52.0, "udp": 31.0, "icmp": 1.5}[protocol]
        percent = min(78.0, abs(self.chance.gauss(mean, mean / 4)))
        if protocol != "icmp" and self.chance.random() < self.trouble * 0.25:
            percent = self.chance.uniform(80, 100)
        used = round(PORTS * percent / 100)
        percent = share(used, PORTS)
        address = f"198.51.100.{self.chance.randint(1, 254)}"
        severity = severity_of(percent)
        if severity != "ok":
            self.findings.append(
                finding(
                    severity, "pool4_full" if severity == "critical" else "pool4_nearly_full", host,
                    f"{address} {protocol} 1024-65535", f"{used:,} of {PORTS:,} ports are in use ({percent} %).",
                    "Add addresses or ports to pool4 ('jool pool4 add'), or find out who holds them (top clients).",
                    NOW - timedelta(minutes=self.chance.randint(3, 200)) if severity == "critical" else None,
                )
            )  # fmt: skip
        return {
            "host": host, "instance": "default", "netns": "", "mark": 0, "protocol": protocol, "address": address,
            "port_min": 1024, "port_max": 65535, "is_default": False, "ports_total": PORTS, "ports_used": used,
            "ports_free": PORTS - used, "percent_used": percent, "severity": severity,
        }  # fmt: skip


def total(hosts: Sequence[Mapping[str, Any]], key: str) -> int | None:
    known = [host[key] for host in hosts if host[key] is not None]
    return sum(known) if known else None


def top(names: Sequence[Mapping[str, Any]], sessions: int, cut: bool) -> list[dict[str, Any]]:
    rows = []
    for place, name in enumerate(names):
        low = round(sessions * 0.06 / (place + 1.3))
        high = low + (round(low * 0.07) if cut and place > 3 else 0)
        rows.append({**name, "sessions_at_least": low, "sessions_at_most": high, "exact": low == high, "percent": share(low, sessions)})
    return rows


def fleet(hosts: int = 3, trouble: float = 0.25, title: str = "NAT64 fleet") -> dict[str, Any]:
    """The structure of a fleet of that many hosts."""
    made = Sample(hosts, trouble)
    rank = ("critical", "warning", "note", "ok").index
    findings = sorted(made.findings, key=lambda one: (rank(one["severity"]), one["code"], one["host"]))
    asked, silent = hosts, len(made.missing)
    failed = sum(host["status"] == "failed" for host in made.missing)
    sessions = total(made.hosts, "sessions")
    counted = sessions or 0
    look = sum(host["severity"] in ("critical", "warning") for host in made.hosts)
    severity = findings[0]["severity"] if findings else "ok"
    gathered = sorted(host["gathered_at"] for host in made.hosts if host["gathered_at"])
    sentence = (
        f"{look:,} of {hosts:,} hosts need a look: {silent:,} gave no answer, "
        f"{len({pool['host'] for pool in made.pools if pool['severity'] == 'critical'}):,} have a pool that is full."
        if look
        else f"Nothing is wrong: all {hosts:,} hosts answered." if hosts else "No host was asked."
    )  # fmt: skip
    many = hosts > 10
    return {
        "schema": 1,
        "kind": "nat64.jool/fleet",
        "generated_at": iso(NOW),
        "title": title,
        "verdict": {
            "severity": severity,
            "sentence": sentence,
            "lines": [sentence, f"{asked - silent} of {asked} hosts answered.", *(f"{one['severity']}: {one['host']}: {one['evidence']}" for one in findings[:8])],
        },
        "coverage": {
            "asked": asked, "answered": asked - silent, "failed": failed, "unreachable": silent - failed, "stale": 0, "duplicate": 0,
            "not_applicable": 0, "incomplete": 0, "percent": share(asked - silent, asked), "min_percent": None, "met": True,
            "missing": made.missing, "oldest_gathered_at": gathered[0] if gathered else None,
            "newest_gathered_at": gathered[-1] if gathered else None,
        },
        "totals": {
            "sessions": sessions,
            "by_protocol": {protocol: total(made.hosts, protocol) for protocol in ("tcp", "udp", "icmp")},
            "by_state": {state: round(counted * percent / 100) for state, percent in STATES} if counted else None,
            "bib": {protocol: {"static": 2, "dynamic": total(made.hosts, protocol)} for protocol in ("tcp", "udp", "icmp")} if counted else None,
            "instances": asked - silent,
            "clients": {"at_least": counted // 55, "at_most": counted // 55 + (counted // 800 if many else 0), "prefix_length": 64},
            "sessions_counted_twice": round(counted * 0.01) if hosts > 1 else 0,
        },
        "findings": findings,
        "pools": sorted(made.pools, key=lambda pool: -pool["percent_used"]),
        "hosts": sorted(made.hosts, key=lambda host: host["host"]),
        "states": [{"state": state, "sessions": round(counted * percent / 100), "percent": percent} for state, percent in STATES] if counted else [],
        "protocols": [
            {"protocol": protocol, "sessions": total(made.hosts, protocol), "percent": share(total(made.hosts, protocol) or 0, counted)}
            for protocol in ("tcp", "udp", "icmp")
        ] if counted else [],
        "expires_in": [
            {"from_seconds": low, "to_seconds": high, "label": label, "sessions": round(counted * percent / 100), "percent": percent}
            for low, high, label, percent in EXPIRY
        ] if counted else None,
        "top_clients": top([{"prefix": f"2001:db8:64:{(place * 7919) % 65536:x}::/64"} for place in range(10)], counted, many) if counted else [],
        "top_destinations": top([{"address": f"203.0.113.{(place * 37) % 250 + 1}"} for place in range(10)], counted, many) if counted else [],
        "top_services": top(
            [{"protocol": protocol, "l4_id": port, "label": label} for protocol, port, label in (
                ("tcp", 443, "tcp 443 (https)"), ("udp", 443, "udp 443 (quic)"), ("udp", 53, "udp 53 (domain)"), ("tcp", 80, "tcp 80 (http)"),
                ("udp", 3478, "udp 3478 (stun)"), ("tcp", 993, "tcp 993 (imaps)"), ("udp", 4500, "udp 4500 (ipsec)"), ("tcp", 22, "tcp 22 (ssh)"))],
            counted * 5, many,
        ) if counted else [],
        "pairs": [
            {"members": [made.hosts[0]["host"], made.hosts[1]["host"]], "declared": True,
             "sessions": {host["host"]: host["sessions"] for host in made.hosts[:2]}, "difference_at_least": 17, "in_step": True}
        ] if hosts > 1 else [],
        "warnings": made.warnings,
    }  # fmt: skip


HOSTILE = "</td></script><script>alert(1)</script><img src=x onerror=alert(2)>"
"""What a host that means harm would call itself."""


def hostile(text: str = HOSTILE) -> dict[str, Any]:
    """A fleet in which every text that comes from elsewhere is `text`."""
    structure = fleet(3, 1.0)

    def poison(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: poison(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [poison(inner, key) for inner in value]
        chosen = key not in ("kind", "severity", "status", "code", "generated_at", "gathered_at", "since", "protocol") and not key.endswith("_at")
        return text if isinstance(value, str) and chosen else value

    poisoned: dict[str, Any] = poison(structure)
    return poisoned
