# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A full session table in a file: JSON lines or CSV, readable by its owner alone, there whole or not at all."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from ..private_file import Replacement
from ..records.session import Session
from ..records.session_block import SessionBlock

if TYPE_CHECKING:
    from typing_extensions import Self

FORMATS = ("jsonl", "csv")
COLUMNS = ("netns", "instance", *Session._fields)

# A row without names, as `json.dumps` writes it, and several times as fast. Nothing in it needs a backslash: addresses
# are hexadecimal digits, dots and colons, states are capital letters, digits and underscores (see `grammar.session`).
_JSON_ROW = (
    '"protocol":"%s","ipv6_remote_address":"%s","ipv6_remote_l4_id":%s,"ipv6_local_address":"%s","ipv6_local_l4_id":%s,'
    '"ipv4_local_address":"%s","ipv4_local_l4_id":%s,"ipv4_remote_address":"%s","ipv4_remote_l4_id":%s,'
    '"expires_in":%s,"expires_in_resolution":0.001,"state":%s,'
    '"ipv6_remote_name":null,"ipv6_remote_service":null,"ipv4_remote_name":null,"ipv4_remote_service":null}\n'
)
_CSV_ROW = "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,0.001,%s,,,,\n"


def json_lines(netns: str, instance: str, block: SessionBlock) -> Iterator[str]:
    """Each session as an object of JSON on a line of its own."""
    place = f'{{"netns":{json.dumps(netns)},"instance":{json.dumps(instance)},'
    columns = block.texts()
    if columns is None:
        return (place + json.dumps(session._asdict(), separators=(",", ":"))[1:] + "\n" for session in block.sessions())
    *numbers, states = columns
    words = {state: f'"{state}"' if state else "null" for state in set(states)}
    return map(f"{place.replace('%', '%%')}{_JSON_ROW}".__mod__, zip(*numbers, map(words.__getitem__, states)))


def csv_lines(netns: str, instance: str, block: SessionBlock) -> Iterator[str]:
    """Each session as a line of CSV, with the columns `COLUMNS`."""
    columns = block.texts()
    if columns is None:
        return iter((_csv((netns, instance, *session) for session in block.sessions()),))
    place = _csv(((netns, instance, ""),)).rstrip("\n")
    return map(f"{place.replace('%', '%%')}{_CSV_ROW}".__mod__, zip(*columns))


def _csv(rows: Iterable[Iterable[object]]) -> str:
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue()


class TableFile:
    """Collects rows in a temporary file beside the goal and puts it in place at the end.

    Sessions are personal data: the file has mode 0600. A file that was there keeps its owner and loses its content only
    when the new one is complete. Use as a context manager; leaving it through an error leaves no trace.

    :param path: the goal; its directory must exist.
    :param form: one of `FORMATS`.
    :ivar rows: rows written so far.
    """

    def __init__(self, path: str, form: str = "jsonl") -> None:
        self.path = path
        self.rows = 0
        self._form = form
        self._discarded = False

    def __enter__(self) -> Self:
        """:raises OSError: when the directory is not there or not writable."""
        self._replacement = Replacement(self.path)
        self._file = os.fdopen(self._replacement.handle, "w", encoding="utf-8", newline="")
        if self._form == "csv":
            self._file.write(_csv((COLUMNS,)))
        return self

    def write(self, netns: str, instance: str, block: SessionBlock) -> None:
        """Add rows.

        :raises OSError: when there is no room.
        """
        lines = csv_lines if self._form == "csv" else json_lines
        self._file.writelines(lines(netns, instance, block))
        self.rows += len(block)

    def discard(self) -> None:
        """There is no table: leave what is at the goal as it is."""
        self._discarded = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
            if kind is None and not self._discarded:
                self._replacement.put()
        finally:
            self._replacement.drop()
