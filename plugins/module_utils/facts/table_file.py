# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A full session table in a file: JSON lines or CSV, readable by its owner alone, there whole or not at all."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from ..records.session import Session

if TYPE_CHECKING:
    from typing_extensions import Self

FORMATS = ("jsonl", "csv")
COLUMNS = ("netns", "instance", *Session._fields)

# A row without names, as `json.dumps` writes it, and several times as fast. Nothing in it needs a backslash: addresses
# are hexadecimal digits, dots and colons, states are capital letters, digits and underscores (see `grammar.session`).
_NUMBERED = (
    '"protocol":"%s","ipv6_remote_address":"%s","ipv6_remote_l4_id":%d,"ipv6_local_address":"%s","ipv6_local_l4_id":%d,'
    '"ipv4_local_address":"%s","ipv4_local_l4_id":%d,"ipv4_remote_address":"%s","ipv4_remote_l4_id":%d,'
    '"expires_in":%r,"expires_in_resolution":%r,"state":%s,'
    '"ipv6_remote_name":null,"ipv6_remote_service":null,"ipv4_remote_name":null,"ipv4_remote_service":null}\n'
)
_NO_NAMES = (None, None, None, None)
_STATE = Session._fields.index("state")


def json_lines(netns: str, instance: str, sessions: Iterable[Session]) -> Iterator[str]:
    """Each session as an object of JSON on a line of its own."""
    place = f'{{"netns":{json.dumps(netns)},"instance":{json.dumps(instance)},'
    numbered = place.replace("%", "%%") + _NUMBERED
    for session in sessions:
        if session[_STATE + 1 :] == _NO_NAMES:
            state = session[_STATE]
            yield numbered % (*session[:_STATE], "null" if state is None else f'"{state}"')
        else:
            yield place + json.dumps(session._asdict(), separators=(",", ":"))[1:] + "\n"


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
        self._temporary = ""
        self._discarded = False

    def __enter__(self) -> Self:
        """:raises OSError: when the directory is not there or not writable."""
        directory, name = os.path.split(os.path.abspath(self.path))
        handle, self._temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory)  # 0600 by its contract
        self._file = os.fdopen(handle, "w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file, lineterminator="\n")
        if self._form == "csv":
            self._csv.writerow(COLUMNS)
        return self

    def write(self, netns: str, instance: str, sessions: Iterable[Session]) -> None:
        """Add rows."""
        if self._form == "csv":
            self._csv.writerows((netns, instance, *session) for session in self._counted(sessions))
        else:
            self._file.writelines(json_lines(netns, instance, self._counted(sessions)))

    def _counted(self, sessions: Iterable[Session]) -> Iterator[Session]:
        for session in sessions:
            self.rows += 1
            yield session

    def discard(self) -> None:
        """There is no table: leave what is at the goal as it is."""
        self._discarded = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
            if kind is None and not self._discarded:
                self._keep_owner()
                os.replace(self._temporary, self.path)
                self._temporary = ""
        finally:
            if self._temporary:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self._temporary)

    def _keep_owner(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            before = os.stat(self.path)
            if os.geteuid() == 0:
                os.chown(self._temporary, before.st_uid, before.st_gid)
