# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opening a store: what is there is checked, and what goes wrong has a name."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from urllib.parse import quote

from ..errors import StoreDamaged, StoreLocked, StoreNotReadable, StoreOfOtherSchema
from ..private_file import PRIVATE
from .schema import APPLICATION_ID, SCHEMA, TABLES

PATIENCE_SECONDS = 30.0
"""How long one process waits for another that writes. An audit of a million rows takes seconds."""

CACHE_KIB = 64 * 1024
"""Of pages in memory: the end of the table, where rows of a dump are put in order."""


@contextlib.contextmanager
def reading(path: str, patience: float = PATIENCE_SECONDS) -> Iterator[sqlite3.Connection]:
    """A store to be read; nothing of it can be changed.

    :param patience: seconds to wait for a process that writes.
    :raises StoreNotReadable: when there is none, or it cannot be opened.
    :raises StoreLocked, StoreDamaged, StoreOfOtherSchema: see `_named`; from what is done within, too.
    """
    with _opened(path, "ro", patience) as connection:
        _check(connection, path)
        yield connection


@contextlib.contextmanager
def writing(path: str, patience: float = PATIENCE_SECONDS) -> Iterator[sqlite3.Connection]:
    """A store to be added to, which is made where there is none: mode 0600, as sessions are personal data.

    What is done within is there whole when it ends well, and not at all when it does not.

    :param patience: seconds to wait for another process that writes.
    :raises StoreNotReadable: when it cannot be opened or made.
    :raises StoreLocked, StoreDamaged, StoreOfOtherSchema: see `_named`; from what is done within, too.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        said = error.strerror if isinstance(error, OSError) else error
        raise StoreNotReadable(f"{path}: {said}") from error
    with _opened(path, "rw", patience) as connection:
        connection.execute("BEGIN IMMEDIATE")
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
        _check(connection, path)
        ended_well = False
        try:
            yield connection
            ended_well = True
        finally:
            if connection.in_transaction:
                connection.execute("COMMIT" if ended_well else "ROLLBACK")


@contextlib.contextmanager
def _opened(path: str, mode: str, patience: float) -> Iterator[sqlite3.Connection]:
    with _named(path, patience):
        # isolation_level None: transactions begin and end where this says so. Closing takes back what was not ended.
        connection = sqlite3.connect(
            f"file:{quote(os.path.abspath(path))}?mode={mode}", timeout=patience, isolation_level=None, uri=True
        )
        try:
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            yield connection
        finally:
            connection.close()


def _check(connection: sqlite3.Connection, path: str) -> None:
    """:raises StoreOfOtherSchema: for another database, and for a store of another release of the collection."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (schema,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise StoreOfOtherSchema(f"{path}: it is a database, and none of this collection")
    if schema != SCHEMA:
        age = "an older" if schema < SCHEMA else "a newer"
        raise StoreOfOtherSchema(f"{path}: it has schema {schema}, of {age} release; this one knows {SCHEMA}")


@contextlib.contextmanager
def _named(path: str, patience: float) -> Iterator[None]:
    """Give SQLite's errors their names.

    :raises StoreLocked: when another process writes for longer than the patience.
    :raises StoreDamaged: when the file was cut or overwritten, or is no database.
    :raises StoreNotReadable: for anything else that SQLite says, such as a disk that is full.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreLocked(f"{path}: another process has written to it for {patience:g} s") from error
        raise StoreNotReadable(f"{path}: {error}") from error
    except sqlite3.IntegrityError:
        raise  # a mistake of ours, and no state of the file
    except sqlite3.DatabaseError as error:
        raise StoreDamaged(f"{path}: {error}") from error
