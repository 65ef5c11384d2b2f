# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pool4 transport addresses of a table, address by address: Jool prints them in that order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from ..grammar.columns import count_texts

Place = tuple[str, str]
"""Protocol and pool4 address."""


class TransportAddresses(Protocol):
    """Columns of a table that has pool4 addresses in it: sessions, or the BIB."""

    @property
    def protocols(self) -> Sequence[str]:
        """Lower-case."""

    @property
    def pool4_addresses(self) -> Sequence[str]:
        """Of each row."""

    @property
    def pool4_l4_ids(self) -> Sequence[str]:
        """Of each row, as text."""


def by_place(block: TransportAddresses) -> Iterator[tuple[Place, Sequence[str]]]:
    """The L4-IDs of each place in a block; mostly there is only one."""
    protocols, addresses = count_texts(block.protocols), count_texts(block.pool4_addresses)
    if len(protocols) == len(addresses) == 1:
        (protocol,), (address,) = protocols, addresses
        yield (protocol, address), block.pool4_l4_ids
        return
    places: dict[Place, list[str]] = {}
    for protocol, address, l4_id in zip(block.protocols, block.pool4_addresses, block.pool4_l4_ids):
        places.setdefault((protocol, address), []).append(l4_id)
    yield from places.items()
