# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a store knows of a pool4 transport address around a time: one look into one dump before it and one after."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from ipaddress import IPv4Address
from socket import AF_INET6, inet_ntop
from typing import NamedTuple

from .rows import MILLISECONDS
from .schema import IPV4_OFFSET, PROTOCOL_NUMBERS, STATE_NUMBERS

_PROTOCOLS = {number: protocol for protocol, number in PROTOCOL_NUMBERS.items()}
_STATES = {number: state for state, number in STATE_NUMBERS.items()}

_DUMP = "SELECT id, host, netns, instance, began, ended FROM dump WHERE (host, netns, instance) = (?, ?, ?)"
_BEFORE = f"{_DUMP} AND began <= ? ORDER BY began DESC LIMIT 1"
_AFTER = f"{_DUMP} AND began > ? ORDER BY began LIMIT 1"
_HELD = (
    "SELECT protocol, server, server_l4_id, client, client_l4_id, expires_in, state FROM session"
    " WHERE (dump, protocol, address, l4_id) = (?, ?, ?, ?)"
)
_POOLED = (
    "SELECT 1 FROM pool4 WHERE dump = ? AND protocol = ? AND ? BETWEEN first_address AND last_address"
    " AND ? BETWEEN first_l4_id AND last_l4_id"
)


class StoredDump(NamedTuple):
    """A table that the store has; times are seconds since 1970."""

    number: int
    host: str
    netns: str
    instance: str
    began: float
    ended: float


class Sighting(NamedTuple):
    """A session that a dump has.

    :ivar expires_in: seconds, as the dump printed it.
    """

    protocol: str
    ipv4_remote_address: str
    ipv4_remote_l4_id: int
    ipv6_remote_address: str
    ipv6_remote_l4_id: int
    expires_in: float
    state: str | None


class Question(NamedTuple):
    """A transport address of a pool.

    :ivar protocols: ``tcp``, ``udp``, ``icmp``: those that it may have been.
    """

    address: IPv4Address
    l4_id: int
    protocols: Sequence[str]


def dumps_around(connection: sqlite3.Connection, at: float) -> Iterator[tuple[StoredDump | None, StoredDump | None]]:
    """Of each instance, the last table that was begun by a time, and the first that was begun later."""
    for place in connection.execute("SELECT DISTINCT host, netns, instance FROM dump").fetchall():
        before, after = (connection.execute(words, (*place, at)).fetchone() for words in (_BEFORE, _AFTER))
        yield before and StoredDump(*before), after and StoredDump(*after)


def first_and_last(connection: sqlite3.Connection) -> tuple[float, float] | None:
    """When the first table was begun and the last one ended; None for an empty store."""
    first, last = connection.execute("SELECT min(began), max(ended) FROM dump").fetchone()
    return None if first is None else (first, last)


def sightings(connection: sqlite3.Connection, dump: StoredDump, question: Question) -> list[Sighting]:
    """The sessions of a transport address that a dump has."""
    return [
        Sighting(
            protocol=_PROTOCOLS[protocol],
            ipv4_remote_address=str(IPv4Address(server + IPV4_OFFSET)),
            ipv4_remote_l4_id=server_l4_id,
            ipv6_remote_address=inet_ntop(AF_INET6, client),
            ipv6_remote_l4_id=client_l4_id,
            expires_in=expires_in / MILLISECONDS,
            state=_STATES[state],
        )
        for key in _keys(dump, question)
        for protocol, server, server_l4_id, client, client_l4_id, expires_in, state in connection.execute(_HELD, key)
    ]


def is_pooled(connection: sqlite3.Connection, dump: StoredDump, question: Question) -> bool | None:
    """Whether a transport address was in the instance's pool4; None where the pool is not known."""
    if connection.execute("SELECT 1 FROM pool4 WHERE dump = ? LIMIT 1", (dump.number,)).fetchone() is None:
        return None
    return any(connection.execute(_POOLED, key).fetchone() for key in _keys(dump, question))


def _keys(dump: StoredDump, question: Question) -> Iterable[tuple[int, int, int, int]]:
    address = int(question.address) - IPV4_OFFSET
    return ((dump.number, PROTOCOL_NUMBERS[one], address, question.l4_id) for one in question.protocols)
