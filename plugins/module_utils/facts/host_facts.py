# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gathers the facts of a translator's host: the question goes in, plain facts come out.

Nothing here fails because something is missing: a host that is to become a translator has neither tool nor module. What
could not be read is None, and a warning says why. Only the way to the host, and a namespace that does not exist, are
errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from ..client.commands import in_namespace
from ..client.translator import Translator
from ..errors import (
    AuthenticationFailed,
    CommandTimeout,
    ConnectionFailed,
    ConnectionLost,
    EscalationFailed,
    HostKeyRefused,
    JoolError,
    JoolNotInstalled,
    LibraryMissing,
    ModuleNotLoaded,
    NoSuchNamespace,
)
from ..records.instance import Instance
from ..records.kind import TOOLS
from ..system.dkms import status as dkms_status
from ..system.kernels import kernels
from ..system.modules import kernel_files
from ..system.networks import ipv4_addresses
from ..system.offloads import InterfaceOffloads, offloads
from ..system.programs import Programs
from ..system.sockets import sockets
from ..system.sysctls import sysctls
from ..transport.base import Transport
from .configuration import read_configuration
from .host_question import HostQuestion
from .host_shape import HostFacts, InstanceFacts, host_facts
from .places import Place, everywhere, in_namespaces
from .shape import Facts, now

Part = TypeVar("Part")

NO_ANSWER = (
    AuthenticationFailed,
    CommandTimeout,
    ConnectionFailed,
    ConnectionLost,
    EscalationFailed,
    HostKeyRefused,
    LibraryMissing,
    NoSuchNamespace,
)
"""Conditions in which nothing of the host is known, or what was asked makes no sense there."""


@dataclass(frozen=True)
class Tools:
    """Where Jool's tools are on the host, by kind of translator; empty: in the search path, by their own name."""

    nat64: str = ""
    siit: str = ""

    def translators(self, transport: Transport, timeout: float) -> list[Translator]:
        """Both kinds, ready to be asked."""
        return [Translator(transport, kind, getattr(self, kind), timeout) for kind in TOOLS]


def gather_host(transport: Transport, question: HostQuestion, tools: Tools, timeout: float = 0) -> Facts:
    """The facts of a translator's host.

    :param timeout: seconds for each command; 0: no bound.
    :raises JoolError: one of `NO_ANSWER`.
    """
    facts = HostFacts(transport=transport.name, started_at=now())
    programs = Programs(transport, timeout)
    translators = tools.translators(transport, timeout)
    for translator in translators:
        _read_versions(translator, facts)
    if question.netns is not None:
        translators[0].refuse_unknown_namespaces(question.netns)
    if question.wants("kernel"):
        _read_kernels(programs, facts)
    if question.wants_places:
        _read_instances(translators, question, facts)
    namespaces = _namespaces(question, facts)
    if question.wants("offloads"):
        facts.offloads = _offloads(programs, namespaces)
    if question.wants("sysctls"):
        facts.sysctls = {netns: sysctls(programs, netns, in_namespace(netns, ())) for netns in namespaces}
    if question.wants("sockets"):
        facts.sockets = {netns: sockets(programs, netns, in_namespace(netns, ())) for netns in namespaces}
        facts.ipv4_addresses = {netns: ipv4_addresses(programs, netns, in_namespace(netns, ())) for netns in namespaces}
    for translator in translators:
        facts.warnings += translator.notices
    facts.warnings += programs.notices
    return host_facts(facts, question)


def _read_versions(translator: Translator, facts: HostFacts) -> None:
    try:
        facts.tools[translator.kind] = translator.connect().release.name
    except NO_ANSWER:
        raise
    except JoolError as error:
        facts.tools[translator.kind] = None
        if not isinstance(error, JoolNotInstalled):
            facts.complete = False
            facts.warnings.append(str(error))
    facts.modules[translator.kind] = translator.module_version(translator.module)


def _read_kernels(programs: Programs, facts: HostFacts) -> None:
    facts.kernels = kernels(programs)
    releases = dict.fromkeys(name for name in (facts.kernels.running, facts.kernels.following) if name is not None)
    facts.kernel_files = kernel_files(programs, list(releases), list(TOOLS.values())) if releases else {}
    facts.dkms = dkms_status(programs)


def _read_instances(translators: Iterable[Translator], question: HostQuestion, facts: HostFacts) -> None:
    """None as a whole where those of one kind cannot be listed: a list that may be short is no list."""
    instances: list[InstanceFacts] | None = []
    for translator in translators:
        try:
            places = _places(translator, question, facts)
        except NO_ANSWER:
            raise
        except JoolError as error:
            facts.complete, instances = False, None
            facts.warnings.append(f"The instances of {translator.module} are not known: {error}")
            continue
        if places is None:
            instances = None
        elif instances is not None:
            instances += [_read_instance(translator, place, question, facts) for place in places]
    facts.instances = instances


def _places(translator: Translator, question: HostQuestion, facts: HostFacts) -> list[Place] | None:
    """The instances of one kind; None for a release that does not list them.

    :raises JoolError: where they cannot be listed.
    """
    if facts.tools[translator.kind] is None:
        if facts.modules[translator.kind] is None:
            return []  # without the module there are none
        raise JoolNotInstalled("the module is loaded", host=translator.host, argv=(TOOLS[translator.kind], "--version"))
    if not translator.connect().has_instances:
        if facts.modules[translator.kind] is None:
            return []
        facts.complete = False
        facts.warnings.append(
            f"The configuration of {translator.module} {facts.tools[translator.kind]} is not read: releases before 3.6"
            " have no instances with names."
        )
        return None
    try:
        listed = translator.instances()
    except ModuleNotLoaded:
        return []
    return _met(translator, question, facts, listed)


def _met(translator: Translator, question: HostQuestion, facts: HostFacts, listed: list[Instance]) -> list[Place]:
    names = list(dict.fromkeys(entry.name for entry in listed))
    if question.netns is not None:
        return in_namespaces(translator, question.netns, names, listed)
    places, hidden = everywhere(translator, names, listed)
    if hidden:
        facts.complete = False
        facts.warnings.append(
            f"The {translator.module} instances {', '.join(hidden)} live in network namespaces without a name"
            " (containers?) and were not read. Name these namespaces with 'ip netns attach'."
        )
    return places


def _read_instance(translator: Translator, place: Place, question: HostQuestion, facts: HostFacts) -> InstanceFacts:
    name, netns = place.name, place.netns
    entry = InstanceFacts(translator.kind, name, netns, place.framework)
    of = f"of {translator.module} instance '{name}'"
    if question.wants("statistics"):
        told = f"The statistics {of} are not known"
        entry.statistics = _part(facts, entry, told, lambda: translator.explained_stats(name, netns))
    if question.wants("instances"):
        told = f"The configuration {of} is not known"
        entry.configuration = _part(facts, entry, told, lambda: read_configuration(translator, place))
    return entry


def _part(facts: HostFacts, entry: InstanceFacts, told: str, read: Callable[[], Part]) -> Part | None:
    """One part of an instance; where it cannot be read, the others are read all the same."""
    try:
        return read()
    except NO_ANSWER:
        raise
    except JoolError as error:
        facts.complete = entry.complete = False
        facts.warnings.append(f"{told}: {error}")
        return None


def _namespaces(question: HostQuestion, facts: HostFacts) -> list[str]:
    """Those that `host_question.OF_NAMESPACES` are read of."""
    if question.netns is not None:
        return list(dict.fromkeys(question.netns))
    return list(dict.fromkeys(["", *(entry.netns for entry in facts.instances or ())]))


def _offloads(programs: Programs, namespaces: Iterable[str]) -> list[InterfaceOffloads] | None:
    """None where the interfaces of one namespace are not known."""
    found: list[InterfaceOffloads] = []
    for netns in namespaces:
        part = offloads(programs, netns, in_namespace(netns, ()))
        if part is None:
            return None
        found += part
    return found
