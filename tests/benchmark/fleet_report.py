# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of the contest of a fleet: its section of the report, and its targets."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from statistics import median

from .fleet import CONCURRENCY, FORKS, FleetResults
from .fleet_cost import RunCost
from .table import MEGABYTE, table

TITLES = ("who", "hosts", "CPU a host, ms", "time, s", "memory, MB", "CPU", "time")

TEXT = """\
Whole runs of Ansible, with start and inventory, on the same hosts one after the other, {rounds}: SSH servers on
loopback that answer from recordings of Jool 4.1.9. `jool_fleet_session_info` counts all protocols in one task,
{concurrency} hosts at a time; `ansible -m command`, with pipelining and {forks} forks, asks some of them for one
protocol each and keeps nothing. What is set beside something is the cost of a host. Figures are medians, memory is the
most of all rounds. CPU and memory are those of the controller's processes and all that they start, also of what stays
behind; the servers share the machine and are not counted. Saved summaries are files of one host each.
"""

AT_MOST = {
    "CPU of a host": (1 / 8, "{:.3f} x"),
    "time": (0.5, "{:.2f} x"),
    "memory": (150.0, "{:.0f} MB"),
    "merge": (2.0, "{:.2f} s"),
}


def section(results: FleetResults) -> str:
    """A heading, what it is about, and a table."""
    cpu, wall = (results.ours_beside_stock(figure) for figure in (_cpu, _wall))
    rows = [
        _row("`jool_fleet_session_info`, one task", results.hosts, results.ours, 1.0, 1.0),
        _row("`ansible -m command`", results.stock_hosts, results.stock, 1 / cpu, 1 / wall),
    ]
    rounds = "once each" if len(results.ours) == 1 else f"{len(results.ours)} times each"
    text = textwrap.fill(TEXT.format(rounds=rounds, concurrency=CONCURRENCY, forks=FORKS).replace("\n", " "), 120)
    merged = f"{results.summaries:,} saved summaries are read and merged in {results.merge_seconds:.2f} s."
    return f"\n## Many hosts\n\n{text}\n\n{table(TITLES, rows)}\n{merged}\n"


def targets(results: FleetResults) -> Iterator[tuple[str, str, str, bool]]:
    """What is asked, at most how much, what was measured, and whether that is met."""
    measured = {
        "CPU of a host": (
            f"CPU of {results.hosts:,} hosts in one task, beside `ansible -m command`",
            results.ours_beside_stock(_cpu),
        ),
        "time": (
            f"time of {results.hosts:,} hosts in one task, beside `ansible -m command`",
            results.ours_beside_stock(_wall),
        ),
        "memory": (
            f"memory of {results.hosts:,} hosts in one task",
            max(cost.peak_bytes for cost in results.ours) / MEGABYTE,
        ),
        "merge": (f"reading and merging {results.summaries:,} saved summaries", results.merge_seconds),
    }
    for name, (work, figure) in measured.items():
        at_most, unit = AT_MOST[name]
        yield work, unit.format(at_most), unit.format(figure), figure <= at_most


def _cpu(cost: RunCost) -> float:
    return cost.cpu


def _wall(cost: RunCost) -> float:
    return cost.wall


def _row(title: str, hosts: int, costs: Sequence[RunCost], cpu: float, wall: float) -> tuple[str, ...]:
    return (
        title,
        f"{hosts:,}",
        f"{1000 * median(map(_cpu, costs)) / hosts:.1f}",
        f"{median(map(_wall, costs)):.1f}",
        f"{max(cost.peak_bytes for cost in costs) / MEGABYTE:.0f}",
        f"{cpu:.1f} x",
        f"{wall:.1f} x",
    )
