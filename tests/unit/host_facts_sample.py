# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of hosts as `jool_facts` gives them, for whoever looks at them: a healthy translator, and parts of it."""

from __future__ import annotations

from typing import Any

RUNNING, FOLLOWING = "6.1.0-28-amd64", "6.1.0-29-amd64"

GLOBALS: dict[str, Any] = {
    "manually_enabled": True,
    "pool6": "64:ff9b::/96",
    "mtu_plateaus": [65535, 32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68],
    "tcp_est_timeout": 7440,
    "tcp_trans_timeout": 240,
    "udp_timeout": 300,
    "icmp_timeout": 60,
    "ss_enabled": False,
}


def pool4(*addresses: str, ports: str = "61001-65535", mark: int = 0) -> list[dict[str, Any]]:
    return [
        {"protocol": protocol, "prefix": f"{address}/32", "port_range": ports, "mark": mark, "max_iterations": "auto"}
        for address in addresses
        for protocol in ("tcp", "udp", "icmp")
    ]


def statistics(**counters: int | None) -> dict[str, Any]:
    """Counters; None is one whose value cannot be true."""
    return {
        name: {"value": value, "valid": value is not None, "printed": value or 0, "explanation": "x"}
        for name, value in counters.items()
    }


def instance(
    name: str = "default", netns: str = "", translator: str = "nat64", framework: str = "netfilter", **more: Any
) -> dict[str, Any]:
    """An instance of NAT64, or of SIIT.

    :param more: ``parameters`` beside `GLOBALS`, ``pool4``, ``bib``, ``eamt``, ``statistics``, ``config``.
    """
    nat64 = translator == "nat64"
    config = {
        "name": name,
        "netns": netns,
        "translator": translator,
        "framework": framework,
        "global": {**GLOBALS, **more.get("parameters", {})},
        "pool4": more.get("pool4", pool4("192.0.2.1")) if nat64 else None,
        "bib": more.get("bib", []) if nat64 else None,
        "eamt": None if nat64 else more.get("eamt", []),
        "denylist4": None if nat64 else [],
    }
    return {
        "translator": translator,
        "name": name,
        "netns": netns,
        "framework": framework,
        "complete": True,
        "config": more.get("config", config),
        "statistics": more.get("statistics", statistics(JSTAT_SUCCESS=100, JSTAT_RECEIVED6=60, JSTAT_RECEIVED4=60)),
    }


def module(version: str | None = "4.1.9", on_disk: bool | None = True) -> dict[str, Any]:
    return {"on_disk": on_disk, "paths": [], "path": None, "version": version if on_disk else None}


def kernel(release: str = RUNNING, dkms_state: str | None = "installed", **modules: Any) -> dict[str, Any]:
    found = {"jool": module(), "jool_siit": module(), **modules}
    return {"release": release, "headers": True, "dkms_state": dkms_state, "modules": found}


def kernels(running: Any = None, following: Any = None, known_by: str = "grub_default") -> dict[str, Any]:
    return {
        "running": running or kernel(),
        "next": following or kernel(),
        "next_known_by": known_by,
        "installed": [RUNNING],
    }


def offload(interface: str, netns: str = "", fixed: bool = False, **features: bool) -> dict[str, Any]:
    return {
        "netns": netns,
        "interface": interface,
        "features": {name: {"enabled": value, "fixed": fixed} for name, value in features.items()},
    }


def host_facts(**more: Any) -> dict[str, Any]:
    """A healthy translator of 4.1.9, with other values where they are given."""
    facts: dict[str, Any] = {
        "schema": 1,
        "gathered_at": "2026-11-25T17:55:00Z",
        "transport": "connection",
        "complete": True,
        "warnings": [],
        "subsets": ["versions", "kernel", "instances", "statistics", "offloads", "sysctls", "sockets"],
        "tool": "4.1.9",
        "module": "4.1.9",
        "module_on_disk": "4.1.9",
        "siit_tool": "4.1.9",
        "siit_module": None,
        "siit_module_on_disk": "4.1.9",
        "kernels": kernels(),
        "dkms": [],
        "instances": [instance()],
        "offloads": [offload("eth0", generic_receive_offload=False)],
        "sysctls": [
            {
                "netns": "",
                "parameters": {
                    "net.ipv4.ip_local_port_range": [32768, 60999],
                    "net.ipv4.ip_local_reserved_ports": "",
                },
            }
        ],
        "sockets": [{"netns": "", "listening": [{"protocol": "tcp", "address": None, "port": 22}]}],
        "ipv4_addresses": [{"netns": "", "addresses": ["192.0.2.1"]}],
    }
    return {**facts, **more}
