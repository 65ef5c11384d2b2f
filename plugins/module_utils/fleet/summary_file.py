# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet summary in a file: JSON, one host a line, readable by its owner alone, there whole or not at all."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from ..errors import SummaryDamaged, SummaryFromFuture, SummaryNotReadable, SummaryNotUnderstood
from ..facts.shape import now, timestamp
from ..private_file import Replacement
from .coverage import CLOCKS_DIFFER_SECONDS
from .summary import FleetSummary, from_json


def write_summary(path: str, summary: FleetSummary) -> None:
    """Save a summary. Clients are in it: the file has mode 0600.

    A file that was there keeps its owner, and its content until the new one is complete.

    :raises OSError: when the directory is not there or not writable, or there is no room.
    """
    replacement = Replacement(path)
    try:
        with os.fdopen(replacement.handle, "wb") as file:
            file.writelines(summary.json_pieces())
        replacement.put()
    finally:
        replacement.drop()


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
    try:
        summary = from_json(content)
    except (SummaryDamaged, SummaryNotUnderstood) as error:
        raise type(error)(f"{path}: {error.detail}") from error
    latest = timestamp((at or now()) + timedelta(seconds=CLOCKS_DIFFER_SECONDS))
    newest = max(summary.hosts.values(), key=lambda entry: entry.gathered_at, default=None)
    if newest is not None and newest.gathered_at > latest:
        raise SummaryFromFuture(
            f"{path}: a host in it was asked at {newest.gathered_at}, and it is {timestamp(at or now())}"
        )
    return summary
