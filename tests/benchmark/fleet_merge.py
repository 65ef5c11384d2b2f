# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads many saved summaries of a host each and merges them.

    python -m benchmark.fleet_merge DIRECTORY SUMMARIES ROUNDS

prints the seconds that each round took, as JSON.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import ANSWERED, HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import merge_all, summary_of
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary_file import read_summary, write_summary
from ansible_collections.nat64.jool.tests.unit.fleet.synthetic import NOW, host_facts

DIFFERENT = 50
"""Hosts whose facts differ; the others have other names."""


def save(place: Path, number: int) -> list[str]:
    """Save summaries and return their paths."""
    place.mkdir()
    shapes = [host_facts(random.Random(seed), asked=NOW) for seed in range(DIFFERENT)]
    paths = [str(place / f"{host}.json") for host in range(number)]
    for host, path in enumerate(paths):
        write_summary(path, summary_of(HostAnswer(f"host{host}", ANSWERED, shapes[host % DIFFERENT])))
    return paths


def main() -> None:
    """Time it."""
    number, rounds = int(sys.argv[2]), int(sys.argv[3])
    paths = save(Path(sys.argv[1]), number)
    taken = []
    for _round in range(rounds):
        started = time.perf_counter()
        merged = merge_all(read_summary(path, NOW) for path in paths)
        taken.append(time.perf_counter() - started)
        if len(merged.hosts) != number:
            raise AssertionError(f"{len(merged.hosts)} of {number} hosts are in the merged summary")
    sys.stdout.write(json.dumps(taken))


if __name__ == "__main__":
    main()
