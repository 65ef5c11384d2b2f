# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that is to be asked, and how: plain values, so that another process can do it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..facts.question import Question
from ..facts.table_file import FORMATS
from ..records.session_filter import SessionFilter
from ..transport.ssh import Become
from ..transport.ssh_route import Destination


@dataclass(frozen=True)
class Target:
    """A host.

    :ivar name: the inventory's name of it.
    :ivar destination: the way there.
    :ivar become: the user to run commands as; None: the one that logs in.
    :ivar groups: the inventory's groups that it is in.
    """

    name: str
    destination: Destination
    become: Become | None = None
    groups: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values. Passwords are among them."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Target:
        """See `as_dict`."""
        become = Become(**plain["become"]) if plain["become"] else None
        return cls(plain["name"], Destination(**plain["destination"]), become, tuple(plain["groups"]))


class GatherOptionError(ValueError):
    """A value that makes no sense; the text names the option."""


@dataclass(frozen=True)
class GatherOptions:
    """How many hosts are asked.

    :ivar concurrency: hosts that are asked at the same time.
    :ivar timeout_seconds: for each try of a host, from the first packet to the last row; 0: no bound.
    :ivar retries: further tries of a host that could not be reached, see `retry`.
    :ivar backoff_seconds: before the second try; twice as long before each further one.
    :ivar jool_path: the name or path of Jool's tool on the hosts.
    :ivar rows_directory: gets a file with every row of each host; None: rows are counted only.
    :ivar rows_format: of `facts.table_file.FORMATS`.
    :ivar processes: to spread the work over; None: as many as there are cores.
    """

    concurrency: int = 50
    timeout_seconds: float = 120.0
    retries: int = 2
    backoff_seconds: float = 1.0
    jool_path: str = "jool"
    rows_directory: str | None = None
    rows_format: str = "jsonl"
    processes: int | None = None

    def __post_init__(self) -> None:
        """:raises GatherOptionError: for a value that makes no sense."""
        lowest = {"concurrency": 1, "timeout_seconds": 0, "retries": 0, "backoff_seconds": 0}
        for name, low in lowest.items():
            value = getattr(self, name)
            if not value >= low:
                raise GatherOptionError(f"{name.replace('_seconds', '')}: {value:g} is not at least {low}")
        if self.processes is not None and self.processes < 1:
            raise GatherOptionError(f"processes: {self.processes} is not at least 1")
        if self.rows_format not in FORMATS:
            raise GatherOptionError(f"rows_format: {self.rows_format!r} is none of {', '.join(FORMATS)}")

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return dataclasses.asdict(self)


def question_as_dict(question: Question) -> dict[str, Any]:
    """Plain values of a question."""
    return {**dataclasses.asdict(question), "subsets": sorted(question.subsets)}


def question_from_dict(plain: Mapping[str, Any]) -> Question:
    """See `question_as_dict`."""
    chosen = dict(plain["session_filter"], states=tuple(plain["session_filter"]["states"]))
    names = {name: None if plain[name] is None else tuple(plain[name]) for name in ("protocols", "instances", "netns")}
    return Question(
        **{**plain, **names, "subsets": frozenset(plain["subsets"]), "session_filter": SessionFilter(**chosen)}
    )
