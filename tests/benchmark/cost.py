# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a process costs: CPU seconds, and the most memory that it had at a time. Linux only, by /proc.

Not ``ru_maxrss``: a process has it from the one that started it, so that a small child of a large parent looks large.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
_SHARE = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True)
class Cost:
    """What a work cost.

    :ivar cpu: seconds, user and system.
    :ivar peak_bytes: the most memory at a time.
    """

    cpu: float
    peak_bytes: int


def cpu_of_self() -> float:
    """Seconds of this process, all its threads, up to now."""
    return _seconds(resource.RUSAGE_SELF)


def cpu_of_children() -> float:
    """Seconds of the processes that this one started and that have ended, and of theirs."""
    return _seconds(resource.RUSAGE_CHILDREN)


def _seconds(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def peak_of(process: int | str = "self") -> int:
    """The most resident bytes that a process had since it was started; 0 when it has ended."""
    try:
        found = _PEAK.search(Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace"))
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found.group(1)) * 1024 if found else 0


def run_alone(command: Sequence[str], **options: Any) -> tuple[str, Cost]:
    """Run a command that starts no others.

    :param options: for `subprocess.Popen`.
    :returns: its standard output and what it cost.
    :raises CommandFailed: when it fails.
    """
    return _run(command, peak_of, 0.002, options)


def run_with_children(command: Sequence[str], **options: Any) -> tuple[str, Cost]:
    """Run a command that starts others; memory is what all have at a time, what they share counted once (PSS).

    See `run_alone`.
    """
    return _run(command, lambda first: sum(map(share_of, family(first))), 0.02, options)


class CommandFailed(Exception):
    """A command that is measured did not do its work."""

    def __init__(self, command: Sequence[str], status: int, words: str) -> None:
        super().__init__(f"{' '.join(command)} ended with {status}:\n{words}")


def _run(
    command: Sequence[str], memory: Callable[[int], int], pause: float, options: dict[str, Any]
) -> tuple[str, Cost]:
    before = cpu_of_children()
    peak = 0
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        with subprocess.Popen(command, stdout=output, stderr=errors, **options) as process:
            while process.poll() is None:
                peak = max(peak, memory(process.pid))
                time.sleep(pause)
        output.seek(0)
        errors.seek(0)
        if process.returncode:
            raise CommandFailed(command, process.returncode, errors.read() + output.read())
        return output.read(), Cost(cpu_of_children() - before, peak)


def family(first: int) -> Iterator[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            # The name of the program stands in brackets and may hold anything.
            parent = Path("/proc", entry, "stat").read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1]
            children.setdefault(int(parent.split()[1]), []).append(int(entry))
    found = [first]
    while found:
        process = found.pop()
        yield process
        found += children.get(process, [])


def share_of(process: int) -> int:
    """The bytes of a process, its part of what it shares with others; 0 when it has ended."""
    try:
        found = _SHARE.search(Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii"))
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(found.group(1)) * 1024 if found else 0
