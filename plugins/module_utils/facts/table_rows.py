# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading the files that `facts.table_file` writes: the same rows, instance by instance."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from ..errors import TableDamaged
from ..records.session import STATES, Session
from ..records.session_block import SessionBlock
from .table_file import COLUMNS

Place = tuple[str, str]
"""The name of a network namespace ("" for the host's own) and of an instance in it."""

BLOCK_ROWS = 10_000
"""Rows that are held at a time."""

_NUMBERS = {"ipv6_remote_l4_id", "ipv6_local_l4_id", "ipv4_local_l4_id", "ipv4_remote_l4_id"}
_SECONDS = {"expires_in", "expires_in_resolution"}


def read_table(path: str, form: str) -> Iterator[tuple[Place, SessionBlock]]:
    """The rows of a file, in its order.

    :param form: one of `table_file.FORMATS`.
    :raises OSError: when it cannot be opened or read.
    :raises TableDamaged: when it was cut or changed.
    """
    with open(path, encoding="utf-8", newline="") as file:
        rows = _numbered(path, _csv_rows(file) if form == "csv" else map(_json_row, file))
        for place, of_place in groupby(rows, key=lambda row: row[0]):
            while block := [session for _place, session in islice(of_place, BLOCK_ROWS)]:
                yield place, SessionBlock.of_sessions(block)


def _numbered(path: str, rows: Iterator[tuple[Place, Session]]) -> Iterator[tuple[Place, Session]]:
    """:raises TableDamaged: with the number of the row, and none of its words: they are personal data."""
    number = 0
    while True:
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except (ValueError, KeyError, TypeError, csv.Error) as error:
            raise TableDamaged(f"{path}: row {number} is none") from error
        yield row


def _json_row(line: str) -> tuple[Place, Session]:
    """:raises ValueError: or KeyError, or TypeError, for what is no row."""
    if not line.endswith("\n"):
        raise ValueError("the line has no end")
    row = json.loads(line)
    if set(row) != set(COLUMNS):
        raise ValueError("other columns")
    return _row(row)


def _csv_rows(lines: Iterable[str]) -> Iterator[tuple[Place, Session]]:
    """:raises ValueError: or `csv.Error`, for what is no row."""
    reader = csv.DictReader(_ended(lines), strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ValueError("other columns")
    for texts in reader:
        if None in texts or None in texts.values():
            raise ValueError("a row with more or fewer columns")
        yield _row({name: _value(name, text) for name, text in texts.items()})


def _ended(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if not line.endswith("\n"):
            raise ValueError("the line has no end")
        yield line


def _value(name: str, text: str) -> Any:
    if name in ("netns", "instance"):
        return text
    if text == "":
        return None
    if name in _NUMBERS:
        return int(text)
    return float(text) if name in _SECONDS else text


def _row(row: dict[str, Any]) -> tuple[Place, Session]:
    place = row.pop("netns"), row.pop("instance")
    session = Session(**row)
    if session.state is not None and session.state not in STATES:
        raise ValueError("a state that Jool does not have")
    return place, session
