# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many BIB entries at a time, column by column, for counting: see `records.session_block`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ..grammar import bib as templates
from ..grammar.executor import read_columns
from . import bib

COUNTED = frozenset(("PROTOCOL", "IPV4_ADDRESS", "IPV4_L4_ID", "IS_STATIC"))

BLOCK_ENTRIES = 1000


@dataclass(frozen=True)
class BibBlock:
    """Some entries of a BIB.

    :ivar protocols: of each entry, lower-case.
    :ivar kinds: ``static`` or ``dynamic``.
    :ivar pool4_addresses: of each entry.
    :ivar pool4_l4_ids: of each entry, as text.
    """

    protocols: Sequence[str]
    kinds: Sequence[str]
    pool4_addresses: Sequence[str]
    pool4_l4_ids: Sequence[str]

    def __len__(self) -> int:
        """The number of entries."""
        return len(self.protocols)


def csv_blocks(chunks: Iterable[bytes]) -> Iterator[BibBlock]:
    """The entries of CSV output (3.2.0 and later).

    :raises GrammarError: see `grammar.executor.read_columns`.
    """
    for columns in read_columns(templates.CSV, chunks, COUNTED):
        named = dict(zip(columns.names, columns.values))
        yield BibBlock(
            protocols=[protocol.lower() for protocol in named["PROTOCOL"]],
            kinds=["static" if is_static == "1" else "dynamic" for is_static in named["IS_STATIC"]],
            pool4_addresses=named["IPV4_ADDRESS"],
            pool4_l4_ids=named["IPV4_L4_ID"],
        )


def console_blocks(chunks: Iterable[bytes]) -> Iterator[BibBlock]:
    """The entries of console output (3.1).

    :raises GrammarError: or another, see `records.bib.read_console`.
    """
    entries = bib.read_console(chunks)
    while some := list(islice(entries, BLOCK_ENTRIES)):
        yield BibBlock(
            protocols=[entry.protocol for entry in some],
            kinds=["static" if entry.is_static else "dynamic" for entry in some],
            pool4_addresses=[entry.ipv4_address for entry in some],
            pool4_l4_ids=[str(entry.ipv4_l4_id) for entry in some],
        )
