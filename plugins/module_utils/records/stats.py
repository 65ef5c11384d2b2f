# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counter records (3.6.0-rc1 and later)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..grammar import stats as templates
from ..grammar.executor import read_rows
from ..grammar.template import Template

UNKNOWN_NAME = "????"
"""What 4.1.13 and later call a counter of a newer module; names before it may be wrong then, for they are positions."""

WRAPPED = 2**63
"""A value from here on is a gauge that went below zero: replacing a configuration resets it, and old entries expire."""


@dataclass(frozen=True)
class Stats:
    """The counters that were printed; without ``--all`` Jool leaves out those that are 0.

    :ivar counters: name to value, in the order of the module's numbers. JSTAT_SESSIONS and JSTAT_BIB_ENTRIES are
        gauges, the others only grow.
    :ivar explanations: name to text, with line breaks as printed; empty where none were asked for.
    :ivar unknown: the values of counters without a name.
    """

    counters: dict[str, int]
    explanations: dict[str, str]
    unknown: tuple[int, ...] = ()

    @property
    def sessions(self) -> int | None:
        """The gauge JSTAT_SESSIONS: TCP, UDP and ICMP together; None when its value cannot be true.

        It is no count: after a configuration was replaced it knows nothing of the sessions from before.
        """
        return self.counters.get("JSTAT_SESSIONS", 0) if self.is_valid("JSTAT_SESSIONS") else None

    def is_valid(self, name: str) -> bool:
        """Whether the value of a counter can be true; one that was not printed is 0."""
        return self.counters.get(name, 0) < WRAPPED

    @property
    def invalid(self) -> tuple[str, ...]:
        """The counters whose value cannot be true."""
        return tuple(name for name in self.counters if not self.is_valid(name))


def read_csv(chunks: Iterable[bytes], *, explained: bool = False) -> Stats:
    """The counters of CSV output.

    :param explained: whether ``--explain`` was given.
    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    return _read(templates.CSV_EXPLAINED if explained else templates.CSV, chunks)


def read_console(chunks: Iterable[bytes], *, explained: bool = False) -> Stats:
    """The counters of console output.

    :param explained: whether ``--explain`` was given.
    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    return _read(templates.CONSOLE_EXPLAINED if explained else templates.CONSOLE, chunks)


def _read(template: Template, chunks: Iterable[bytes]) -> Stats:
    counters: dict[str, int] = {}
    explanations: dict[str, str] = {}
    unknown: list[int] = []
    for row in read_rows(template, chunks):
        name, value = row["NAME"], int(row["VALUE"])
        if name == UNKNOWN_NAME:
            unknown.append(value)
            continue
        counters[name] = value
        # A list of lines, see `read_rows`.
        explanation = "\n".join(row.get("EXPLANATION", ""))
        if explanation:
            explanations[name] = explanation
    return Stats(counters, explanations, tuple(unknown))
