# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet keeps of a host beside its sessions: releases, kernels, configuration, counters, what was seen there.

A part of `host_part`, made of the facts of `jool_facts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ..checks import (
    Malformed,
    count,
    counts,
    entries_of,
    flag,
    list_of,
    mapping,
    mapping_of,
    moment,
    one_of,
    optional,
    record,
    row,
    text,
)
from ..inspection.examine import examine
from ..inspection.host_facts import check_host_facts, instance_label
from ..inspection.seen import Seen
from ..records.kind import KINDS
from .configuration_lines import Table, pool4_shape, tables_of

KEPT_WARNINGS = 10

RELEASES = ("tool", "module", "siit_tool", "siit_module")

InstanceKey = tuple[str, str, str]
"""Kind of translator, network namespace and name."""


class InstanceState(NamedTuple):
    """One instance. None is what was not gathered.

    :ivar counters: those above zero; values that cannot be true are left out.
    :ivar parameters: every global parameter, in the words and units of `jool_facts`.
    :ivar tables: of `configuration_lines.TABLES`, those that it has.
    :ivar pool4_shape: see `configuration_lines.pool4_shape`; None for SIIT.
    """

    translator: str
    name: str
    netns: str
    framework: str | None
    counters: dict[str, int] | None
    parameters: dict[str, Any] | None
    tables: dict[str, Table] | None
    pool4_shape: list[str] | None

    @property
    def key(self) -> InstanceKey:
        """What it is found by at another time, or on another host."""
        return self.translator, self.netns, self.name

    @property
    def label(self) -> str:
        """What a person calls it."""
        return instance_label(self.translator, self.netns, self.name)


class HostState(NamedTuple):
    """One host.

    :ivar kernel: the release of the kernel that runs, `next_kernel` of the one that starts next.
    :ivar seen: what is to be said of it, from its own facts.
    :ivar instances: None where they are not known.
    """

    gathered_at: str
    complete: bool
    tool: str | None
    module: str | None
    siit_tool: str | None
    siit_module: str | None
    kernel: str | None
    next_kernel: str | None
    warnings: list[str]
    seen: list[Seen]
    instances: list[InstanceState] | None


def plain_state(facts: object) -> dict[str, Any]:
    """The state in the form of dictionaries and lists.

    :param facts: ``ansible_facts.jool``.
    :raises Malformed: when they are none, with the place and the fault.
    """
    check_host_facts(facts)
    known = entries_of(facts)
    kernels = known["kernels"] or {}
    instances = known["instances"]
    return {
        "gathered_at": known["gathered_at"],
        "complete": known["complete"],
        **{name: known[name] for name in RELEASES},
        "kernel": (kernels.get("running") or {}).get("release"),
        "next_kernel": (kernels.get("next") or {}).get("release"),
        "warnings": list(known["warnings"][:KEPT_WARNINGS]),
        "seen": [list(seen) for seen in examine(known)],
        "instances": None if instances is None else [_plain_instance(entry) for entry in instances],
    }


def _plain_instance(entry: Mapping[str, Any]) -> dict[str, Any]:
    config, statistics = entry["config"], entry["statistics"]
    return {
        **{name: entry[name] for name in ("translator", "name", "netns", "framework")},
        "counters": None
        if statistics is None
        else {name: counter["value"] for name, counter in statistics.items() if counter["value"]},
        "parameters": None if config is None else {name: _plain(value) for name, value in config["global"].items()},
        "tables": None if config is None else {name: list(found) for name, found in tables_of(config).items()},
        "pool4_shape": None if config is None or config["pool4"] is None else pool4_shape(config["pool4"]),
    }


def _plain(value: Any) -> Any:
    """A parameter's value; what Ansible hands over for a list is none that can be written as it is."""
    return list(value) if isinstance(value, (list, tuple)) else value


def _seen(value: Any) -> None:
    row({"code": text, "subject": text, "evidence": text, "remedy": text, "instance": optional(text)})(value)


def _table(value: Any) -> None:
    row({"size": count, "digest": text, "lines": optional(list_of(text))})(value)
    if value[2] is not None and len(value[2]) != value[0]:
        raise Malformed("has another number of lines than it says")


check_state = record(
    {
        "gathered_at": moment,
        "complete": flag,
        **{name: optional(text) for name in (*RELEASES, "kernel", "next_kernel")},
        "warnings": list_of(text),
        "seen": list_of(_seen),
        "instances": optional(
            list_of(
                record(
                    {
                        "translator": one_of(KINDS),
                        "name": text,
                        "netns": text,
                        "framework": optional(text),
                        "counters": optional(counts),
                        "parameters": optional(mapping),
                        "tables": optional(mapping_of(_table)),
                        "pool4_shape": optional(list_of(text)),
                    }
                )
            )
        ),
    }
)
"""Refuses what is no state in the form of dictionaries: raises `checks.Malformed`."""


def unpacked_state(plain: Mapping[str, Any]) -> HostState:
    """The state as an object."""
    instances = plain["instances"]
    known = {name: plain[name] for name in HostState._fields}
    known["seen"] = [Seen(*entry) for entry in plain["seen"]]
    known["instances"] = None if instances is None else [_unpacked_instance(entry) for entry in instances]
    return HostState(**known)


def _unpacked_instance(plain: Mapping[str, Any]) -> InstanceState:
    known = {name: plain[name] for name in InstanceState._fields}
    if plain["tables"] is not None:
        known["tables"] = {name: Table(*found) for name, found in plain["tables"].items()}
    return InstanceState(**known)
