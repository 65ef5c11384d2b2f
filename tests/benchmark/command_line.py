# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench`: makes the tables, lets everybody work, writes docs/performance.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .answers import Disagreement
from .contest import make_tables, run_sections, say
from .fleet import measure_fleet
from .fleet_cost import RunFailed
from .plan import HOSTS, ROUNDS, SECTIONS, SUMMARIES, TABLES
from .report import machine, missed, report
from .targets import TARGETS
from .work import WorkFailed

ROOT = Path(__file__).resolve().parents[2]
GOAL = ROOT / "docs" / "performance.md"
SHORT_DIVISOR = 50
"""Of the sizes of tables in a short run."""


def run(arguments: Sequence[str]) -> int:
    """Measure; a target that is missed is told and is no failure.

    :returns: an exit status: 1 where nothing could be measured, because a work failed or two do not agree.
    """
    parser = argparse.ArgumentParser(prog="benchmark", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small tables, one round; nothing is written")
    quick: bool = parser.parse_args(arguments).quick
    sizes = {name: size.smaller(SHORT_DIVISOR) for name, size in TABLES.items()} if quick else TABLES
    rounds = 1 if quick else ROUNDS
    if not Path("/proc/self/smaps_rollup").exists():
        sys.stderr.write("The benchmark reads what processes cost from /proc: it needs Linux 4.14 or newer.\n")
        return 1
    started, where = time.monotonic(), machine()
    building = ROOT / ".build"
    building.mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=building) as place:
            results = run_sections(SECTIONS, make_tables(Path(place), sizes), rounds)
        divisor = SHORT_DIVISOR if quick else 1
        say(f"Many hosts: {HOSTS // divisor:,} in one task, and with a task each")
        fleet = measure_fleet(HOSTS // divisor, SUMMARIES // divisor, rounds)
    except (Disagreement, RunFailed, WorkFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    say(f"all of it took {(time.monotonic() - started) / 60:.1f} minutes")
    text = report(SECTIONS, TARGETS, results, fleet, rounds, where, quick)
    sys.stdout.write(text)
    if quick:
        return 0
    GOAL.write_text(text, encoding="utf-8")
    late = missed(TARGETS, results, fleet)
    say("every target is met" if not late else f"{len(late)} targets are not met: {'; '.join(late)}")
    return 0
