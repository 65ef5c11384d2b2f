"""Processes of ours, told apart from whoever gets the same number later."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ProcessId:
    """A number alone is reused; together with the start time (clock ticks since boot) it is one process only."""

    pid: int
    started: int

    @staticmethod
    def of(pid: int) -> ProcessId | None:
        """The process that has this number now, or None (a zombie counts as gone)."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        return parse_stat(stat)

    def is_alive(self) -> bool:
        """Whether this very process still runs."""
        return ProcessId.of(self.pid) == self

    def end(self, patience: float = 5.0) -> None:
        """Ask it to end, then make it; return when it is gone. Does nothing to any other process."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if not self.is_alive():
                return
            os.kill(self.pid, sign)
            deadline = time.monotonic() + patience
            while self.is_alive() and time.monotonic() < deadline:
                time.sleep(0.05)


def parse_stat(stat: str) -> ProcessId | None:
    """proc(5): pid, (command) that may itself contain blanks and brackets, state, ..., start time as field 22."""
    head, _parenthesis, tail = stat.rpartition(")")
    fields = tail.split()
    if not head or len(fields) < 20 or fields[0] in ("Z", "X"):
        return None
    return ProcessId(int(head.split(" ", 1)[0]), int(fields[19]))
