# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where on a host the sessions are: which instance in which network namespace.

Jool lists the instances of all namespaces, but names a namespace by a kernel address only, and answers questions about
instances of the caller's own namespace alone (reference: NICMx/Jool src/usr/argp/wargp/instance.c). So the namespaces
are tried one after the other until every listed instance has been met.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..client.jool import Jool
from ..errors import (
    InvocationRefused,
    JoolError,
    ModuleNotLoaded,
    NoPrivilege,
    NoSuchInstance,
    NoSuchNamespace,
    VersionMismatch,
)
from ..records.instance import Instance
from ..records.stats import Stats
from .question import Question

UNNAMED = "default"
"""What later releases call an instance that nobody named. Before 3.6 a namespace has one, without a name."""


@dataclass(frozen=True)
class Place:
    """An instance that can be asked.

    :ivar name: of the instance.
    :ivar netns: network namespace, "" for the one that the connection ends in.
    :ivar framework: ``netfilter`` or ``iptables``; None where the release does not say.
    :ivar counters: the kernel's when the instance was found; None where they are not known.
    """

    name: str
    netns: str
    framework: str | None
    counters: Stats | None = None


def find_places(jool: Jool, question: Question) -> tuple[list[Place], list[str]]:
    """The instances that a question is about, and the names of those that it is about and that cannot be met.

    The latter live in a namespace without a name, for example a container's.

    :raises NoSuchInstance: when a name, or a namespace that was asked for, has none.
    :raises InvocationRefused: when names are asked for of a release that has none.
    :raises JoolError: one of `client.verdict`.
    """
    if question.netns is not None:
        jool.refuse_unknown_namespaces(question.netns)
    if not jool.connect().has_instances:
        if question.instances not in (None, (UNNAMED,)):
            raise InvocationRefused(
                "releases before 3.6 have one instance without a name, leave 'instances' out", host=jool.host
            )
        return [Place(UNNAMED, netns, None) for netns in question.netns or ("",)], []
    listed = jool.instances()
    names = list(question.instances or dict.fromkeys(entry.name for entry in listed))
    if question.netns is None:
        places, hidden = everywhere(jool, names, listed)
    else:
        places, hidden = in_namespaces(jool, question.netns, names, listed), []
        empty = [netns for netns in question.netns if netns not in {place.netns for place in places}]
        if empty:
            raise NoSuchInstance(f"{_namespaces(empty)} has none of {_names(names)}", host=jool.host)
    missing = [name for name in question.instances or () if name not in {place.name for place in places}]
    if missing:
        raise NoSuchInstance(
            f"{_names(missing)}; the host has {_names(entry.name for entry in listed)}", host=jool.host
        )
    return places, hidden


def kernel_counters(jool: Jool, name: str, netns: str) -> Stats | None:
    """The kernel's counters. JSTAT_SESSIONS is reset by ``file handle`` while sessions live on, so it is no count.

    :returns: None where the release has no counters or they cannot be read, which is told in ``jool.notices``.
    :raises NoSuchInstance: when the namespace has no such instance.
    """
    if not jool.connect().has_stats:
        return None
    try:
        return jool.stats(name, netns)
    except (NoSuchInstance, NoSuchNamespace, NoPrivilege, ModuleNotLoaded, VersionMismatch):
        raise
    except JoolError as error:
        # Up to 4.1.12 a counter of a newer module ends the command; the sessions can be asked for all the same.
        jool.notices.append(f"The counters of instance '{name}' cannot be read: {error}")
        return None


def everywhere(jool: Jool, names: list[str], listed: list[Instance]) -> tuple[list[Place], list[str]]:
    """Own namespace first; the named ones only while something is still to be met.

    :param names: of the instances that are looked for.
    :param listed: the instances of all namespaces.
    :returns: those that were met, and the names of those that were not.
    :raises JoolError: one of `client.verdict`.
    """
    relevant = [entry for entry in listed if entry.name in names]
    places = in_namespaces(jool, ("",), names, listed)
    left = _left(relevant, places)
    for netns in jool.namespaces() if left else ():
        places += in_namespaces(jool, (netns,), list(dict.fromkeys(left)), listed)
        left = _left(relevant, places)
        if not left:
            break
    return places, left


def _left(listed: Iterable[Instance], places: Iterable[Place]) -> list[str]:
    """Names of instances that are listed and were met in no namespace; as often as they are listed."""
    return sorted((Counter(entry.name for entry in listed) - Counter(place.name for place in places)).elements())


def in_namespaces(jool: Jool, namespaces: Iterable[str], names: list[str], listed: list[Instance]) -> list[Place]:
    """The instances of these names in these namespaces; one that a namespace does not have is left out.

    :raises JoolError: one of `client.verdict`.
    """
    places = []
    for netns in namespaces:
        for name in names:
            with contextlib.suppress(NoSuchInstance):
                places.append(Place(name, netns, _framework(name, listed), kernel_counters(jool, name, netns)))
    return places


def _framework(name: str, listed: list[Instance]) -> str | None:
    """Of the instance, if all of that name (in different namespaces) have the same."""
    frameworks = {entry.framework for entry in listed if entry.name == name}
    return frameworks.pop() if len(frameworks) == 1 else None


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names) or "no instance"


def _namespaces(names: Iterable[str]) -> str:
    return ", ".join(f"namespace '{name}'" if name else "the host's own namespace" for name in names)
