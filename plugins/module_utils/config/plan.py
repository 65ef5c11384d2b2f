# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan: the steps from what runs to what is wanted, in an order in which the kernel takes each of them."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import NotChangeable
from .configuration import Configuration
from .parameters import BY_NAME
from .pool4 import AUTO, Block, Pool4, Set
from .steps import (
    AddBinding,
    AddDenied,
    AddEam,
    AddRange,
    Create,
    Remove,
    RemoveBinding,
    RemoveDenied,
    RemoveEam,
    RemoveRange,
    Replace,
    SetIterations,
    SetParameter,
    Small,
    Step,
)


@dataclass(frozen=True)
class Manner:
    """How a change may be made.

    :ivar recreate: what cannot be changed in place is changed by a new instance; that drops every session.
    :ivar atomic: an existing instance is changed by one ``file handle`` where the commands would be many.
    :ivar drop_sessions: ranges leave pool4 together with their sessions.
    :ivar force: what Jool has to be forced to is forced.
    """

    recreate: bool = False
    atomic: bool = False
    drop_sessions: bool = False
    force: bool = False


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    :ivar before: what runs; None where there is no instance.
    :ivar after: what is to run; None where there is to be none.
    :ivar steps: in order.
    """

    before: Configuration | None
    after: Configuration | None
    steps: tuple[Step, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.steps)

    @property
    def removes_instance(self) -> bool:
        """Whether every session goes."""
        return any(isinstance(step, Remove) for step in self.steps)


def plan(before: Configuration | None, after: Configuration | None, manner: Manner) -> Plan:
    """The way from one configuration to another.

    :raises NotChangeable: for what cannot be changed in place, unless `Manner.recreate`.
    """
    if after is None:
        return Plan(before, None, (Remove(before.name),) if before else ())
    if before is None:
        return Plan(None, after, (Create(after, manner.force),))
    immutable = fixed_differences(before, after)
    if immutable:
        if not manner.recreate:
            raise NotChangeable(", ".join(immutable))
        return Plan(before, after, (Remove(before.name), Create(after, manner.force)))
    small = small_steps(before, after, manner)
    if manner.atomic and any(not isinstance(step, (AddBinding, RemoveBinding)) for step in small):
        # The kernel refuses a file while a static entry is outside its pool4, so the old ones go first.
        gone = [step for step in small if isinstance(step, RemoveBinding)]
        new = [step for step in small if isinstance(step, AddBinding)]
        return Plan(before, after, (*gone, Replace(after, manner.force), *new))
    return Plan(before, after, tuple(small))


def fixed_differences(before: Configuration, after: Configuration) -> list[str]:
    """What differs and cannot be changed in place, in words."""
    told = []
    if before.framework != after.framework:
        told.append(f"framework from {before.framework} to {after.framework}")
    former, wanted = before.parameters.get("pool6"), after.parameters.get("pool6")
    if before.is_nat64 and former != wanted:
        told.append(f"pool6 from {former} to {wanted}")
    return told


def small_steps(before: Configuration, after: Configuration, manner: Manner) -> list[Small]:
    """The single commands. Ranges are added before what needs them and removed after what needed them.

    Parameters come before ranges are removed: from 4.1.9 on a NAT64 takes no new value while a BIB entry is outside
    pool4, and with their sessions kept, entries of a removed range are (src/mod/common/xlator.c).
    """
    steps: list[Small] = [*_added_ranges(before.pool4, after.pool4, manner.force)]
    former, wanted = before.bib or frozenset(), after.bib or frozenset()
    if before.bib is not None and after.bib is not None:
        steps += [RemoveBinding(one) for one in sorted(former - wanted)]
        steps += [AddBinding(one) for one in sorted(wanted - former)]
    steps += [
        SetParameter(name, after.parameters[name], before.parameters[name], manner.force)
        for name in BY_NAME
        if name in before.parameters and name in after.parameters and before.parameters[name] != after.parameters[name]
    ]
    steps += [RemoveEam(one) for one in sorted(before.eamt - after.eamt)]
    steps += [AddEam(one, manner.force) for one in sorted(after.eamt - before.eamt)]
    steps += [RemoveDenied(one) for one in sorted(before.denylist4 - after.denylist4)]
    steps += [AddDenied(one, manner.force) for one in sorted(after.denylist4 - before.denylist4)]
    steps += [
        RemoveRange(block, manner.drop_sessions, before.pool4.iterations.get(Set(block.mark, block.protocol)))
        for block in before.pool4.minus(after.pool4).blocks()
    ]
    return steps


def _added_ranges(before: Pool4, after: Pool4, force: bool) -> list[Small]:
    # A range that is there already carries the number of its set. The old ones are all there until the end.
    some: dict[Set, Block] = {}
    for block in before.blocks():
        some.setdefault(Set(block.mark, block.protocol), block)
    steps: list[Small] = []
    for which in sorted(before.sets() & after.sets()):
        former = before.iterations.get(which, AUTO)
        wanted = after.iterations.get(which, former)
        if wanted != former:
            steps.append(SetIterations(some[which], wanted, former))
    steps += [
        AddRange(block, after.iterations.get(Set(block.mark, block.protocol)), force)
        for block in after.minus(before).blocks()
    ]
    return steps
