"""Where the lab keeps its things: a cache that outlives a checkout, and a state directory for what runs now."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .errors import LabError

LAB = Path(__file__).resolve().parent
CHECKOUT = LAB.parent.parent


def cache_directory() -> Path:
    """Images and keys, by the XDG base directory specification."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "nat64.jool" / "lab"


@dataclass(frozen=True)
class State:
    """The run state of one lab: everything in it goes with `down`."""

    directory: Path

    @property
    def lock(self) -> Path:
        return self.directory / "lock"

    @property
    def guests(self) -> Path:
        return self.directory / "guests"

    @property
    def inventory(self) -> Path:
        return self.directory / "inventory.yml"

    @property
    def known_hosts(self) -> Path:
        return self.directory / "known_hosts"

    def remove(self) -> None:
        """Drop what is ours; a directory in which somebody keeps other things stays."""
        shutil.rmtree(self.guests, ignore_errors=True)
        for path in (self.inventory, self.known_hosts, self.lock):
            path.unlink(missing_ok=True)
        with suppress(OSError):
            self.directory.rmdir()


@contextmanager
def only_one(lock_file: Path, doing: str) -> Iterator[None]:
    """Keep two commands from building or starting the same thing at once."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with open(lock_file, "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LabError(f"another command is {doing} already (lock: {lock_file})") from None
        yield
