# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What else is on the host and in the way of a translator that runs: offloads, and programs that want ports of pool4.

What is looked at, and the sentences, are those of the checks before a host is changed (`preflight`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address
from typing import Any

from ..config.entries import Complaints
from ..config.pool4 import Pool4, read_pool4
from ..preflight import pools, running
from ..preflight.observation import Observation
from ..preflight.situation import Situation
from ..preflight.wanted import Target
from ..records.kind import NAT64
from ..records.release import Release
from ..system.offloads import Feature, InterfaceOffloads
from ..system.sockets import Socket
from .host_facts import HostFacts, Instance, instances_of, label_of, module_release, of_namespace
from .seen import Seen

_RESERVED = re.compile(r"\d+(-\d+)?(,\d+(-\d+)?)*")


def offloads(facts: HostFacts) -> Iterator[Seen]:
    """Interfaces of the namespaces that translate, where packets are merged on their way in."""
    for netns in dict.fromkeys(entry["netns"] for entry in instances_of(facts)):
        found = tuple(
            InterfaceOffloads(netns, entry["interface"], _features(entry["features"]))
            for entry in of_namespace(facts["offloads"], netns)
        )
        for observation in running.offloads(Situation(Target(), offloads=found)):
            suffix = f" in network namespace {netns}" if netns else ""
            yield Seen(observation.code, f"{observation.subject}{suffix}", observation.evidence, observation.remedy)


def _features(features: Mapping[str, Any] | None) -> dict[str, Feature | None] | None:
    if features is None:
        return None
    return {
        name.replace("_", "-"): None if feature is None else Feature(feature["enabled"], feature["fixed"])
        for name, feature in features.items()
    }


def ports(facts: HostFacts) -> Iterator[Seen]:
    """Ports of pool4 that the host sends from by itself, and those that one of its programs listens on."""
    for entry in instances_of(facts):
        pool4 = _pool4(entry)
        if pool4 is None:
            continue
        situation = _situation(facts, entry["netns"], pool4)
        for check in (pools.local_ports, pools.listening):
            for observation in check(situation):
                yield _seen(observation, entry)


def _seen(observation: Observation, entry: Instance) -> Seen:
    return Seen(*observation, instance=label_of(entry))


def _pool4(entry: Instance) -> Pool4 | None:
    """None where there is none, or none that can be understood; an empty one stands for ports that nobody else has."""
    if entry["translator"] != NAT64 or entry["config"] is None or not entry["config"]["pool4"]:
        return None
    complaints = Complaints()
    pool4 = read_pool4(entry["config"]["pool4"], complaints, force=True)
    return None if complaints.sentences else pool4


def _situation(facts: HostFacts, netns: str, pool4: Pool4) -> Situation:
    parameters = next((entry["parameters"] for entry in of_namespace(facts["sysctls"], netns)), None) or {}
    listening = next((entry["listening"] for entry in of_namespace(facts["sockets"], netns)), None) or ()
    addresses = next((entry["addresses"] for entry in of_namespace(facts["ipv4_addresses"], netns)), None) or ()
    return Situation(
        Target(module=Release.named(module_release(facts, NAT64))),
        local_ports=_range(parameters.get("net.ipv4.ip_local_port_range")),
        reserved_ports=_reserved(parameters.get("net.ipv4.ip_local_reserved_ports")),
        sockets=tuple(
            Socket(one["protocol"], IPv4Address(one["address"]) if one["address"] else None, one["port"])
            for one in listening
        ),
        addresses=tuple(map(IPv4Address, addresses)),
        pool4=pool4,
    )


def _reserved(value: Any) -> str:
    """One reserved port is a number in the facts."""
    return str(value) if _RESERVED.fullmatch(str(value)) else ""


def _range(value: Any) -> tuple[int, int] | None:
    if isinstance(value, (list, tuple)) and len(value) == 2 and all(isinstance(port, int) for port in value):
        return value[0], value[1]
    return None


CHECKS = (offloads, ports)
