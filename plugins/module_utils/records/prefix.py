# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of prefixes: pool6 of 3.x (IPv6), denylist4 and its forerunners, pool6791 of 3.x (IPv4).

A prefix is its text, ``address/length``, as the host's ``inet_ntop`` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..grammar import denylist4, pool6
from ..grammar.count import COUNT
from ..grammar.executor import read_rows
from ..grammar.template import Template
from .footer import without_footers


def read_pool6_csv(chunks: Iterable[bytes]) -> Iterator[str]:
    """The prefixes of ``--pool6 --csv`` (3.4 and 3.5).

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    return _prefixes(pool6.CSV, chunks)


def read_pool6_console(chunks: Iterable[bytes]) -> Iterator[str]:
    """The prefixes of ``--pool6`` (3.x).

    :raises SectionCountMismatch: when the footer counts other rows than were printed.
    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    return _counted_prefixes(pool6.CONSOLE, chunks)


def read_denylist4_csv(chunks: Iterable[bytes]) -> Iterator[str]:
    """The prefixes of denylist4, blacklist4, blacklist or pool6791 as CSV. One that was added twice comes twice.

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    return _prefixes(denylist4.CSV, chunks)


def read_denylist4_console(chunks: Iterable[bytes]) -> Iterator[str]:
    """The prefixes of denylist4, blacklist4, blacklist or pool6791 on the console.

    :raises SectionCountMismatch: when the footer of 3.x counts other rows than were printed.
    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    return _counted_prefixes(denylist4.CONSOLE, chunks)


def read_count(chunks: Iterable[bytes]) -> int:
    """The number that ``--count`` prints for pool4 (3.1 to 3.3), pool6, pool6791, eamt and blacklist (3.x).

    Rows of pool6 and eamt, addresses of the others.

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    (row,) = read_rows(COUNT, chunks)
    return int(row["COUNT"])


def _prefixes(template: Template, chunks: Iterable[bytes]) -> Iterator[str]:
    for row in read_rows(template, chunks):
        yield row["PREFIX"]


def _counted_prefixes(template: Template, chunks: Iterable[bytes]) -> Iterator[str]:
    for row in without_footers(read_rows(template, chunks), template.name.partition("_")[0]):
        yield row["PREFIX"]
