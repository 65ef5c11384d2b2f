# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's own works: text to records, to a summary, to a file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain

from ansible_collections.nat64.jool.plugins.module_utils import libraries
from ansible_collections.nat64.jool.plugins.module_utils.client.capture import file_chunks
from ansible_collections.nat64.jool.plugins.module_utils.facts.table_file import TableFile
from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import (
    COUNTED,
    SessionBlock,
    by_subnet,
    console_blocks,
    csv_blocks,
    read_console,
    read_csv,
)
from ansible_collections.nat64.jool.plugins.module_utils.summary.sessions import summarize_blocks

from .answers import TOP, Answer, rows_answer, summary_answer
from .tables import Table
from .written import csv_answer, json_lines_answer

libraries.textfsm()  # the engine imports it when it first needs it: here that is before the clock starts


def csv_records(table: Table) -> Answer:
    """Typed records from CSV."""
    return _records(read_csv(file_chunks(path)) for _protocol, path in table.outputs("csv"))


def console_records(table: Table) -> Answer:
    """Typed records from console output."""
    return _records(read_console(file_chunks(path), protocol) for protocol, path in table.outputs("txt"))


def _records(outputs: Iterable[Iterable[Session]]) -> Answer:
    """Read every record, keep the last."""
    count = 0
    last: Session | None = None
    for session in chain.from_iterable(outputs):
        last = session
        count += 1
    return rows_answer(count, last._asdict() if last else None)


def csv_summary(table: Table) -> Answer:
    """A summary from CSV, as a live query makes it when nobody asks for rows."""
    return _summary(csv_blocks(file_chunks(path), by_subnet(COUNTED)) for _protocol, path in table.outputs("csv"))


def console_summary(table: Table) -> Answer:
    """A summary from console output."""
    return _summary(
        console_blocks(file_chunks(path), protocol, by_subnet(COUNTED)) for protocol, path in table.outputs("txt")
    )


def _summary(outputs: Iterable[Iterable[SessionBlock]]) -> Answer:
    summary = summarize_blocks(chain.from_iterable(outputs))
    return summary_answer(summary.by_protocol, summary.by_state, summary.by_pool4_address, summary.top_clients(TOP))


def json_lines_file(table: Table) -> Iterator[Answer | None]:
    """A full table in a file, as the option ``dest`` writes it."""
    with tempfile.TemporaryDirectory(dir=table.place) as place:
        write_file(table, f"{place}/table.jsonl", "jsonl")
        yield None
        yield json_lines_answer(f"{place}/table.jsonl")


def csv_file(table: Table) -> Iterator[Answer | None]:
    """The same as CSV."""
    with tempfile.TemporaryDirectory(dir=table.place) as place:
        write_file(table, f"{place}/table.csv", "csv")
        yield None
        yield csv_answer(f"{place}/table.csv")


def write_file(table: Table, path: str, form: str) -> None:
    """Records of CSV to a file, some at a time."""
    with TableFile(path, form) as file:
        for _protocol, output in table.outputs("csv"):
            for block in csv_blocks(file_chunks(output)):
                file.write("", "default", block)
