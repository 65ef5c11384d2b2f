# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The works that are timed, ours and the peers'. Run as ``works.py NAME FILE``: prints CPU seconds, peak memory, check.

The check is a number that every work on the same question must come to, so that none wins by doing less.
"""

from __future__ import annotations

import csv
import io
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator

import textfsm

from ansible_collections.nat64.jool.plugins.module_utils.client.capture import file_chunks
from ansible_collections.nat64.jool.plugins.module_utils.facts.table_file import TableFile
from ansible_collections.nat64.jool.plugins.module_utils.grammar import session as templates
from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import (
    COUNTED,
    csv_blocks,
    read_console,
    read_csv,
)
from ansible_collections.nat64.jool.plugins.module_utils.summary.sessions import summarize_blocks

MAWK = r"""
NR > 1 { protocol[$1]++; state[$11]++; address[$6]++; split($2, part, ":")
         prefix[part[1] ":" part[2] ":" part[3] ":" part[4]]++; total++ }
END { print total }
"""


def drain(sessions: Iterator[Session]) -> int:
    """Read every record, keep none."""
    return sum(1 for _session in sessions)


def csv_records(path: str) -> int:
    """Text to typed records, from CSV."""
    return drain(read_csv(file_chunks(path)))


def console_records(path: str) -> int:
    """Text to typed records, from console output."""
    return drain(read_console(file_chunks(path), "tcp"))


def csv_summary(path: str) -> int:
    """Text to a summary."""
    return summarize_blocks(csv_blocks(file_chunks(path), COUNTED)).total


def csv_to_file(path: str) -> int:
    """Text to a full table in a file, as the option ``dest`` writes it."""
    with tempfile.TemporaryDirectory() as place, TableFile(f"{place}/table.jsonl") as table:
        for block in csv_blocks(file_chunks(path)):
            table.write("", "default", block)
    return table.rows


def peer_csv_copy(path: str) -> int:
    """The peer for files: csv.reader to csv.writer."""
    with open(path, encoding="ascii", newline="") as file, tempfile.TemporaryFile("w", newline="") as copy:
        reader, writer = csv.reader(file), csv.writer(copy)
        writer.writerow(next(reader))
        count = 0
        for row in reader:
            writer.writerow(row)
            count += 1
    return count


def peer_textfsm(path: str) -> int:
    """The stock engine with the same template, the whole text at once."""
    with open(path, encoding="ascii") as file:
        return len(textfsm.TextFSM(io.StringIO(templates.CSV.text)).ParseText(file.read()))


def seconds_of(text: str) -> float:
    """A time as Jool 4 prints it."""
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def peer_csv_reader(path: str) -> int:
    """The peer for records: csv.reader and dictionaries with typed values."""
    count = 0
    with open(path, encoding="ascii", newline="") as file:
        reader = csv.reader(file)
        names = next(reader)
        for row in reader:
            record: dict[str, object] = dict(zip(names, row))
            for column in (2, 4, 6, 8):
                record[names[column]] = int(row[column])
            record[names[9]] = seconds_of(row[9])
            count += 1
    return count


def peer_counters(path: str) -> int:
    """A peer for the summary: csv.reader and four counters."""
    counters: tuple[Counter[str], ...] = (Counter(), Counter(), Counter(), Counter())
    with open(path, encoding="ascii", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for row in reader:
            for counter, key in zip(counters, (row[0], row[10], row[5], row[1][:16])):
                counter[key] += 1
    return counters[0].total()


def peer_mawk(path: str) -> int:
    """The peer for the summary: mawk with the same counts."""
    done = subprocess.run(["mawk", "-F,", MAWK, path], check=True, capture_output=True, text=True)
    return int(done.stdout)


WORKS: dict[str, Callable[[str], int]] = {
    work.__name__: work
    for work in (
        csv_records,
        console_records,
        csv_summary,
        csv_to_file,
        peer_csv_reader,
        peer_counters,
        peer_csv_copy,
        peer_mawk,
        peer_textfsm,
    )
}


def cpu_seconds() -> float:
    """User and system time of this process and of what it ran."""
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def main() -> None:
    """Do one work and tell what it cost."""
    work, path = WORKS[sys.argv[1]], sys.argv[2]
    started, wall = cpu_seconds(), time.monotonic()
    check = work(path)
    cpu, wall = cpu_seconds() - started, time.monotonic() - wall
    who = resource.RUSAGE_CHILDREN if work is peer_mawk else resource.RUSAGE_SELF
    sys.stdout.write(f"{cpu:.4f} {wall:.4f} {resource.getrusage(who).ru_maxrss} {check}\n")


if __name__ == "__main__":
    main()
