# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends the steps of a plan: the one place that knows both what a step means and which command does it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..client.change_commands import ChangeDialect
from ..client.instance import InstanceClient
from ..client.transaction import Reversible
from ..config.parameters import BY_NAME
from ..config.pool4 import Block, Iterations
from ..config.rendering import jool_json
from ..config.steps import (
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


def send(client: InstanceClient, steps: Sequence[Step]) -> None:
    """Carry out steps in their order. Neighbouring single commands go as one execution, which is all or nothing.

    :raises JoolError: what made one fail; what had been done before that execution is done.
    """
    waiting: list[Small] = []
    for step in steps:
        if not isinstance(step, (Create, Replace, Remove)):
            waiting.append(step)
            continue
        _send_small(client, waiting)
        waiting = []
        if isinstance(step, Remove):
            client.remove()
        else:
            configuration = step.configuration
            if isinstance(step, Replace):  # Jool would ignore them, and yet count them
                configuration = replace(configuration, bib=frozenset())
            client.handle_file(jool_json(configuration, client.connect().release), force=step.force)
    _send_small(client, waiting)


def _send_small(client: InstanceClient, steps: Sequence[Small]) -> None:
    commands = client.commands
    client.change([Reversible(command_of(commands, step), command_of(commands, step.reverse())) for step in steps])


def command_of(commands: ChangeDialect, step: Small) -> tuple[str, ...]:
    """The argument list that carries out a step."""
    if isinstance(step, SetParameter):
        return commands.update_global(step.name, BY_NAME[step.name].kind.words(step.value), force=step.force)
    if isinstance(step, (AddRange, SetIterations, RemoveRange)):
        return _range_command(commands, step)
    return _entry_command(commands, step)


def _range_command(commands: ChangeDialect, step: AddRange | SetIterations | RemoveRange) -> tuple[str, ...]:
    protocol, prefix, ports, mark = _range_words(step.block)
    if isinstance(step, RemoveRange):
        return commands.remove_range(protocol, prefix, ports, mark, drop_sessions=step.drop_sessions)
    force = True if isinstance(step, SetIterations) else step.force
    return commands.add_range(protocol, prefix, ports, mark, _iterations(step.iterations), force=force)


def _entry_command(
    commands: ChangeDialect, step: AddBinding | RemoveBinding | AddEam | RemoveEam | AddDenied | RemoveDenied
) -> tuple[str, ...]:
    if isinstance(step, AddBinding):
        return commands.add_binding(step.binding.protocol, step.binding.ipv6, step.binding.ipv4)
    if isinstance(step, RemoveBinding):
        return commands.remove_binding(step.binding.protocol, step.binding.ipv6, step.binding.ipv4)
    if isinstance(step, AddEam):
        return commands.add_eam(str(step.eam.ipv6_prefix), str(step.eam.ipv4_prefix), force=step.force)
    if isinstance(step, RemoveEam):
        return commands.remove_eam(str(step.eam.ipv6_prefix), str(step.eam.ipv4_prefix))
    if isinstance(step, AddDenied):
        return commands.add_denied(str(step.prefix), force=step.force)
    return commands.remove_denied(str(step.prefix))


def _range_words(block: Block) -> tuple[str, str, str, int]:
    return block.protocol, str(block.prefix), f"{block.low}-{block.high}", block.mark


def _iterations(iterations: Iterations | None) -> str | None:
    return None if iterations is None else str(iterations)
