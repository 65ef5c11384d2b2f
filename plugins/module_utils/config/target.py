# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an instance becomes: the desired state laid over what runs, and the kernel's rules for the whole of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from ..records.release import Release
from .addresses import overlaps
from .bindings import Binding, outside_pool4
from .configuration import FRAMEWORKS, Configuration
from .desired import Desired
from .entries import Complaints
from .parameters import Value, parameters_of
from .pool4 import AUTO, Block, Pool4

Member = TypeVar("Member")

PORTS_CHECKED_SINCE = Release(4, 1, 15)
"""From here on TCP and UDP ranges must not touch the ports that the host itself sends from (NICMx/Jool#437)."""


def target(running: Configuration | None, desired: Desired, release: Release, *, purge: bool) -> Configuration:
    """The whole configuration that is to run.

    What nobody said stays. Without `purge`, what was said is added; with it, each table that was given is exact, and
    parameters have their defaults where ``global`` was given without them.

    :param running: None where there is no instance.
    """
    base = running or Configuration(desired.name, desired.netns, desired.translator, desired.framework or FRAMEWORKS[0])
    return replace(
        base,
        framework=desired.framework or base.framework,
        parameters=_parameters(running, desired, release, purge),
        pool4=_pool4(base.pool4, desired.pool4, purge),
        bib=base.bib if desired.bib is None else _members(base.bib or frozenset(), desired.bib, purge),
        eamt=_members(base.eamt, desired.eamt, purge),
        denylist4=_members(base.denylist4, desired.denylist4, purge),
    )


def _parameters(running: Configuration | None, desired: Desired, release: Release, purge: bool) -> Mapping[str, Value]:
    given = desired.parameters or {}
    if running is None:
        return given
    if not purge or desired.parameters is None:
        return {**running.parameters, **given}
    defaults = {
        parameter.name: parameter.default_in(release)
        for parameter in parameters_of(desired.translator, release)
        # pool6 of a NAT64 has no default, and cannot be changed.
        if parameter.name in running.parameters and not (parameter.name == "pool6" and running.is_nat64)
    }
    return {**running.parameters, **defaults, **given}


def _pool4(running: Pool4, desired: Pool4 | None, purge: bool) -> Pool4:
    if desired is None:
        return running
    if not purge:
        return running.plus(desired)
    return Pool4(desired.ranges, {which: desired.iterations.get(which, AUTO) for which in desired.sets()})


def _members(running: frozenset[Member], desired: frozenset[Member] | None, purge: bool) -> frozenset[Member]:
    if desired is None:
        return running
    return desired if purge else running | desired


def check_target(wanted: Configuration, desired: Desired, *, creates: bool) -> None:
    """Refuse what the kernel would refuse of the whole.

    :param creates: whether there is no instance yet.
    :raises ConfigurationInvalid: with all that is wrong, each with the entry that it is about.
    """
    complaints = Complaints()
    if wanted.is_nat64 and creates and wanted.parameters.get("pool6") is None:
        complaints.add("global pool6", "a NAT64 must have one, for example 64:ff9b::/96")
    for binding in outside_pool4(wanted.bib or (), wanted.pool4):
        complaints.add(f"bib {binding}", f"{binding.ipv4} does not belong to pool4 of {binding.protocol}")
    for one in sorted(desired.bib or ()):
        # What is desired was compared with itself already.
        other = _colliding(one, (wanted.bib or frozenset()) - (desired.bib or frozenset()))
        if other:
            complaints.add(f"bib {one}", f"it collides with {other}, which runs; 'purge: true' would remove that")
    if desired.eamt is not None and wanted.eamt != desired.eamt:
        for sentence in overlaps(wanted.eamt, force=desired.force):
            complaints.add("eamt", sentence)
    complaints.refuse()


def _colliding(one: Binding, others: frozenset[Binding]) -> Binding | None:
    return next((other for other in sorted(others) if one.collides(other)), None)


def on_own_ports(blocks: list[Block], low: int, high: int) -> list[Block]:
    """Blocks of TCP or UDP that have ports which the host sends from.

    :param low: first port of ``net.ipv4.ip_local_port_range``.
    :param high: the last one.
    """
    return [one for one in blocks if one.protocol != "icmp" and one.low <= high and low <= one.high]
