# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Adding an audit: the session tables of many instances, there whole or not at all."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..records.session_block import SessionBlock
from .database import PATIENCE_SECONDS, writing
from .rows import rows_of_block
from .schema import IPV4_OFFSET, PROTOCOL_NUMBERS

RUN_ROWS = 50_000
"""Rows that are put in order before they are written. Jool prints them in order, protocol by protocol."""

# A dump is read in pages while sessions come and go: one that is printed twice is one session. In order, the row with
# the longest time comes last and stays.
_SESSION = "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True)
class TransportAddressRange:
    """Transport addresses of a pool.

    :ivar protocol: ``tcp``, ``udp`` or ``icmp``.
    :ivar first_address: as a number, as is `last_address`.
    """

    protocol: str
    first_address: int
    last_address: int
    first_l4_id: int
    last_l4_id: int


@dataclass(frozen=True)
class Dump:
    """An instance's table as it was read.

    :ivar netns: the name of its network namespace, "" for the host's own.
    :ivar began: when the reading of it began, in seconds since 1970, as is `ended`.
    :ivar pool4: which transport addresses its sessions can have; empty where that is not known.
    """

    host: str
    netns: str
    instance: str
    began: float
    ended: float
    pool4: tuple[TransportAddressRange, ...] = ()


class Audit:
    """One that is being added.

    :ivar sessions: rows added so far.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.sessions = 0
        self._connection = connection
        (self._number,) = connection.execute("SELECT coalesce(max(audit), 0) + 1 FROM dump").fetchone()

    def add(self, dump: Dump, blocks: Iterable[SessionBlock]) -> int:
        """Add a table.

        :returns: its sessions.
        :raises RowNotStorable: when the output had names instead of numbers.
        :raises JoolError: whatever the blocks raise.
        """
        number = self._connection.execute(
            "INSERT INTO dump (audit, host, netns, instance, began, ended, sessions) VALUES (?, ?, ?, ?, ?, ?, 0)",
            (self._number, dump.host, dump.netns, dump.instance, dump.began, dump.ended),
        ).lastrowid
        if number is None:  # an INSERT of one row has one
            raise AssertionError
        self._connection.executemany(
            "INSERT OR IGNORE INTO pool4 VALUES (?, ?, ?, ?, ?, ?)", (_pool4_row(number, one) for one in dump.pool4)
        )
        rows: list[tuple[Any, ...]] = []
        for block in blocks:
            rows.extend(rows_of_block(number, block))
            if len(rows) >= RUN_ROWS:
                self._write(rows)
        self._write(rows)
        (sessions,) = self._connection.execute("SELECT count(*) FROM session WHERE dump = ?", (number,)).fetchone()
        self._connection.execute("UPDATE dump SET sessions = ? WHERE id = ?", (sessions, number))
        self.sessions += sessions
        return int(sessions)

    def _write(self, rows: list[tuple[Any, ...]]) -> None:
        rows.sort()
        self._connection.executemany(_SESSION, rows)
        rows.clear()


@contextlib.contextmanager
def new_audit(path: str, patience: float = PATIENCE_SECONDS) -> Iterator[Audit]:
    """An audit to be filled. It is in the store when this ends well; an error leaves the store as it was.

    :param path: of the store, which is made where there is none.
    :param patience: seconds to wait for another process that writes.
    :raises JoolError: see `database.writing`.
    """
    with writing(path, patience) as connection:
        yield Audit(connection)


def _pool4_row(dump: int, one: TransportAddressRange) -> tuple[int, ...]:
    addresses = one.first_address - IPV4_OFFSET, one.last_address - IPV4_OFFSET
    return (dump, PROTOCOL_NUMBERS[one.protocol], *addresses, one.first_l4_id, one.last_l4_id)
