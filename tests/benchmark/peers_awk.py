# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""awk, the operator's own counter: the same script for mawk and gawk."""

from __future__ import annotations

import os
from pathlib import Path

from .answers import TOP, Answer, summary_answer
from .cost import Cost, run_alone
from .tables import Table

SCRIPT = Path(__file__).with_name("count.awk")


def mawk_summary(table: Table) -> tuple[Answer, Cost]:
    """Counted by mawk."""
    return _summary("mawk", table)


def gawk_summary(table: Table) -> tuple[Answer, Cost]:
    """Counted by gawk, which is quicker when a byte is a character."""
    return _summary("gawk", table)


def _summary(program: str, table: Table) -> tuple[Answer, Cost]:
    paths = [path for _protocol, path in table.outputs("csv")]
    command = [program, "-F,", "-v", f"top={TOP}", "-f", str(SCRIPT), *paths]
    output, cost = run_alone(command, env={**os.environ, "LC_ALL": "C"})
    counts: dict[str, dict[str, int]] = {"protocol": {}, "state": {}, "pool4": {}, "client": {}}
    for line in output.splitlines():
        kind, key, count = line.split()
        counts[kind][key] = int(count)
    answer = summary_answer(counts["protocol"], counts["state"], counts["pool4"], counts["client"].items())
    return answer, cost
