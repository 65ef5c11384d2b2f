# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host with which all is well, and words to make something of it not well."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from ansible_collections.nat64.jool.plugins.module_utils.config.entries import Complaints
from ansible_collections.nat64.jool.plugins.module_utils.config.pool4 import Pool4, read_pool4
from ansible_collections.nat64.jool.plugins.module_utils.preflight.situation import Kernel, Situation
from ansible_collections.nat64.jool.plugins.module_utils.preflight.wanted import Target
from ansible_collections.nat64.jool.plugins.module_utils.records.release import Release
from ansible_collections.nat64.jool.plugins.module_utils.system.offloads import FEATURES, Feature, InterfaceOffloads

JOOL = Release(4, 1, 9)
OLD, NOW, NEW = "6.1.0-9-amd64", "6.1.0-28-amd64", "6.12.9+bpo-amd64"
ADDRESS = IPv4Address("198.51.100.1")


def kernel(release: str = NOW, **more: Any) -> Kernel:
    """One with headers, for which nothing is built yet."""
    told = {"when": "runs and starts next", "headers": True, "headers_package": f"linux-headers-{release}"}
    return Kernel(release, **{**told, **more})


def target(module: Release | None = JOOL, tool: Release | None = JOOL, **more: Any) -> Target:
    return Target(module=module, tool=tool, **more)


def offloads(interface: str = "eth0", on: tuple[str, ...] = (), fixed: bool = False) -> InterfaceOffloads:
    return InterfaceOffloads("", interface, {name: Feature(name in on, fixed) for name in FEATURES})


def pool4(*entries: tuple[str, str, str]) -> Pool4:
    """Of protocol, prefix and ports."""
    complaints = Complaints()
    told = [{"protocol": protocol, "prefix": prefix, "port_range": ports} for protocol, prefix, ports in entries]
    pool = read_pool4(told, complaints, force=True)
    complaints.refuse()
    return pool


WELL = Situation(
    target=target(),
    kernels=(kernel(),),
    forwards=False,
    offloads=(offloads(),),
    mtus=(("eth0", 1500), ("eth1", 1500)),
    local_ports=(32768, 60999),
    addresses=(ADDRESS,),
    pool4=pool4(("tcp", str(ADDRESS), "61001-65535"), ("icmp", str(ADDRESS), "0-65535")),
)


def situation(**other: Any) -> Situation:
    """The same with something else."""
    return replace(WELL, **other)
