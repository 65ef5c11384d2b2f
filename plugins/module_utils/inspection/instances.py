# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instances that are there and translate nothing."""

from __future__ import annotations

from collections.abc import Iterator

from .host_facts import HostFacts, Instance, instances_of, label_of
from .seen import Seen

NETFILTER = "netfilter"


def hidden(facts: HostFacts) -> Iterator[Seen]:
    """Several instances under netfilter in one network namespace: packets go to the one that was made first.

    Source: seen on 4.1.5 and 4.1.13, and NICMx/Jool pull 451.
    """
    together: dict[str, list[Instance]] = {}
    for entry in instances_of(facts):
        if entry["framework"] == NETFILTER:
            together.setdefault(entry["netns"], []).append(entry)
    for netns, found in together.items():
        if len(found) > 1:
            where = f"network namespace '{netns}'" if netns else "the host's network namespace"
            yield Seen(
                "instance_hidden",
                f"netfilter in {where}",
                f"{' and '.join(map(label_of, found))} share {where}. Under netfilter all packets go to the instance "
                "that was made first; the others translate nothing.",
                "Give each one a network namespace of its own, or make all but one under iptables.",
            )


def disabled(facts: HostFacts) -> Iterator[Seen]:
    """An instance that somebody switched off."""
    for entry in instances_of(facts):
        if entry["config"] is not None and entry["config"]["global"].get("manually_enabled") is False:
            tool = "jool_siit" if entry["translator"] == "siit" else "jool"
            yield Seen(
                "instance_disabled",
                "switched off",
                "manually-enabled is false: the instance translates nothing.",
                f"Switch it on with '{tool} -i {entry['name']} global update manually-enabled true', once what it was "
                "switched off for is over.",
                label_of(entry),
            )


CHECKS = (hidden, disabled)
