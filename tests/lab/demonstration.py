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

ALIVE = (
    "ip netns exec client6 ping -n -q -c 1 -W 3 64:ff9b::198.51.100.5"
    " && { [ ! -e /run/netns/blue ] || ip netns exec blue-edge ping -n -q -c 1 -W 3 64:ff9b:1::198.51.100.5; }"
)
"""A packet and its answer through every translator of a guest: an audit names one that translated nothing."""


def make_traffic(fleet: Fleet, guests: Sequence[Guest], known_hosts: Path, progress: Progress) -> None:
    """A little of everything through each translator that has no sessions, and a ping through all of them.

    :raises LabError: when a guest cannot make it.
    """

    def fill(guest: Guest) -> None:
        def run(line: str) -> str:
            done = subprocess.run(
                ssh_command(fleet.port(guest.name), known_hosts, line), capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise LabError(f"{guest.name}: {line}: {done.stderr.strip() or done.stdout.strip()}")
            return done.stdout

        sessions = json.loads(run("lab-traffic status"))["sessions"]
        if not any(table["total"] for table in sessions.values()):
            run("lab-traffic clear")  # connections that are held without sessions would keep their ports
            run("lab-traffic mix")
            progress.say(guest.name, "made some traffic")
        run(ALIVE)

    with ThreadPoolExecutor(len(guests)) as pool:
        list(pool.map(fill, guests))
