# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each release wants to be asked: argument lists, and nothing else.

Up to 3.5 options name mode and operation, protocols add up and default to all; from 3.6 on there are words for them, an
instance name before, and one protocol a call (NICMx/Jool usr/common/argp at v3.5.8, src/usr/argp at v4.1.15).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..records.release import Release
from ..records.session import PROTOCOLS

WORDS_SINCE = Release(3, 5, 7, 200)
"""3.6.0-rc1, which calls itself 3.5.7.200: the first release with instances and ``session display``."""

OLDEST = Release(3, 1, 0, 0)
NUMERIC_SINCE = Release(3, 1, 4, 0)
CSV_SINCE = Release(3, 2, 0, 0)
POOL4_CSV_SINCE = Release(3, 5, 0, 0)
DENYLIST_SINCE = Release(4, 1, 4, 0)
"""Before, the same list is called blacklist4; later releases know that word, too, and complain."""

REPEATS_SINCE, REPEATS_UNTIL = Release(3, 1, 5, 0), Release(3, 3, 2, 0)
"""NICMx/Jool#147: the dump goes on after the last address, not after the last session."""


@dataclass(frozen=True)
class TableCommand:
    """One command that prints a table.

    :ivar argv: the command.
    :ivar csv: whether it was asked for CSV (else console).
    :ivar protocols: what it covers.
    """

    argv: tuple[str, ...]
    csv: bool
    protocols: tuple[str, ...]


@dataclass(frozen=True)
class Dialect:
    """The command line of one release.

    :ivar release: of the tool.
    :ivar path: name or path of `jool`.
    """

    release: Release
    path: str = "jool"

    @property
    def has_instances(self) -> bool:
        """Whether instances have names. Before, a namespace has one, without a name."""
        return self.release >= WORDS_SINCE

    @property
    def has_counts(self) -> bool:
        """Whether ``--session --count`` exists (3.1 to 3.5)."""
        return OLDEST <= self.release < WORDS_SINCE

    @property
    def has_stats(self) -> bool:
        """Whether ``stats display`` exists."""
        return self.release >= WORDS_SINCE

    @property
    def repeats_rows(self) -> bool:
        """Whether a dump may print sessions twice."""
        return REPEATS_SINCE <= self.release < REPEATS_UNTIL

    @property
    def denylist_mode(self) -> str:
        """The word for addresses that are never translated."""
        return "denylist4" if self.release >= DENYLIST_SINCE else "blacklist4"

    def sessions(self, protocols: Iterable[str], instance: str, *, numeric: bool = True) -> list[TableCommand]:
        """The commands that print the session table.

        :param protocols: of `PROTOCOLS`.
        :param numeric: False lets the host resolve names (a blocking look-up for each end of each row).
        """
        asked = in_order(protocols)
        number = ["--numeric"] if numeric and self.release >= NUMERIC_SINCE else []
        if not self.has_instances:
            csv = self.release >= CSV_SINCE
            flags = [] if asked == PROTOCOLS else [f"--{protocol}" for protocol in asked]
            argv = (self.path, "--session", "--display", *flags, *number, *(["--csv"] if csv else []))
            return [TableCommand(argv, csv, asked)]
        return [
            TableCommand(
                self.words(instance, "session", "display", f"--{protocol}", *number, "--csv"), True, (protocol,)
            )
            for protocol in asked
        ]

    def session_counts(self, protocols: Iterable[str]) -> tuple[str, ...]:
        """The command that counts sessions; only where `has_counts`."""
        asked = in_order(protocols)
        flags = [] if asked == PROTOCOLS else [f"--{protocol}" for protocol in asked]
        return (self.path, "--session", "--count", *flags)

    def instances(self) -> tuple[str, ...]:
        """The command that lists the instances of all namespaces; only where `has_instances`."""
        return (self.path, "instance", "display", "--csv")

    def stats(self, instance: str) -> tuple[str, ...]:
        """The command that prints the counters; only where `has_stats`. Zero counters are left out by Jool."""
        return self.words(instance, "stats", "display", "--csv")

    def explained_stats(self, instance: str) -> tuple[str, ...]:
        """The command that prints all counters, those that are zero among them, and what Jool says of each."""
        return self.words(instance, "stats", "display", "--all", "--explain", "--csv")

    def pool4(self, protocols: Iterable[str], instance: str) -> list[TableCommand]:
        """The commands that print pool4."""
        asked = in_order(protocols)
        if not self.has_instances:
            csv = self.release >= POOL4_CSV_SINCE
            argv = (self.path, "--pool4", "--display", *(["--csv"] if csv else []))
            return [TableCommand(argv, csv, PROTOCOLS)]
        return [
            TableCommand(self.words(instance, "pool4", "display", f"--{protocol}", "--csv"), True, (protocol,))
            for protocol in asked
        ]

    def bib(self, protocols: Iterable[str], instance: str) -> list[TableCommand]:
        """The commands that print the BIB."""
        asked = in_order(protocols)
        number = ["--numeric"] if self.release >= NUMERIC_SINCE else []
        if not self.has_instances:
            csv = self.release >= CSV_SINCE
            flags = [] if asked == PROTOCOLS else [f"--{protocol}" for protocol in asked]
            argv = (self.path, "--bib", "--display", *flags, *number, *(["--csv"] if csv else []))
            return [TableCommand(argv, csv, asked)]
        return [
            TableCommand(self.words(instance, "bib", "display", f"--{protocol}", *number, "--csv"), True, (protocol,))
            for protocol in asked
        ]

    def global_parameters(self, instance: str) -> tuple[str, ...]:
        """The command that prints the global parameters; only where `has_instances`."""
        return self.words(instance, "global", "display", "--csv")

    def eamt(self, instance: str) -> tuple[str, ...]:
        """The command that prints the explicit address mappings; only of SIIT, where `has_instances`."""
        return self.words(instance, "eamt", "display", "--csv")

    def denylist4(self, instance: str) -> tuple[str, ...]:
        """The command that prints the addresses that are never translated; only of SIIT, where `has_instances`."""
        return self.words(instance, self.denylist_mode, "display", "--csv")

    def words(self, instance: str, *words: str) -> tuple[str, ...]:
        """A command of one instance."""
        # "-i" and not "--instance": 3.6 to 4.0.3 know only the short form, and only in this place.
        return (self.path, "-i", instance, *words)


def in_order(protocols: Iterable[str]) -> tuple[str, ...]:
    """The given protocols in Jool's own order, each once."""
    asked = set(protocols)
    return tuple(protocol for protocol in PROTOCOLS if protocol in asked)


def in_namespace(netns: str, argv: Sequence[str]) -> tuple[str, ...]:
    """The command as it runs in a named network namespace; "" is the one that the connection ends in."""
    return ("ip", "netns", "exec", netns, *argv) if netns else tuple(argv)
