# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the contestants, round by round, and sees that they agree."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from .answers import compare
from .plan import Contestant, Section, TableSize
from .tables import Table, make_table
from .targets import Results
from .work import Measure, run_work


def say(text: str) -> None:
    """Progress, for whoever waits."""
    sys.stderr.write(f"==> {text}\n")
    sys.stderr.flush()


def make_tables(place: Path, sizes: Mapping[str, TableSize]) -> dict[str, Table]:
    """All tables, on all cores: making them is not measured."""
    say(f"making tables of {', '.join(f'{size.sessions:,}' for size in sizes.values())} sessions")
    with ProcessPoolExecutor() as pool:
        made = {
            name: pool.submit(
                make_table,
                place / name,
                size.sessions,
                prefixes=size.prefixes,
                evenly=size.evenly,
                console=size.console,
            )
            for name, size in sizes.items()
        }
        return {name: future.result() for name, future in made.items()}


def run_sections(sections: Sequence[Section], tables: Mapping[str, Table], rounds: int) -> Results:
    """Every contestant of each section, in turn, so that a noisy minute falls on all of them.

    :raises Disagreement: when two of a section come to different answers from the same table, or to a wrong total.
    :raises WorkFailed: when one fails.
    """
    measures: dict[str, list[Measure]] = {}
    for section in sections:
        present = [one for one in section.contestants if one.program is None or shutil.which(one.program)]
        for number in range(rounds):
            say(f"{section.title}: round {number + 1} of {rounds}")
            for one in present:
                if number < (one.rounds or rounds):
                    measure = run_work(one.work, tables[one.table])
                    measures.setdefault(section.key(one), []).append(measure)
            _agree(section, present, measures, tables)
    return Results(measures, tables)


def _agree(
    section: Section,
    present: Sequence[Contestant],
    measures: Mapping[str, Sequence[Measure]],
    tables: Mapping[str, Table],
) -> None:
    for name in {one.table for one in present}:
        said = {section.key(one): measures[section.key(one)][-1].answer for one in present if one.table == name}
        compare(f"{section.title}, table {name}", said, tables[name].sessions)
