# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The targets that the report holds the collection to."""

from __future__ import annotations

import statistics
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from .table import MEGABYTE
from .tables import Table
from .work import Measure

BYTES_A_CLIENT = 150
"""What a summary may keep of a distinct client prefix."""


@dataclass(frozen=True)
class Results:
    """What was measured.

    :ivar measures: the key of a contestant to its measures, one a round; where it is not there, it did not run.
    :ivar tables: the name of a table to what it holds.
    """

    measures: Mapping[str, Sequence[Measure]]
    tables: Mapping[str, Table]

    def cpu(self, key: str) -> float:
        """Seconds, the median of all rounds."""
        return statistics.median(measure.cost.cpu for measure in self.measures[key])

    def peak(self, key: str) -> float:
        """Bytes, the median of all rounds."""
        return statistics.median(measure.cost.peak_bytes for measure in self.measures[key])

    def ratio(self, one: str, other: str, quantity: str = "cpu") -> float:
        """The median of the ratios of the rounds in which both ran; `quantity` is a field of `Cost`."""
        pairs = zip(self.measures[one], self.measures[other])
        ratios: list[float] = [getattr(a.cost, quantity) / getattr(b.cost, quantity) for a, b in pairs]
        return statistics.median(ratios)

    def table(self, key: str) -> Table:
        """The table that a contestant works on."""
        return self.tables[key.split("@")[1]]


@dataclass(frozen=True)
class Target(ABC):
    """Something that is to be at most so much.

    :ivar work: what is measured.
    :ivar at_most: the bound.
    :ivar unit: of both; a format of `str.format`.
    """

    work: str
    at_most: float
    unit: ClassVar[str]

    @abstractmethod
    def measured(self, results: Results) -> float:
        """:raises KeyError: when a contestant did not run."""


@dataclass(frozen=True)
class Ratio(Target):
    """One's cost to another's."""

    ours: str
    peer: str
    quantity: str = "cpu"
    unit = "{:.2f} x"

    def measured(self, results: Results) -> float:
        """See `Target.measured`."""
        return results.ratio(self.ours, self.peer, self.quantity)


@dataclass(frozen=True)
class Peak(Target):
    """The most memory of any of several."""

    of: tuple[str, ...]
    unit = "{:.1f} MB"

    def measured(self, results: Results) -> float:
        """See `Target.measured`."""
        return max(map(results.peak, self.of)) / MEGABYTE


@dataclass(frozen=True)
class MemoryGrowth(Target):
    """Memory that a longer table takes beyond what its further client prefixes may.

    :ivar bytes_a_client: that each may take.
    """

    short: str
    long: str
    bytes_a_client: int = 0
    unit = "{:.1f} MB"

    def measured(self, results: Results) -> float:
        """See `Target.measured`; never less than nothing."""
        clients = results.table(self.long).client_prefixes - results.table(self.short).client_prefixes
        grown = results.peak(self.long) - results.peak(self.short) - clients * self.bytes_a_client
        return max(0.0, grown / MEGABYTE)


@dataclass(frozen=True)
class BytesPerClient(Target):
    """Memory for each further client prefix among as many sessions."""

    few: str
    many: str
    unit = "{:.0f} bytes"

    def measured(self, results: Results) -> float:
        """See `Target.measured`."""
        clients = results.table(self.many).client_prefixes - results.table(self.few).client_prefixes
        return max(0.0, (results.peak(self.many) - results.peak(self.few)) / clients)


@dataclass(frozen=True)
class Linear(Target):
    """What a session costs between the second and the third table, to what it costs between the first and the second.

    So what every run costs counts for neither.
    """

    of: tuple[str, str, str]
    unit = "{:.2f} x"

    def measured(self, results: Results) -> float:
        """See `Target.measured`."""
        (a, b, c), cpu = (results.table(key).sessions for key in self.of), [results.cpu(key) for key in self.of]
        return ((cpu[2] - cpu[1]) / (c - b)) / ((cpu[1] - cpu[0]) / (b - a))


GROWING = tuple(f"growth/csv_summary@{table}" for table in ("10k", "100k", "1M", "3M"))

TARGETS: tuple[Target, ...] = (
    Ratio("CSV to typed records, beside `csv.reader`", 1.0, "records/csv_records@1M", "records/csv_reader_records@1M"),
    Ratio(
        "console to typed records, beside `csv.reader` on CSV",
        1.0,
        "records/console_records@1M",
        "records/csv_reader_records@1M",
    ),
    Ratio("CSV to a summary, beside mawk", 1.5, "summary/csv_summary@1M", "summary/mawk_summary@1M"),
    Peak("memory of a summary, 10,000 to 3,000,000 sessions", 45, GROWING),
    MemoryGrowth(
        "memory that 3,000,000 sessions take beyond 10,000, without 150 bytes for each further client prefix",
        1.0,
        GROWING[0],
        GROWING[-1],
        BYTES_A_CLIENT,
    ),
    BytesPerClient(
        "memory of a distinct client prefix in a summary", BYTES_A_CLIENT, GROWING[2], "growth/csv_summary@clients"
    ),
    Linear(
        "a session between 1,000,000 and 3,000,000, beside one below 1,000,000",
        1.2,
        (GROWING[0], GROWING[2], GROWING[3]),
    ),
    Ratio(
        "CPU of a run with `jool_session_facts`, beside `command`",
        0.1,
        "ansible/facts_run@100k",
        "ansible/command_run@100k",
    ),
    Ratio(
        "memory of a run with `jool_session_facts`, beside `command`",
        0.2,
        "ansible/facts_run@100k",
        "ansible/command_run@100k",
        "peak_bytes",
    ),
    Ratio("`dest` as JSON lines, beside `csv`", 2.0, "dest/json_lines_file@1M", "dest/csv_writer_file@1M"),
    Ratio("`dest` as CSV, beside `csv`", 2.0, "dest/csv_file@1M", "dest/csv_writer_file@1M"),
    MemoryGrowth(
        "memory that `dest` takes for 1,000,000 rows beyond 100,000",
        1.0,
        "dest/json_lines_file@100k",
        "dest/json_lines_file@1M",
    ),
)
