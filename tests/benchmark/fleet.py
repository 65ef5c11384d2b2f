# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts: one task of `jool_fleet_session_info` beside one stock task a host, on the same servers in the same run.

    python tests/benchmark/fleet.py [--hosts 1000]

The hosts are SSH servers on addresses of loopback (127.1.0.0/16), in two processes. Their shell finds a ``jool`` that
prints recorded answers of Jool 4.1.9. Both runs are whole runs of Ansible, with its start and the inventory. CPU is
that of the controller's processes and their children, also of those that stay behind (the masters of ControlPersist);
the servers are not in it. Memory is what all of these have at a time, what they share counted once (PSS).
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import re
import resource
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_SUCCESSFUL, OPEN_SUCCEEDED, cMSG_CHANNEL_SUCCESS

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "tests" / "unit" / "captures" / "4.1.9"

MOST_HOSTS = 5000
SERVERS = 2
"""Processes that play the hosts."""

FORKS = 20
CONCURRENCY = 50
STOCK = "jool -i default session display --tcp --numeric --csv"

SAMPLE_SECONDS = 0.25
SUBREAPER = 36  # prctl(2), PR_SET_CHILD_SUBREAPER

WANTED = {"cpu": 8.0, "wall": 2.0, "megabytes": 150.0}
"""What is promised: CPU of a stock task to ours, wall time likewise, and memory at the most."""

ANSWERS = {
    "-i default stats display --csv": "stats-csv.out",
    "-i default session display --tcp --numeric --csv": "session-tcp-csv.out",
    "-i default session display --udp --numeric --csv": "session-udp-csv.out",
    "-i default session display --icmp --numeric --csv": "session-icmp-csv.out",
}
"""Arguments of ``jool`` to a capture."""

SHORT = """--version) echo 4.1.9.0;;
'instance display --csv') echo Namespace,Name,Framework; echo ab080d00,default,netfilter;;
"""


# --- hosts -------------------------------------------------------------------------------------------------------


def address(number: int) -> str:
    """Of a host."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


class Connection(paramiko.Transport):
    """One connection of a host. A command begins when the client has been told that it will."""

    pending: Callable[[], None] | None = None

    def _send_user_message(self, data: paramiko.Message) -> None:
        super()._send_user_message(data)  # type: ignore[misc]  # its stubs leave it out
        if self.pending is not None and data.asbytes().startswith(cMSG_CHANNEL_SUCCESS):
            begin, self.pending = self.pending, None
            threading.Thread(target=begin, daemon=True).start()


class Rules(paramiko.ServerInterface):
    """One user with one key, any command."""

    def __init__(self, connection: Connection, key: paramiko.PKey, path: str) -> None:
        self._connection = connection
        self._key = key
        self._path = path

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return AUTH_SUCCESSFUL if key == self._key else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_env_request(self, channel: paramiko.Channel, name: bytes, value: bytes) -> bool:
        return True

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self._connection.pending = lambda: run_command(channel, command.decode(), self._path)
        return True


def run_command(channel: paramiko.Channel, line: str, path: str) -> None:
    """A command as sshd runs it, with the user's shell."""
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        with subprocess.Popen(
            ["/bin/sh", "-c", line],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            if process.stdin is None or process.stdout is None or process.stderr is None:
                raise AssertionError
            threading.Thread(target=feed, args=(channel, process.stdin), daemon=True).start()
            errors = threading.Thread(target=drain, args=(process.stderr, channel.sendall_stderr), daemon=True)
            errors.start()
            drain(process.stdout, channel.sendall)
            errors.join()
            status = process.wait()
        channel.send_exit_status(status if status >= 0 else 128 - status)
        channel.close()


def feed(channel: paramiko.Channel, stdin: IO[bytes]) -> None:
    """What the client sends, a module for example, is the command's input."""
    with contextlib.suppress(OSError):
        while piece := channel.recv(64 * 1024):
            stdin.write(piece)
            stdin.flush()
    with contextlib.suppress(OSError):
        stdin.close()


def drain(stream: Any, send: Callable[[bytes], None]) -> None:
    """What the command prints goes to the client."""
    with contextlib.suppress(OSError):
        while piece := stream.read1(64 * 1024):
            send(piece)


def serve(first: int, count: int, port: int, place: Path) -> None:
    """Play some hosts, for as long as whoever started this lives."""
    host_key = paramiko.Ed25519Key.from_private_key_file(str(place / "host_key"))
    user_key = paramiko.Ed25519Key.from_private_key_file(str(place / "user_key"))
    selector = selectors.DefaultSelector()
    for number in range(first, first + count):
        listener = socket.create_server((address(number), port), backlog=16)
        selector.register(listener, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _events in selector.select():
            if key.fileobj is sys.stdin:
                return
            listener = key.fileobj  # type: ignore[assignment]
            sock, _peer = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as sshd does
            connection = Connection(sock)
            connection.add_server_key(host_key)
            connection.start_server(event=threading.Event(), server=Rules(connection, user_key, str(place / "bin")))


# --- measuring ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """What a run cost.

    :ivar cpu: seconds.
    :ivar wall: seconds.
    :ivar peak_bytes: the most memory that all its processes had at a time.
    """

    cpu: float
    wall: float
    peak_bytes: int


def measure(command: Sequence[str], output: str) -> Cost:
    """Run a command in this process, which adopts whatever the command leaves behind."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    started, peak = time.monotonic(), 0
    with open(output, "wb") as file, subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(share_of, descendants(os.getpid()))))
            time.sleep(SAMPLE_SECONDS)
    wall = time.monotonic() - started
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}, see {output}")
    while left := list(descendants(os.getpid())):
        for number in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGTERM)
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(usage.ru_utime + usage.ru_stime, wall, peak)


def descendants(first: int) -> Iterator[int]:
    """All processes that a process has started, and those that these have."""
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{first}/task"):
            for word in Path(f"/proc/{first}/task/{task}/children").read_text(encoding="ascii").split():
                yield int(word)
                yield from descendants(int(word))


def share_of(process: int) -> int:
    """Bytes of a process, its part of what it shares; 0 when it has ended."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else 0


# --- the contest -------------------------------------------------------------------------------------------------


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
    expected = sum(count_rows(name) for words, name in ANSWERS.items() if "session" in words) * hosts
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
        f'#!/bin/sh\ncase "$*" in\n{SHORT}{cases}*) echo "no answer: $*" >&2; exit 1;;\nesac\n',
        encoding="ascii",
    )
    jool.chmod(0o755)


@contextlib.contextmanager
def servers(place: Path, hosts: int, port: int) -> Iterator[None]:
    """The hosts are up."""
    share = -(-hosts // SERVERS)
    with contextlib.ExitStack() as held:
        for first in range(0, hosts, share):
            words = ("serve", str(first), str(min(share, hosts - first)), str(port), str(place))
            process = subprocess.Popen(
                (sys.executable, __file__, *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            held.callback(process.wait)
            held.callback(process.kill)
            if process.stdout is None or process.stdout.readline() != "ready\n":
                raise SystemExit("the servers did not come up")
        yield


def run(place: Path, name: str, command: Sequence[str], seconds: float) -> Cost:
    """Measure a command in a process of its own; its output is in a file of that name."""
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
    output = place / f"{name}.out"
    measured = [sys.executable, __file__, "measure", str(output), *command]
    done = subprocess.run(measured, env=environment, stdout=subprocess.PIPE, text=True, timeout=seconds, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed:\n{output.read_text(encoding='utf-8', errors='replace')[-4000:]}")
    return Cost(**json.loads(done.stdout))


def measure_fleet(hosts: int) -> list[list[str]]:
    """Rows of a table: what was done, CPU a host, wall time, peak memory, and the ratio of each to ours."""
    if not 1 <= hosts <= MOST_HOSTS:
        raise SystemExit(f"{hosts} hosts: between 1 and {MOST_HOSTS} can be played")
    bin_directory = Path(sys.executable).parent
    seconds = 120.0 + 2.0 * hosts
    with tempfile.TemporaryDirectory(prefix="jool-") as name:
        place = Path(name)
        with socket.create_server((address(0), 0)) as probe:
            port = int(probe.getsockname()[1])
        prepare(place, hosts, port)
        inventory = f"{place}/inventory.yml"
        with servers(place, hosts, port):
            ours = run(
                place, "ours", [f"{bin_directory}/ansible-playbook", "-i", inventory, f"{place}/playbook.yml"], seconds
            )
            stock = run(
                place,
                "stock",
                [f"{bin_directory}/ansible", "nat64", "-i", inventory, "-f", str(FORKS), "-m", "command", "-a", STOCK],
                seconds,
            )
        answered = (place / "stock.out").read_text(encoding="utf-8").count(" | rc=0 >>")
        if answered != hosts:
            raise SystemExit(f"{answered} of {hosts} stock tasks did their work")
    return [
        row(f"one task of jool_fleet_session_info, {CONCURRENCY} hosts at once, all protocols", ours, hosts, ours),
        row(f"ansible -m command, pipelining, {FORKS} forks, one protocol", stock, hosts, ours),
    ]


def count_rows(capture: str) -> int:
    """Sessions of a capture with a header."""
    return len((CAPTURES / capture).read_bytes().splitlines()) - 1


def row(title: str, cost: Cost, hosts: int, ours: Cost) -> list[str]:
    """One row."""
    return [
        title,
        f"{1000 * cost.cpu / hosts:.1f} ms",
        f"{cost.wall:.1f} s",
        f"{cost.peak_bytes / 1e6:.0f} MB",
        f"{cost.cpu / ours.cpu:.1f}",
        f"{cost.wall / ours.wall:.1f}",
    ]


def main() -> None:
    """Print the table and whether what is promised holds."""
    if sys.argv[1:2] == ["serve"]:
        first, count, port = map(int, sys.argv[2:5])
        serve(first, count, port, Path(sys.argv[5]))
        return
    if sys.argv[1:2] == ["measure"]:
        print(json.dumps(vars(measure(sys.argv[3:], sys.argv[2]))))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=1000)
    hosts = parser.parse_args().hosts
    titles = ["work", "CPU a host", "wall time", "peak memory", "CPU, times ours", "wall time, times ours"]
    rows = measure_fleet(hosts)
    print(f"{hosts:,} hosts on loopback\n")
    for cells in (titles, ["---"] * len(titles), *rows):
        print(f"| {' | '.join(cells)} |")
    ours, stock = rows
    measured = {"cpu": float(stock[4]), "wall": float(stock[5]), "megabytes": float(ours[3].split()[0])}
    held = all(
        measured[name] <= bound if name == "megabytes" else measured[name] >= bound for name, bound in WANTED.items()
    )
    print(
        f"\nwanted: CPU {WANTED['cpu']:g} times, wall time {WANTED['wall']:g} times, {WANTED['megabytes']:g} MB: "
        f"{'met' if held else 'NOT MET'}"
    )


if __name__ == "__main__":
    main()
