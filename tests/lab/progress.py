"""Progress lines: what takes minutes must say that it is alive."""

import sys
import threading
import time


class Progress:
    """One line a phase on stderr, each with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._lock = threading.Lock()

    def say(self, subject: str, what: str) -> None:
        """Print one line; guests are started in threads, so lines must not mix."""
        with self._lock:
            print(f"[{self.seconds():6.1f} s] {subject}: {what}", file=sys.stderr, flush=True)

    def seconds(self) -> float:
        """Seconds since the command began."""
        return time.monotonic() - self._began
