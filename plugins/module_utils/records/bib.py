# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""BIB records: one shape for every release and format (RFC 6146 3.1).

The counts of ``--bib --count`` (3.1 to 3.5) are read by `records.session.read_counts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import compress
from typing import NamedTuple

from ..grammar import bib as templates
from ..grammar.executor import read_columns, read_rows
from .footer import without_footers


class BibEntry(NamedTuple):
    """One binding of an IPv6 transport address to one of pool4's.

    An L4-ID is a port, or the ICMP identifier. Where the host resolved names, the IPv6 side's address or L4-ID is None
    and what was printed stands in `ipv6_name` or `ipv6_service`; the IPv4 side is never resolved.

    :ivar protocol: ``tcp``, ``udp`` or ``icmp``.
    """

    protocol: str
    ipv6_address: str | None
    ipv6_l4_id: int | None
    ipv4_address: str
    ipv4_l4_id: int
    is_static: bool
    ipv6_name: str | None = None
    ipv6_service: str | None = None


def _entry(row: dict[str, str], *, is_static: bool) -> BibEntry:
    address, l4_id = row["IPV6_ADDRESS"], row["IPV6_L4_ID"]
    named, served = ":" not in address, not l4_id.isdecimal()
    return BibEntry(
        protocol=row["PROTOCOL"].lower(),
        ipv6_address=None if named else address,
        ipv6_l4_id=None if served else int(l4_id),
        ipv4_address=row["IPV4_ADDRESS"],
        ipv4_l4_id=int(row["IPV4_L4_ID"]),
        is_static=is_static,
        ipv6_name=address if named else None,
        ipv6_service=l4_id if served else None,
    )


def read_csv(chunks: Iterable[bytes]) -> Iterator[BibEntry]:
    """The entries of CSV output (3.2.0 and later).

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    for row in read_rows(templates.CSV, chunks):
        yield _entry(row, is_static=row["IS_STATIC"] == "1")


def read_static_csv(chunks: Iterable[bytes]) -> Iterator[BibEntry]:
    """The static entries of CSV output. There may be very many others, of which no record is made.

    :raises GrammarError: see `grammar.executor.read_columns`.
    """
    for columns in read_columns(templates.CSV, chunks):
        flags = columns.values[columns.names.index("IS_STATIC")]
        for values in compress(zip(*columns.values), (flag == "1" for flag in flags)):
            yield _entry(dict(zip(columns.names, values)), is_static=True)


def read_static_console(chunks: Iterable[bytes]) -> Iterator[BibEntry]:
    """The static entries of console output.

    :raises GrammarError: or another, see `read_console`.
    """
    return (entry for entry in read_console(chunks) if entry.is_static)


def read_console(chunks: Iterable[bytes]) -> Iterator[BibEntry]:
    """The entries of console output. Every release names the protocol, in the row (3.6 and later) or before the rows.

    :raises SectionCountMismatch: when a section of 3.x has fewer or more rows than its footer says.
    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    for row in without_footers(read_rows(templates.CONSOLE, chunks), "BIB", sections=True):
        yield _entry(row, is_static=row["KIND"] == "Static")
