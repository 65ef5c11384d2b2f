# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of the explicit address mapping table (SIIT, RFC 7757)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..grammar import eamt as templates
from ..grammar.executor import read_rows
from .footer import without_footers


class EamtEntry(NamedTuple):
    """One mapping; both are ``address/length``."""

    ipv6_prefix: str
    ipv4_prefix: str


def read_csv(chunks: Iterable[bytes]) -> Iterator[EamtEntry]:
    """The mappings of CSV output.

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    for row in read_rows(templates.CSV, chunks):
        yield EamtEntry(row["IPV6_PREFIX"], row["IPV4_PREFIX"])


def read_console(chunks: Iterable[bytes]) -> Iterator[EamtEntry]:
    """The mappings of console output.

    :raises SectionCountMismatch: when the footer of 3.x counts other rows than were printed.
    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    for row in without_footers(read_rows(templates.CONSOLE, chunks), "EAMT"):
        yield EamtEntry(row["IPV6_PREFIX"], row["IPV4_PREFIX"])
