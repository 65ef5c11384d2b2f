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
from types import TracebackType
from typing import TYPE_CHECKING

from ..records.session import Session

if TYPE_CHECKING:
    from typing_extensions import Self

FORMATS = ("jsonl", "csv")
COLUMNS = ("netns", "instance", *Session._fields)


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

    def __enter__(self) -> Self:
        """:raises OSError: when the directory is not there or not writable."""
        directory, name = os.path.split(os.path.abspath(self.path))
        handle, self._temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory)  # 0600 by its contract
        self._file = os.fdopen(handle, "w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file, lineterminator="\n")
        if self._form == "csv":
            self._csv.writerow(COLUMNS)
        return self

    def write(self, netns: str, instance: str, session: Session) -> None:
        """Add one row."""
        self.rows += 1
        if self._form == "csv":
            self._csv.writerow((netns, instance, *session))
        else:
            row = {"netns": netns, "instance": instance, **session._asdict()}
            self._file.write(json.dumps(row, separators=(",", ":")) + "\n")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
            if kind is None:
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
