# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast tables are read, beside peers that do the same in the same run. Writes docs/performance.md.

Machines are noisy: every work runs several times, in turn with its peer, and what counts is the median of the ratios.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tables import write_console, write_csv

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RUNS = 5


@dataclass(frozen=True)
class Comparison:
    """A work of ours beside a peer's.

    :ivar table: ``csv`` or ``console``, what ours reads.
    """

    title: str
    ours: str
    table: str
    peer: str
    peer_title: str


COMPARISONS = (
    Comparison("CSV to typed records", "csv_records", "csv", "peer_csv_reader", "`csv.reader`, typed dictionaries"),
    Comparison("console to typed records", "console_records", "console", "peer_csv_reader", "the same, from CSV"),
    Comparison("CSV to typed records", "csv_records", "csv", "peer_textfsm", "stock TextFSM, same template"),
    Comparison("CSV to a file of JSON lines", "csv_to_file", "csv", "peer_csv_copy", "`csv.reader` to `csv.writer`"),
    Comparison("CSV to a summary", "csv_summary", "csv", "peer_counters", "`csv.reader`, counters"),
    Comparison("CSV to a summary", "csv_summary", "csv", "peer_mawk", "mawk, the same counts"),
)


@dataclass(frozen=True)
class Measure:
    """What one run of a work cost: CPU seconds, peak resident KiB, and its result."""

    cpu: float
    peak_kib: int
    check: int


def measure(work: str, table: Path) -> Measure:
    """Run a work in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / ".collections")}
    command = [sys.executable, str(HERE / "works.py"), work, str(table)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    cpu, _wall, peak, check = done.stdout.split()
    return Measure(float(cpu), int(peak), int(check))


def compare(comparison: Comparison, tables: dict[str, Path], runs: int, count: int) -> list[str]:
    """One row of the report."""
    ours, peers = [], []
    for _run in range(runs):
        ours.append(measure(comparison.ours, tables[comparison.table]))
        peers.append(measure(comparison.peer, tables["csv"]))
    if {one.check for one in (*ours, *peers)} != {count}:
        raise SystemExit(f"{comparison.title}: the works do not agree on the number of sessions")
    ratio = statistics.median(one.cpu / peer.cpu for one, peer in zip(ours, peers))
    return [
        comparison.title,
        f"{statistics.median(one.cpu for one in ours):.2f} s",
        f"{max(one.peak_kib for one in ours) / 1024:.0f} MiB",
        comparison.peer_title,
        f"{statistics.median(peer.cpu for peer in peers):.2f} s",
        f"{ratio:.1f}",
    ]


def report(rows: Sequence[Sequence[str]], count: int, runs: int) -> str:
    """The table in Markdown."""
    titles = ("work", "CPU", "peak memory", "peer", "CPU", "ratio")
    lines = [f"| {' | '.join(row)} |" for row in (titles, ("---",) * len(titles), *rows)]
    return "\n".join(
        (
            "# How fast tables are read",
            "",
            f"{count:,} TCP sessions in the format of Jool 4, made from a seed by `make bench`. Medians of whole",
            f"processes, {runs} runs each, in turn with a peer. Trust the ratios; seconds differ between machines.",
            "",
            *lines,
            "",
        )
    )


def main() -> None:
    """Make the tables, run the works, tell the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small table; nothing is written")
    quick = parser.parse_args().quick
    count, runs = (20_000, 3) if quick else (200_000, RUNS)
    comparisons = [one for one in COMPARISONS if one.peer != "peer_mawk" or shutil.which("mawk")]
    with tempfile.TemporaryDirectory() as place:
        tables = {"csv": Path(place, "table.csv"), "console": Path(place, "table.txt")}
        sys.stderr.write(f"==> making tables of {count:,} sessions\n")
        write_csv(tables["csv"], count)
        write_console(tables["console"], count)
        rows = []
        for comparison in comparisons:
            sys.stderr.write(f"==> {comparison.title}, beside {comparison.peer_title}\n")
            rows.append(compare(comparison, tables, runs, count))
    text = report(rows, count, runs)
    sys.stdout.write(text)
    if not quick:
        (ROOT / "docs" / "performance.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
