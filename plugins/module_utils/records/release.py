# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases of Jool, in the order in which they came out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache, total_ordering

from ..grammar.executor import read_rows
from ..grammar.version import VERSION

_TEXT = re.compile(r"(?:(NAT64|Jool) userspace app )?(\d+)\.(\d+)(?:\.(\d+))?(?:\.(\d+))?")

# The candidates of 4.2.0 have odd numbers: rc1 is 4.1.255.2, rc3 is 4.1.255.5 (src/common/xlat.h of their tags).
_CANDIDATES_OF_4_2 = {2: 1, 3: 2, 5: 3}


@total_ordering
@dataclass(frozen=True)
class Release:
    """A release by the numbers that it prints.

    Candidates print the numbers of an earlier series (3.5.7.200 is 3.6.0-rc1), and yet come after all of that: the
    order is that of `name`, not of the numbers.

    :ivar dev: 0 in everything that was published as a release.
    """

    major: int
    minor: int
    patch: int = 0
    dev: int = 0

    @classmethod
    @lru_cache(maxsize=64)  # a fleet has a few
    def parse(cls, text: str) -> Release:
        """Read what ``jool --version`` prints, or the version of the kernel module.

        3.0 to 3.1.0 print 0.1: with "NAT64" it is 3.0, with "Jool" it can be 3.0.1 and 3.1.0, and is taken for 3.1.0
        (if it is 3.0.1, its tables are unknown to the grammar and end in an error). 3.1.2 says 3.1.0.

        :raises ValueError: when it is no version.
        """
        match = _TEXT.fullmatch(text.strip())
        if not match:
            raise ValueError(f"no version of Jool: {text.strip()[:80]!r}")
        app, *numbers = match.groups()
        release = cls(*(int(number or 0) for number in numbers))
        if release == cls(0, 1):
            return cls(3, 0) if app == "NAT64" else cls(3, 1)
        return release

    @classmethod
    def named(cls, text: str | None) -> Release | None:
        """The release that a text names; None where there is none, or it is no version."""
        try:
            return None if text is None else cls.parse(text)
        except ValueError:
            return None

    @cached_property
    def candidate(self) -> tuple[int, int, int] | None:
        """Series and number, (3, 6, 1) for 3.6.0-rc1; None for what is no candidate."""
        if (self.major, self.minor, self.patch) == (3, 5, 7) and self.dev >= 200:
            return 3, 6, self.dev - 199
        if (self.major, self.minor) == (3, 255):
            return 4, 0, self.patch
        if (self.major, self.minor, self.patch) == (4, 1, 255):
            return 4, 2, _CANDIDATES_OF_4_2.get(self.dev, self.dev)
        return None

    @property
    def series(self) -> tuple[int, int]:
        """The major and the minor number that it is known by: (3, 6) for 3.5.7.200."""
        return self.candidate[:2] if self.candidate else (self.major, self.minor)

    @property
    def name(self) -> str:
        """The release as people call it: 4.1.9, or 3.6.0-rc1 for 3.5.7.200."""
        if self.candidate:
            major, minor, number = self.candidate
            return f"{major}.{minor}.0-rc{number}"
        return f"{self.major}.{self.minor}.{self.patch}" + (f".{self.dev}" if self.dev else "")

    def __str__(self) -> str:
        return self.name

    def __lt__(self, other: Release) -> bool:
        return self._rank() < other._rank()

    def _rank(self) -> tuple[int, ...]:
        if self.candidate:
            major, minor, _number = self.candidate
            return major, minor, 0, 0, self.patch, self.dev
        return self.major, self.minor, self.patch, 1, self.dev, 0


def read_version(chunks: Iterable[bytes]) -> Release:
    """The release of ``jool --version``.

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    (row,) = read_rows(VERSION, chunks)
    return Release.parse(row["VERSION"])
