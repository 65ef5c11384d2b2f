# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet summary in a file: JSON, one host a line, readable by its owner alone, there whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from datetime import datetime, timedelta

from ..errors import SummaryDamaged, SummaryFromFuture, SummaryNotReadable, SummaryNotUnderstood
from ..facts.shape import now, timestamp
from .coverage import CLOCKS_DIFFER_SECONDS
from .summary import FleetSummary, from_dict


def write_summary(path: str, summary: FleetSummary) -> None:
    """Save a summary. Clients are in it: the file has mode 0600. One that was there keeps its owner, and its content until the
    new one is complete.

    :raises OSError: when the directory is not there or not writable, or there is no room.
    """
    directory, name = os.path.split(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory)  # 0600 by its contract
    try:
        with os.fdopen(handle, "w", encoding="ascii", newline="") as file:
            file.writelines(summary.json_pieces())
        with contextlib.suppress(FileNotFoundError):
            before = os.stat(path)
            if os.geteuid() == 0:
                os.chown(temporary, before.st_uid, before.st_gid)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def read_summary(path: str, at: datetime | None = None) -> FleetSummary:
    """A saved summary.

    :param at: the time to compare with, None: now.
    :raises SummaryNotReadable: when the file cannot be opened or read.
    :raises SummaryDamaged: when it was cut, is no JSON, or has values that make no sense.
    :raises SummaryNotUnderstood: when it is something else, or of another schema.
    :raises SummaryFromFuture: when one of its hosts was asked later than now, beyond what clocks differ.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except (OSError, ValueError) as error:  # ValueError: a path with a null character
        said = error.strerror if isinstance(error, OSError) else error
        raise SummaryNotReadable(f"{path}: {said}") from error
    if not content.strip():
        raise SummaryDamaged(f"{path}: it is empty")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        # What json says repeats nothing of the content.
        raise SummaryDamaged(f"{path}: it is no whole JSON document ({error})") from error
    try:
        summary = from_dict(document)
    except (SummaryDamaged, SummaryNotUnderstood) as error:
        raise type(error)(f"{path}: {error.detail}") from error
    latest = timestamp((at or now()) + timedelta(seconds=CLOCKS_DIFFER_SECONDS))
    newest = max(summary.hosts.values(), key=lambda entry: entry.gathered_at, default=None)
    if newest is not None and newest.gathered_at > latest:
        raise SummaryFromFuture(
            f"{path}: a host in it was asked at {newest.gathered_at}, and it is {timestamp(at or now())}"
        )
    return summary
