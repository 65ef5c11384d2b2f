"""Some traffic to look at: a lab without sessions makes a dull report."""

import json
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .errors import LabError
from .fleet import Fleet
from .guest import Guest
from .progress import Progress
from .shell import ssh_command


def make_traffic(fleet: Fleet, guests: Sequence[Guest], known_hosts: Path, progress: Progress) -> None:
    """A little of everything through each translator that has no sessions; in one that has some, a packet each way.

    :raises LabError: when a guest cannot make it.
    """

    def fill(guest: Guest) -> None:
        def traffic(word: str) -> str:
            line = f"lab-traffic {word}"
            done = subprocess.run(
                ssh_command(fleet.port(guest.name), known_hosts, line), capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise LabError(f"{guest.name}: {line}: {done.stderr.strip()}")
            return done.stdout

        sessions = json.loads(traffic("status"))["sessions"]
        if not any(table["total"] for table in sessions.values()):
            traffic("clear")  # connections that are held without sessions would keep their ports
            traffic("mix")
            progress.say(guest.name, "made some traffic")
        else:
            run(f"{PING}; [ ! -e /run/netns/blue ] || {BLUE}")

    with ThreadPoolExecutor(len(guests)) as pool:
        list(pool.map(fill, guests))
