# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One work in a process of its own: `run_work` here, `main` there.

A work is a function of a `Table`. What it gives back says what it is:

- an answer: done when it returns, and what it cost is what this process did meanwhile;
- an answer and a cost: another program did the work, which measured it;
- a generator that yields None when the work is done, and then its answer: what comes between is not the work.

The start of Python and the imports are counted for nobody: a work's module imports what it needs when it is imported.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .answers import Answer
from .cost import Cost, cpu_of_self, peak_of
from .tables import Table, open_table

TESTS = Path(__file__).resolve().parents[1]


class WorkFailed(Exception):
    """A work ended with an error."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(f"the work {name} failed:\n{words}")


@dataclass(frozen=True)
class Measure:
    """What one run of a work cost, and its answer."""

    cost: Cost
    answer: Answer


def run_work(name: str, table: Table) -> Measure:
    """Run a work, named ``module.function``, in a fresh process.

    :raises WorkFailed: when it fails.
    """
    path = os.pathsep.join((str(TESTS), str(TESTS.parent / ".collections")))
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.work", name, table.place],
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise WorkFailed(name, done.stderr)
    result = json.loads(done.stdout)
    return Measure(Cost(result["cpu"], result["peak_bytes"]), result["answer"])


def do(name: str, table: Table) -> Measure:
    """Run a work in this process."""
    module, function = name.split(".")
    work = getattr(importlib.import_module(f".{module}", __package__), function)
    started = cpu_of_self()
    result: Answer | tuple[Answer, Cost] | Iterator[Answer | None] = work(table)
    if isinstance(result, tuple):
        return Measure(result[1], result[0])
    if isinstance(result, Iterator):
        next(result)
        cost = Cost(cpu_of_self() - started, peak_of())
        answer: Any = next(result)
        result.close()  # type: ignore[attr-defined]
        return Measure(cost, answer)
    return Measure(Cost(cpu_of_self() - started, peak_of()), result)


def main() -> None:
    """Do one work and tell what it cost as JSON."""
    measure = do(sys.argv[1], open_table(sys.argv[2]))
    result = {"cpu": measure.cost.cpu, "peak_bytes": measure.cost.peak_bytes, "answer": measure.answer}
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
