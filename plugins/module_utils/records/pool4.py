# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pool4 records: the IPv4 transport addresses that a translator masks its clients with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..grammar import pool4 as templates
from ..grammar.executor import read_rows
from .footer import without_footers


class Pool4Range(NamedTuple):
    """A range of ports (or ICMP identifiers) of one address.

    What a release does not print is None: up to 3.3 there is nothing but the address (all protocols and ports are the
    pool's), up to 3.5.4 nothing about iterations.

    :ivar mark: of the packets that this range is for; 0 is the default.
    :ivar protocol: ``tcp``, ``udp`` or ``icmp``.
    :ivar address: an address, or a prefix where it is shorter than 32 bits.
    :ivar port_min: the first one.
    :ivar port_max: the last one.
    :ivar max_iterations: how often Jool looks for a free port before it gives up; None: without end. It belongs to the
        whole set of the same mark and protocol.
    :ivar max_iterations_fixed: whether an operator set it; False: Jool computes it. None: nothing is known of it, and
        `max_iterations` means nothing.
    """

    mark: int | None
    protocol: str | None
    address: str
    port_min: int | None
    port_max: int | None
    max_iterations: int | None
    max_iterations_fixed: bool | None


def _number(text: str) -> int | None:
    return int(text) if text else None


def _range(row: dict[str, str], *, is_fixed: bool | None) -> Pool4Range:
    address, _slash, length = row["ADDRESS"].partition("/")
    iterations = row["MAX_ITERATIONS"]
    return Pool4Range(
        mark=_number(row["MARK"]),
        protocol=row["PROTOCOL"].lower() or None,
        address=row["ADDRESS"] if length and length != "32" else address,
        port_min=_number(row["PORT_MIN"]),
        port_max=_number(row["PORT_MAX"]),
        max_iterations=int(iterations) if iterations.isdecimal() else None,
        max_iterations_fixed=is_fixed,
    )


def read_csv(chunks: Iterable[bytes]) -> Iterator[Pool4Range]:
    """The ranges of CSV output (3.4.0 and later).

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    for row in read_rows(templates.CSV, chunks):
        yield _range(row, is_fixed=row["IS_FIXED"] == "1" if row["IS_FIXED"] else None)


def read_console(chunks: Iterable[bytes]) -> Iterator[Pool4Range]:
    """The ranges of console output.

    :raises SectionCountMismatch: when the footer of 3.x counts other rows than were printed.
    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    for row in without_footers(read_rows(templates.CONSOLE, chunks), "pool4"):
        yield _range(row, is_fixed=row["FIXED"] == "fixed" if row["FIXED"] else None)
