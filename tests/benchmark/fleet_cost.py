# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run costs whose processes outlive it: CPU, time, and the memory of all of them together.

    python -m benchmark.fleet_cost OUTPUT COMMAND ...

runs a command in a process that adopts what the command leaves behind (the masters of ControlPersist), ends these, and
prints the cost as JSON.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from .cost import cpu_of_children, family, share_of

TESTS = Path(__file__).resolve().parents[1]

PR_SET_CHILD_SUBREAPER = 36
"""prctl(2)."""

_SAMPLE_SECONDS = 0.25


class RunFailed(Exception):
    """A run did not do its work."""


@dataclass(frozen=True)
class RunCost:
    """What a run cost.

    :ivar cpu: seconds of all its processes.
    :ivar wall: seconds from start to end.
    :ivar peak_bytes: the most memory that all its processes had at a time, what they share counted once.
    """

    cpu: float
    wall: float
    peak_bytes: int


def run(command: Sequence[str], output: Path, environment: Mapping[str, str], seconds: float) -> RunCost:
    """Run a command; what it prints goes to a file.

    :param seconds: that it may take.
    :raises RunFailed: when it fails.
    """
    measured = [sys.executable, "-m", __spec__.name, str(output), *command]
    done = subprocess.run(
        measured,
        env={**environment, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.PIPE,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise RunFailed(f"{' '.join(command)}:\n{output.read_text(encoding='utf-8', errors='replace')[-4000:]}")
    return RunCost(**json.loads(done.stdout))


def measure(command: Sequence[str], output: str) -> RunCost:
    """The same in this process, which adopts whatever the command leaves behind.

    :raises RunFailed: when it fails.
    """
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise RunFailed("this kernel lets no process adopt others")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    started, peak = time.monotonic(), 0
    with (
        open(output, "wb") as file,
        subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT) as process,
    ):
        while process.poll() is None:
            peak = max(peak, sum(map(share_of, descendants())))
            time.sleep(_SAMPLE_SECONDS)
    wall = time.monotonic() - started
    if process.returncode:
        raise RunFailed(f"it ended with {process.returncode}")
    while left := descendants():
        for number in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGTERM)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
    return RunCost(cpu_of_children(), wall, peak)


def descendants() -> list[int]:
    """All processes that this one has started or adopted, and theirs."""
    return [number for number in family(os.getpid()) if number != os.getpid()]


def main() -> None:
    """Measure the command of the command line."""
    try:
        sys.stdout.write(json.dumps(asdict(measure(sys.argv[2:], sys.argv[1]))))
    except RunFailed as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
