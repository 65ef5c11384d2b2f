# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Peers with nothing but the standard library: ``csv.reader`` as one would write it with care."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from .answers import FIELDS, Answer, rows_answer, summary_answer
from .networks import busiest
from .tables import Table
from .written import csv_answer

# The same columns as the option ``dest`` writes.
COLUMNS = (
    "netns",
    "instance",
    *FIELDS[:-1],
    "expires_in_resolution",
    "state",
    "ipv6_remote_name",
    "ipv6_remote_service",
    "ipv4_remote_name",
    "ipv4_remote_service",
)


def csv_reader_records(table: Table) -> Answer:
    """``csv.reader``, and a dictionary of typed values a row. No row is checked."""
    count = 0
    record: dict[str, Any] | None = None
    for _protocol, path in table.outputs("csv"):
        with open(path, encoding="ascii", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            for row in reader:
                hours, minutes, seconds = row[9].split(":")
                record = {
                    "protocol": row[0].lower(),
                    "ipv6_remote_address": row[1],
                    "ipv6_remote_l4_id": int(row[2]),
                    "ipv6_local_address": row[3],
                    "ipv6_local_l4_id": int(row[4]),
                    "ipv4_local_address": row[5],
                    "ipv4_local_l4_id": int(row[6]),
                    "ipv4_remote_address": row[7],
                    "ipv4_remote_l4_id": int(row[8]),
                    "expires_in": int(hours) * 3600 + int(minutes) * 60 + float(seconds),
                    "state": row[10] if len(row) > 10 else None,
                }
                count += 1
    return rows_answer(count, record)


def csv_reader_summary(table: Table) -> Answer:
    """``csv.reader`` and four counters."""
    protocols: Counter[str] = Counter()
    states: Counter[str] = Counter()
    pool4: Counter[str] = Counter()
    clients: Counter[str] = Counter()
    for _protocol, path in table.outputs("csv"):
        with open(path, encoding="ascii", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            for row in reader:
                protocols[row[0]] += 1
                pool4[row[5]] += 1
                clients[row[1]] += 1
                if len(row) > 10:
                    states[row[10]] += 1
    return summary_answer(protocols, states, pool4, busiest(clients))


def csv_writer_file(table: Table) -> Iterator[Answer | None]:
    """``csv.reader`` to ``csv.writer``: the same typed rows as the option ``dest`` writes."""
    with tempfile.TemporaryDirectory(dir=table.place) as place:
        write_file(table, f"{place}/table.csv")
        yield None
        yield csv_answer(f"{place}/table.csv")


def write_file(table: Table, goal: str) -> None:
    """Typed rows of CSV to a file, one by one."""
    with open(goal, "w", encoding="utf-8", newline="") as copy:
        writer = csv.writer(copy, lineterminator="\n")
        writer.writerow(COLUMNS)
        for _protocol, path in table.outputs("csv"):
            with open(path, encoding="ascii", newline="") as file:
                reader = csv.reader(file)
                next(reader)
                writer.writerows(_typed(reader))


def _typed(reader: Iterator[list[str]]) -> Iterator[tuple[Any, ...]]:
    for row in reader:
        hours, minutes, seconds = row[9].split(":")
        yield (
            "",
            "default",
            row[0].lower(),
            row[1],
            int(row[2]),
            row[3],
            int(row[4]),
            row[5],
            int(row[6]),
            row[7],
            int(row[8]),
            int(hours) * 3600 + int(minutes) * 60 + float(seconds),
            0.001,
            row[10] if len(row) > 10 else None,
            None,
            None,
            None,
            None,
        )
