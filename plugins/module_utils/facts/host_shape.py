# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of ``ansible_facts.jool``: the one place where what was learned of a host becomes plain dictionaries.

Every key is always there; what was not gathered, and what could not be read, is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ..records.kind import TOOLS
from ..records.stats import Stats
from ..system.dkms import DkmsEntry, state_for
from ..system.kernels import Kernels
from ..system.modules import KernelFiles, ModuleOnDisk
from ..system.offloads import Feature, InterfaceOffloads
from ..system.sockets import Socket
from ..system.sysctls import Value
from .configuration import Configuration
from .host_question import HOST_SUBSETS, HostQuestion
from .shape import Facts, timestamp

HOST_SCHEMA = 1


@dataclass
class InstanceFacts:
    """What was learned of one instance.

    :ivar translator: its kind, see `client.translator`.
    :ivar netns: network namespace, "" for the one that the connection ends in.
    """

    translator: str
    name: str
    netns: str
    framework: str | None
    complete: bool = True
    configuration: Configuration | None = None
    statistics: Stats | None = None


@dataclass
class HostFacts:
    """What was learned of one host. None is what was not gathered or could not be read.

    :ivar tools: kind of translator to the release of its tool; None where it is not installed.
    :ivar modules: the same of the loaded kernel module.
    :ivar kernel_files: release of a kernel to what is on disk for it.
    :ivar sysctls: network namespace to parameters.
    :ivar sockets: network namespace to the sockets that listen there.
    :ivar ipv4_addresses: network namespace to the global addresses there.
    """

    transport: str
    started_at: datetime
    complete: bool = True
    tools: dict[str, str | None] = field(default_factory=dict)
    modules: dict[str, str | None] = field(default_factory=dict)
    kernels: Kernels | None = None
    kernel_files: dict[str, KernelFiles] = field(default_factory=dict)
    dkms: list[DkmsEntry] | None = None
    instances: list[InstanceFacts] | None = None
    offloads: list[InterfaceOffloads] | None = None
    sysctls: dict[str, dict[str, Value] | None] | None = None
    sockets: dict[str, list[Socket] | None] | None = None
    ipv4_addresses: dict[str, list[str] | None] | None = None
    warnings: list[str] = field(default_factory=list)


def host_facts(facts: HostFacts, question: HostQuestion) -> Facts:
    """The facts of a host."""
    asked = question.wants("instances") or question.wants("statistics")
    return {
        "schema": HOST_SCHEMA,
        "gathered_at": timestamp(facts.started_at),
        "transport": facts.transport,
        "complete": facts.complete,
        "warnings": list(dict.fromkeys(facts.warnings)),
        "subsets": [subset for subset in HOST_SUBSETS if subset in question.subsets or subset == "versions"],
        "tool": facts.tools["nat64"],
        "module": facts.modules["nat64"],
        "module_on_disk": _on_disk(facts, "nat64"),
        "siit_tool": facts.tools["siit"],
        "siit_module": facts.modules["siit"],
        "siit_module_on_disk": _on_disk(facts, "siit"),
        "kernels": _kernels(facts),
        "dkms": [entry._asdict() for entry in facts.dkms] if facts.dkms is not None else None,
        "instances": (
            [_instance(entry) for entry in facts.instances] if asked and facts.instances is not None else None
        ),
        "offloads": [_offloads(entry) for entry in facts.offloads] if facts.offloads is not None else None,
        "sysctls": (
            [{"netns": netns, "parameters": values} for netns, values in facts.sysctls.items()]
            if facts.sysctls is not None
            else None
        ),
        "sockets": (
            [{"netns": netns, "listening": _sockets(found)} for netns, found in facts.sockets.items()]
            if facts.sockets is not None
            else None
        ),
        "ipv4_addresses": (
            [{"netns": netns, "addresses": found} for netns, found in facts.ipv4_addresses.items()]
            if facts.ipv4_addresses is not None
            else None
        ),
    }


def _on_disk(facts: HostFacts, kind: str) -> str | None:
    """The release that modprobe would load into the running kernel."""
    running = facts.kernels.running if facts.kernels else None
    files = facts.kernel_files.get(running) if running else None
    return files.modules[TOOLS[kind]].version if files else None


def _kernels(facts: HostFacts) -> Facts | None:
    found = facts.kernels
    if found is None:
        return None
    return {
        "running": _kernel(facts, found.running),
        "next": _kernel(facts, found.following),
        "next_known_by": found.known_by,
        "installed": list(found.installed) if found.installed is not None else None,
    }


def _kernel(facts: HostFacts, release: str | None) -> Facts | None:
    if release is None:
        return None
    files = facts.kernel_files[release]
    return {
        "release": release,
        "headers": files.headers,
        "dkms_state": state_for(release, facts.dkms) if facts.dkms is not None else None,
        "modules": {name: _module(module) for name, module in files.modules.items()},
    }


def _module(module: ModuleOnDisk) -> Facts:
    return {
        "on_disk": bool(module.paths) if module.paths is not None else None,
        "paths": list(module.paths) if module.paths is not None else None,
        "path": module.path,
        "version": module.version,
    }


def _instance(entry: InstanceFacts) -> Facts:
    return {
        "translator": entry.translator,
        "name": entry.name,
        "netns": entry.netns,
        "framework": entry.framework,
        "complete": entry.complete,
        "config": entry.configuration,
        "statistics": _statistics(entry.statistics) if entry.statistics is not None else None,
    }


def _statistics(stats: Stats) -> Facts:
    """A gauge that went below zero is near 2^64: it has no value, and what was printed is beside it."""
    return {
        name: {
            "value": value if stats.is_valid(name) else None,
            "valid": stats.is_valid(name),
            "printed": value,
            "explanation": stats.explanations.get(name),
        }
        for name, value in stats.counters.items()
    }


def _offloads(entry: InterfaceOffloads) -> Facts:
    features = entry.features
    return {
        "netns": entry.netns,
        "interface": entry.interface,
        "features": (
            {name.replace("-", "_"): _feature(feature) for name, feature in features.items()}
            if features is not None
            else None
        ),
    }


def _sockets(found: list[Socket] | None) -> list[Facts] | None:
    if found is None:
        return None
    return [
        {
            "protocol": socket.protocol,
            "address": None if socket.address is None else str(socket.address),
            "port": socket.port,
        }
        for socket in found
    ]


def _feature(feature: Feature | None) -> Facts | None:
    return {"enabled": feature.enabled, "fixed": feature.fixed} if feature is not None else None
