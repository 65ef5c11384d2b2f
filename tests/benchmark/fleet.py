# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts: one task of `jool_fleet_session_info` beside a stock task a host; and many saved summaries merged.

The hosts (see `fleet_hosts`) have a ``jool`` that prints recorded answers of Jool 4.1.9. Both runs are whole runs of
Ansible, with its start and the inventory, on the same hosts one after the other. The hosts share the machine, and
what they cost is not counted.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .contest import say
from .fleet_cost import RunCost, RunFailed, run
from .fleet_hosts import MOST_HOSTS, address, served

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "tests" / "unit" / "captures" / "4.1.9"

FORKS = 20
"""Of stock Ansible; more than the cores can keep busy."""

STOCK_DIVISOR = 4
"""It asks one of so many hosts: all of them take ten minutes. Its cost grows with the hosts, but for its start."""

MOST_ROUNDS = 3
"""Each takes more than a minute."""

CONCURRENCY = 50
STOCK = "jool -i default session display --tcp --numeric --csv"

ANSWERS = {
    "-i default stats display --csv": "stats-csv.out",
    "-i default session display --tcp --numeric --csv": "session-tcp-csv.out",
    "-i default session display --udp --numeric --csv": "session-udp-csv.out",
    "-i default session display --icmp --numeric --csv": "session-icmp-csv.out",
}
"""Arguments of ``jool`` to a capture."""

SHORT_ANSWERS = """--version) echo 4.1.9.0;;
'instance display --csv') echo Namespace,Name,Framework; echo ab080d00,default,netfilter;;
"""


@dataclass(frozen=True)
class FleetResults:
    """What was measured.

    :ivar ours: one task for all hosts, with all protocols; each time.
    :ivar stock: one task a host, one protocol, for some of them; each time after ours.
    :ivar summaries: saved summaries of a host each, that were read and merged.
    :ivar merge_seconds: wall time of that, the median.
    """

    hosts: int
    ours: Sequence[RunCost]
    stock_hosts: int
    stock: Sequence[RunCost]
    summaries: int
    merge_seconds: float

    def ours_beside_stock(self, figure: Callable[[RunCost], float]) -> float:
        """What a host costs with ours, beside what it costs with stock Ansible: the median of all rounds."""
        ratios = (figure(ours) / figure(stock) for ours, stock in zip(self.ours, self.stock))
        return statistics.median(ratios) * self.stock_hosts / self.hosts


def measure_fleet(hosts: int, summaries: int, rounds: int) -> FleetResults:
    """Let both ask the hosts, and merge summaries.

    :param rounds: how often; at most `MOST_ROUNDS` times with the hosts.
    :raises RunFailed: when one of them does not do its work.
    """
    if not 1 <= hosts <= MOST_HOSTS:
        raise ValueError(f"{hosts} hosts: between 1 and {MOST_HOSTS} can be played")
    binaries = Path(sys.executable).parent
    with tempfile.TemporaryDirectory(prefix="jool-") as name:
        place = Path(name)
        with socket.create_server((address(0), 0)) as probe:
            port = int(probe.getsockname()[1])
        prepare(place, hosts, port)
        inventory = f"{place}/inventory.yml"
        with served(place, hosts, port):
            playbook = [f"{binaries}/ansible-playbook", "-i", inventory, f"{place}/playbook.yml"]
            some = max(1, hosts // STOCK_DIVISOR)
            adhoc = [f"{binaries}/ansible", f"nat64[0:{some - 1}]", "-i", inventory, "-f", str(FORKS)]
            ours: list[RunCost] = []
            stock: list[RunCost] = []
            times = min(rounds, MOST_ROUNDS)
            for number in range(times):
                say(f"Many hosts: round {number + 1} of {times}")
                ours.append(_run(place, "ours", playbook, hosts))
                stock.append(_run(place, "stock", [*adhoc, "-m", "command", "-a", STOCK], some))
                answered = (place / "stock.out").read_text(encoding="utf-8").count(" | rc=0 >>")
                if answered != some:
                    raise RunFailed(f"{answered} of {some} stock tasks did their work")
        environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}:{ROOT / '.collections'}"}
        merging = [sys.executable, "-m", f"{__package__}.fleet_merge", str(place / "summaries"), str(summaries)]
        done = subprocess.run([*merging, str(rounds)], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RunFailed(f"merging {summaries} summaries: {done.stderr[-4000:]}")
    return FleetResults(hosts, ours, some, stock, summaries, statistics.median(json.loads(done.stdout)))


def prepare(place: Path, hosts: int, port: int) -> None:
    """Keys, known hosts, an inventory, a playbook, and a ``jool`` for the servers."""
    for name in ("host_key", "user_key"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(place / name)]
        subprocess.run(command, check=True)
    kind, blob = (place / "host_key.pub").read_text(encoding="ascii").split()[:2]
    known = "".join(f"[{address(number)}]:{port} {kind} {blob}\n" for number in range(hosts))
    (place / "known_hosts").write_text(known, encoding="ascii")
    shared = {
        "ansible_port": port,
        "ansible_user": "root",
        "ansible_ssh_private_key_file": f"{place}/user_key",
        "ansible_ssh_common_args": f"-F none -o UserKnownHostsFile={place}/known_hosts -o StrictHostKeyChecking=yes",
        "ansible_python_interpreter": shutil.which("python3") or sys.executable,
    }
    names = {f"host{number:04}": {"ansible_host": address(number)} for number in range(hosts)}
    # JSON is YAML.
    (place / "inventory.yml").write_text(json.dumps({"nat64": {"hosts": names, "vars": shared}}), encoding="ascii")
    expected = sum(_count_rows(name) for words, name in ANSWERS.items() if "session" in words) * hosts
    task = {
        "hosts": "nat64",
        "gather_subset": ["counts"],
        "concurrency": CONCURRENCY,
        "min_coverage": 100,
    }
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [
            {"nat64.jool.jool_fleet_session_info": task, "register": "sessions"},
            {"ansible.builtin.assert": {"that": [f"sessions.fleet.totals.sessions == {expected}"]}},
        ],
    }
    (place / "ansible.cfg").touch()
    (place / "playbook.yml").write_text(json.dumps([play]), encoding="ascii")
    cases = "".join(f"'{words}') exec cat {CAPTURES}/{name};;\n" for words, name in ANSWERS.items())
    jool = place / "bin" / "jool"
    jool.parent.mkdir()
    jool.write_text(
        f'#!/bin/sh\ncase "$*" in\n{SHORT_ANSWERS}{cases}*) echo "no answer: $*" >&2; exit 1;;\nesac\n',
        encoding="ascii",
    )
    jool.chmod(0o755)


def _run(place: Path, name: str, command: list[str], hosts: int) -> RunCost:
    """Measure a command; its output is in a file of that name."""
    variables = {
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_CONFIG": f"{place}/ansible.cfg",
        "ANSIBLE_HOME": f"{place}/ansible",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_SSH_CONTROL_PATH_DIR": f"{place}/cp",
        "HOME": str(place),
        "LC_ALL": "C.UTF-8",
    }
    environment = {key: value for key, value in os.environ.items() if key != "SSH_AUTH_SOCK"} | variables
    return run(command, place / f"{name}.out", environment, 120.0 + 2.0 * hosts)


def _count_rows(capture: str) -> int:
    """Sessions of a capture with a header."""
    return len((CAPTURES / capture).read_bytes().splitlines()) - 1
