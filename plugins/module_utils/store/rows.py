# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions as the store's rows, a block at a time."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from socket import AF_INET6, inet_aton, inet_pton
from typing import Any

from ..errors import RowNotStorable
from ..records.session import Session
from ..records.session_block import SessionBlock
from .schema import IPV4_OFFSET, PROTOCOL_NUMBERS, STATE_NUMBERS

MILLISECONDS = 1000
"""In a second: as finely as Jool prints when a session expires."""

_STATES = {state or "": number for state, number in STATE_NUMBERS.items()}


def rows_of_block(dump: int, block: SessionBlock) -> Iterator[tuple[Any, ...]]:
    """The rows of a block, in its order: numbers, and a client's octets, in the order of the columns of `session`.

    :param dump: number of the dump that it is part of.
    :raises RowNotStorable: when a row has a name or a service instead of a number.
    """
    columns: tuple[Any, ...] = block.texts() or _numbers(block.sessions())
    protocols, clients, client_l4_ids = columns[:3]
    addresses, l4_ids, servers, server_l4_ids, times, states = columns[5:]
    try:
        return zip(
            repeat(dump),
            map(PROTOCOL_NUMBERS.__getitem__, protocols),
            map(_pool4_number, addresses),
            map(int, l4_ids),
            ipv4_numbers(servers),
            map(int, server_l4_ids),
            list(map(inet_pton, repeat(AF_INET6), clients)),
            map(int, client_l4_ids),
            [round(float(time) * MILLISECONDS) for time in times],
            map(_STATES.__getitem__, states),
        )
    except OSError as error:
        raise RowNotStorable("an address in it is none") from error


def _numbers(sessions: Iterable[Session]) -> tuple[Any, ...]:
    """The columns of rows that cannot be written as they are, as of times in words.

    :raises RowNotStorable: see `rows_of_block`.
    """
    rows = [(*session[:10], session.state or "") for session in sessions]
    if any(None in row for row in rows):
        raise RowNotStorable("the output has names where numbers belong")
    return tuple(zip(*rows)) or ((),) * 11


def ipv4_numbers(addresses: Sequence[str]) -> list[int]:
    """IPv4 addresses as the store has them.

    :raises OSError: for a text that is no address.
    """
    numbers = array("I", b"".join(map(inet_aton, addresses)))
    if sys.byteorder == "little":
        numbers.byteswap()
    return [number - IPV4_OFFSET for number in numbers]


@lru_cache(maxsize=1024)
def _pool4_number(address: str) -> int:
    """The same of one address; a table has few of them."""
    return ipv4_numbers([address])[0]
