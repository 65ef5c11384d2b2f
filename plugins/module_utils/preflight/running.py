# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is in the way of a module that is there: other versions, firewalld, offloads, MTU, forwarding."""

from __future__ import annotations

from collections.abc import Iterator

from ..records.release import Release
from .observation import Observation
from .situation import Situation

RELAXED_FROM = Release(4, 1, 10)
"""Up to 4.1.8 tool and module must be the same release, from 4.1.10 on the same series. 4.1.9 has half of it only."""

LEAST_MTU = 1280
"""Bytes. RFC 8200, 5: what every link of IPv6 carries at least."""

RECEIVE_OFFLOADS = ("generic-receive-offload", "large-receive-offload", "rx-gro-hw", "rx-gro-list")
"""Those that merge packets on their way in. rx-udp-gro-forwarding does nothing where generic-receive-offload is off."""


def talk(tool: Release, module: Release) -> bool:
    """Whether a tool and a module of these releases understand each other."""
    return tool == module or (min(tool, module) >= RELAXED_FROM and tool.series == module.series)


def versions(situation: Situation) -> Iterator[Observation]:
    """Whether tool and module will match, those on disk and the one that stays loaded."""
    target = situation.target
    if target.tool is not None and target.module is not None and not talk(target.tool, target.module):
        yield Observation(
            "versions_differ",
            "tool and module",
            f"The tools would be {target.tool} and the module {target.module}, which do not understand each other.",
            "Ask for a version that both packages have.",
        )
    loaded = situation.loaded
    if loaded is None or target.module is None or loaded == target.module or situation.reload:
        return
    stays = f"Module {loaded} is loaded, and {target.module} is what will be on disk."
    if target.tool is not None and not talk(target.tool, loaded):
        yield Observation(
            "module_not_kept",
            "loaded module",
            f"{stays} The new tools ({target.tool}) do not understand the loaded module: it goes on translating and"
            " cannot be asked or changed.",
            "Allow the reload of the module, which ends all sessions; or stay with the version that is loaded.",
        )
    else:
        yield Observation(
            "module_waits",
            "loaded module",
            f"{stays} It stays loaded.",
            "Allow the reload of the module, which ends all sessions, or wait for the next boot.",
        )


def firewalld(situation: Situation) -> Iterator[Observation]:
    """Whether a stop of firewalld would take the module away."""
    if situation.firewalld_unloads:
        yield Observation(
            "firewalld_unloads_modules",
            "firewalld",
            "CleanupModulesOnExit is set: when firewalld stops, or starts anew, it unloads the modules that Jool"
            " depends on, and Jool with them.",
            "Set CleanupModulesOnExit=no in /etc/firewalld/firewalld.conf.",
        )


def forwarding(situation: Situation) -> Iterator[Observation]:
    """Whether the host loses its default route when it begins to forward."""
    if situation.forwards is not False:
        return
    for interface in situation.at_risk:
        yield Observation(
            "default_route_at_risk",
            f"interface {interface}",
            f"The default route over {interface} comes from router advertisements, which a host that forwards IPv6 does"
            " not take.",
            f"Set net.ipv6.conf.{interface}.accept_ra to 2, or configure the route. A network manager that handles"
            " advertisements by itself needs neither.",
        )


def offloads(situation: Situation) -> Iterator[Observation]:
    """Whether packets are merged before Jool sees them."""
    for entry in situation.offloads:
        features = entry.features or {}
        known = ((name, features.get(name)) for name in RECEIVE_OFFLOADS)
        on = [name for name, feature in known if feature is not None and feature.enabled]
        if not on:
            continue
        fixed = [name for name in on if (feature := features[name]) is not None and feature.fixed]
        words = " ".join(f"{name} off" for name in on)
        yield Observation(
            "receive_offload",
            f"interface {entry.interface}",
            f"On: {', '.join(on)}. Packets that were merged are too long on their way out: transfers get slow or stop.",
            f"Turn it off for good: 'ethtool -K {entry.interface} {words}'."
            if not fixed
            else f"{', '.join(fixed)} cannot be turned off there; translate on another interface.",
        )


def mtu(situation: Situation) -> Iterator[Observation]:
    """Whether the links carry what is translated: an IPv6 header is 20 bytes longer than one of IPv4."""
    for interface, size in situation.mtus:
        if size < LEAST_MTU:
            yield Observation(
                "mtu_too_small",
                f"interface {interface}",
                f"Its MTU is {size} bytes; IPv6 needs {LEAST_MTU}.",
                f"Raise it, or leave {interface} to IPv4.",
            )
    sizes = {size for _interface, size in situation.mtus}
    if len(sizes) > 1:
        told = ", ".join(f"{interface} {size}" for interface, size in situation.mtus)
        yield Observation(
            "mtu_differs",
            "MTU",
            f"The interfaces differ ({told} bytes), so packets will be too big for one of them.",
            "Let ICMP and ICMPv6 errors through everywhere: the ends need them to find the path's MTU.",
        )
