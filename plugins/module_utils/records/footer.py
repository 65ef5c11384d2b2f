# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Footers of 3.x: the tool's own count of the rows it has printed, checked against the rows that were read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .session import SectionCountMismatch


def without_footers(rows: Iterable[dict[str, str]], table: str, *, sections: bool = False) -> Iterator[dict[str, str]]:
    """The rows without the footers, which are those with a COUNT.

    :param table: what the rows are of, for the message.
    :param sections: each protocol has a footer of its own.
    :raises SectionCountMismatch: when a footer counts other rows than were read.
    """
    section = ""
    printed = 0
    for row in rows:
        if sections and row["PROTOCOL"] != section:
            section, printed = row["PROTOCOL"], 0
        if not row["COUNT"]:
            printed += 1
            yield row
        elif int(row["COUNT"]) != printed:
            raise SectionCountMismatch(f"{section} {table}".strip(), printed, int(row["COUNT"]))
        else:
            printed = 0
