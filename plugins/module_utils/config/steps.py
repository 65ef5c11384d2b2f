# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single changes of an instance. Each knows its words and its reverse, and nothing of how it is made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from typing import Union

from .addresses import Eam
from .bindings import Binding
from .configuration import Configuration
from .parameters import BY_NAME, Value
from .pool4 import Block, Iterations


@dataclass(frozen=True)
class Create:
    """Make an instance with all of its configuration, at once."""

    configuration: Configuration
    force: bool = False

    def __str__(self) -> str:
        return f"create instance '{self.configuration.name}'"


@dataclass(frozen=True)
class Replace:
    """Put a whole configuration in place of another, at once. Static BIB entries are not part of it."""

    configuration: Configuration
    force: bool = False

    def __str__(self) -> str:
        return f"replace the configuration of instance '{self.configuration.name}'"


@dataclass(frozen=True)
class Remove:
    """Remove an instance, and with it every session."""

    name: str

    def __str__(self) -> str:
        return f"remove instance '{self.name}'"


@dataclass(frozen=True)
class SetParameter:
    """Give a global parameter another value."""

    name: str
    value: Value
    former: Value
    force: bool = False

    def __str__(self) -> str:
        words = BY_NAME[self.name].kind.words
        return f"set {self.name} from {words(self.former)} to {words(self.value)}"

    def reverse(self) -> SetParameter:
        """The step back."""
        return SetParameter(self.name, self.former, self.value, force=True)


@dataclass(frozen=True)
class AddRange:
    """Add a range to pool4.

    :ivar iterations: of its set; None leaves them.
    """

    block: Block
    iterations: Iterations | None = None
    force: bool = False

    def __str__(self) -> str:
        return f"add to pool4: {_words(self.block)}" + _iterations(self.iterations)

    def reverse(self) -> RemoveRange:
        """The step back."""
        return RemoveRange(self.block, drop_sessions=False)


@dataclass(frozen=True)
class SetIterations:
    """Give a set of pool4 another number of iterations.

    :ivar block: a range of it, which is there before and after.
    """

    block: Block
    iterations: Iterations
    former: Iterations

    def __str__(self) -> str:
        block = self.block
        return f"set max-iterations of pool4 {block.protocol} mark {block.mark} from {self.former} to {self.iterations}"

    def reverse(self) -> SetIterations:
        """The step back."""
        return replace(self, iterations=self.former, former=self.iterations)


@dataclass(frozen=True)
class RemoveRange:
    """Take a range out of pool4.

    :ivar drop_sessions: whether its BIB entries and sessions go, too.
    :ivar iterations: what its set had, for the way back.
    """

    block: Block
    drop_sessions: bool
    iterations: Iterations | None = None

    def __str__(self) -> str:
        return f"remove from pool4: {_words(self.block)}" + (" and its sessions" if self.drop_sessions else "")

    def reverse(self) -> AddRange:
        """The step back. Sessions do not come back."""
        return AddRange(self.block, self.iterations, force=True)


@dataclass(frozen=True)
class AddBinding:
    """Add a static BIB entry."""

    binding: Binding

    def __str__(self) -> str:
        return f"add to the BIB: {self.binding}"

    def reverse(self) -> RemoveBinding:
        """The step back."""
        return RemoveBinding(self.binding)


@dataclass(frozen=True)
class RemoveBinding:
    """Remove a static BIB entry, and with it its sessions."""

    binding: Binding

    def __str__(self) -> str:
        return f"remove from the BIB: {self.binding}"

    def reverse(self) -> AddBinding:
        """The step back. Sessions do not come back."""
        return AddBinding(self.binding)


@dataclass(frozen=True)
class AddEam:
    """Add an explicit address mapping."""

    eam: Eam
    force: bool = False

    def __str__(self) -> str:
        return f"add to the EAMT: {self.eam}"

    def reverse(self) -> RemoveEam:
        """The step back."""
        return RemoveEam(self.eam)


@dataclass(frozen=True)
class RemoveEam:
    """Remove an explicit address mapping."""

    eam: Eam

    def __str__(self) -> str:
        return f"remove from the EAMT: {self.eam}"

    def reverse(self) -> AddEam:
        """The step back."""
        return AddEam(self.eam, force=True)


@dataclass(frozen=True)
class AddDenied:
    """Add a prefix that is not translated."""

    prefix: IPv4Network
    force: bool = False

    def __str__(self) -> str:
        return f"add to denylist4: {self.prefix}"

    def reverse(self) -> RemoveDenied:
        """The step back."""
        return RemoveDenied(self.prefix)


@dataclass(frozen=True)
class RemoveDenied:
    """Remove a prefix that was not translated."""

    prefix: IPv4Network

    def __str__(self) -> str:
        return f"remove from denylist4: {self.prefix}"

    def reverse(self) -> AddDenied:
        """The step back."""
        return AddDenied(self.prefix, force=True)


Small = Union[
    SetParameter,
    AddRange,
    SetIterations,
    RemoveRange,
    AddBinding,
    RemoveBinding,
    AddEam,
    RemoveEam,
    AddDenied,
    RemoveDenied,
]
"""One command, which can be taken back by another."""

Step = Union[Create, Replace, Remove, Small]


def _words(block: Block) -> str:
    mark = f" mark {block.mark}" if block.mark else ""
    return f"{block.protocol} {block.prefix} {block.low}-{block.high}{mark}"


def _iterations(iterations: Iterations | None) -> str:
    return "" if iterations is None else f" (max-iterations {iterations})"
