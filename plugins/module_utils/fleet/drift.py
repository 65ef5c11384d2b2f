# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts of one group that are configured differently.

Compared are global parameters, framework, the shape of pool4 (addresses are a host's own) and the EAMT, instance by
instance. A host is compared in the groups that the operator names, or in the smallest of its groups in which there is
another host to compare with: two sites may well differ, hosts of one site should not. What most hosts of the group have
is taken for meant.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..config.entries import EntryError
from ..config.parameters import BY_OPTION
from ..inspection.host_facts import instance_label
from ..records.kind import NAT64
from ..records.release import Release
from .configuration_lines import Table, differences, shown, table
from .coverage import Fleet
from .finding import NOTE, WARNING, Finding, listed, number_of
from .host_state import HostState, InstanceKey, InstanceState
from .pairs import Pairs

OF_THE_HOST = ("rfc6791v4_prefix", "rfc6791v6_prefix")
"""Parameters that hold addresses of the host itself: hosts that are alike differ in them."""

SHOWN_DIFFERENCES = 5
"""Differences of an instance that one finding names."""

_DEFAULT = "default"


class Aspect(NamedTuple):
    """One thing that is compared.

    :ivar alike: what is equal where it means the same.
    :ivar words: how a sentence names it.
    """

    alike: str
    words: str


def configuration_drift(fleet: Fleet) -> Iterator[Finding]:
    """Instances that differ from those of the same name on other hosts of the group."""
    for group, members, judged in _groups(fleet):
        instances: dict[InstanceKey, dict[str, InstanceState]] = {}
        for host, state in members.items():
            for entry in state.instances or ():
                instances.setdefault(entry.key, {})[host] = entry
        for key, found in instances.items():
            label = instance_label(*key)
            yield from _missing(group, label, found, members, judged)
            yield from _differing(group, label, found, members, judged, fleet.options.client_privacy == "full")


def _groups(fleet: Fleet) -> Iterator[tuple[str, dict[str, HostState], set[str]]]:
    """Group, its hosts, and the names of those that are judged there."""
    known: dict[str, dict[str, HostState]] = {}
    for host, state in fleet.with_state:
        if state.instances is not None:
            for group in host.part.groups:
                known.setdefault(group, {})[host.name] = state
    wanted = fleet.options.drift_groups
    several = {
        group: members for group, members in known.items() if len(members) > 1 and (not wanted or group in wanted)
    }
    done: set[str] = set()
    for group, members in sorted(several.items(), key=lambda item: (len(item[1]), item[0])):
        judged = set(members) if wanted else set(members) - done
        done |= set(members)
        if judged:
            yield group, members, judged


def _missing(
    group: str, label: str, found: Mapping[str, InstanceState], members: Mapping[str, HostState], judged: set[str]
) -> Iterator[Finding]:
    """Hosts without an instance that most of the group have."""
    if len(found) * 2 <= len(members):
        return
    for name in sorted(judged - set(found)):
        yield Finding(
            NOTE,
            "instance_missing",
            f"instance {label}",
            f"{number_of(len(found), 'host')} of the {len(members)} in group {group} have it, this one has not.",
            "Make it there too, or put the host into a group of its own.",
            name,
            since=members[name].gathered_at,
        )


def _differing(
    group: str,
    label: str,
    found: Mapping[str, InstanceState],
    members: Mapping[str, HostState],
    judged: set[str],
    shows_clients: bool,
) -> Iterator[Finding]:
    aspects = {name: _aspects(entry, members[name]) for name, entry in found.items()}
    names = list(dict.fromkeys(aspect for known in aspects.values() for aspect in known))
    apart: dict[str, list[str]] = {}
    undecided: list[str] = []
    for aspect in names:
        known = {host: values[aspect] for host, values in aspects.items() if aspect in values}
        ranked = Counter(value.alike for value in known.values()).most_common()
        if len(ranked) < 2:
            continue
        if ranked[0][1] == ranked[1][1]:
            undecided.append(_both(aspect, known))
            continue
        usual = {host: value for host, value in known.items() if value.alike == ranked[0][0]}
        for host, value in known.items():
            if host not in usual and host in judged:
                apart.setdefault(host, []).append(_against(aspect, found, host, value, usual, shows_clients))
    for host, said in sorted(apart.items()):
        yield Finding(
            WARNING,
            "configuration_drift",
            f"configuration in group {group}",
            f"Not as in the group: {_sentence(said)}.",
            "Bring it in line with the others (jool_instance shows the difference in check mode), or put the "
            "host into a group of its own.",
            host,
            label,
            members[host].gathered_at,
        )
    if undecided and judged & set(found):
        yield Finding(
            WARNING,
            "configuration_drift",
            f"instance {label} in group {group}",
            f"The hosts of the group differ: {_sentence(undecided)}.",
            "Decide which one is meant, and bring the hosts of the group in line.",
        )


def _aspects(entry: InstanceState, state: HostState) -> dict[str, Aspect]:
    """What is compared of an instance, by what a person calls it."""
    found: dict[str, Aspect] = {}
    if entry.framework is not None:
        found["framework"] = Aspect(entry.framework, entry.framework)
    release = Release.named(state.module if entry.translator == NAT64 else state.siit_module)
    for name, value in (entry.parameters or {}).items():
        if name not in OF_THE_HOST:
            alike = _DEFAULT if _is_default(name, value, release) else json.dumps(value, sort_keys=True)
            found[name.replace("_", "-")] = Aspect(alike, shown(value))
    if entry.pool4_shape is not None:
        found["pool4"] = Aspect("\n".join(entry.pool4_shape), "; ".join(entry.pool4_shape) or "empty")
    eamt = (entry.tables or {}).get("eamt")
    if eamt is not None:
        found["EAMT"] = Aspect(eamt.digest, number_of(eamt.size, "line"))
    return found


def _is_default(name: str, value: Any, release: Release | None) -> bool:
    """Whether it is what a fresh instance of its release has: defaults change from release to release."""
    parameter = BY_OPTION.get(name)
    if parameter is None or release is None:
        return False
    try:
        return parameter.read(value, force=True) == parameter.default_in(release)
    except EntryError:
        return False


def _against(
    aspect: str,
    found: Mapping[str, InstanceState],
    host: str,
    value: Aspect,
    usual: Mapping[str, Aspect],
    shows_clients: bool,
) -> str:
    """How a host differs from the others, in words."""
    other = min(usual)
    others = f"{number_of(len(usual), 'other host')} ({listed(sorted(usual))})"
    if aspect == "pool4":
        said = differences(table(found[host].pool4_shape or ()), table(found[other].pool4_shape or ()))
        return f"pool4 {said} against {others}"
    if aspect == "EAMT":
        return f"the EAMT {differences(_eamt(found[host]), _eamt(found[other]), named=shows_clients)} against {others}"
    return f"{aspect} is {value.words}, and {usual[other].words} on {others}"


def _eamt(entry: InstanceState) -> Table:
    return (entry.tables or {}).get("eamt") or table(())


def _both(aspect: str, known: Mapping[str, Aspect]) -> str:
    """What there is, where no value is more usual than another."""
    hosts: dict[str, list[str]] = {}
    words: dict[str, str] = {}
    for host, value in sorted(known.items()):
        hosts.setdefault(value.alike, []).append(host)
        words.setdefault(value.alike, value.words)
    return f"{aspect} is " + ", ".join(f"{words[alike]} on {listed(names)}" for alike, names in hosts.items())


def _sentence(said: list[str]) -> str:
    rest = len(said) - SHOWN_DIFFERENCES
    return "; ".join(said[:SHOWN_DIFFERENCES]) + (f"; and {number_of(rest, 'more difference')}" if rest > 0 else "")


def pair_pool4_differs(fleet: Fleet, pairs: Pairs) -> Iterator[Finding]:
    """Members of a pair whose pool4 is not the same: the partner's sessions are of no use then."""
    states = {host.name: state for host, state in fleet.with_state}
    for pair in pairs.all:
        if not pair.counted_once:
            continue
        pools: dict[InstanceKey, dict[str, Table]] = {}
        for member in pair.members:
            for entry in (states[member].instances or ()) if member in states else ():
                if entry.tables is not None and "pool4" in entry.tables and (entry.parameters or {}).get("ss_enabled"):
                    pools.setdefault(entry.key, {})[member] = entry.tables["pool4"]
        for key, found in pools.items():
            (first, pool4), *others = found.items()
            for other, differing in others:
                if differing.digest != pool4.digest:
                    yield Finding(
                        WARNING,
                        "pair_pool4_differs",
                        f"pair {listed(list(pair.members), 10)}",
                        f"pool4 of instance {instance_label(*key)} is not the same: {other} "
                        f"{differences(differing, pool4)} against {first}.",
                        "Give both the same pool4: a session whose address the partner has not cannot be taken over.",
                    )
