# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts asked at once: who misbehaves harms himself alone, and everybody is named."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.facts.question import Question
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.gathering import crew as crew_room
from ansible_collections.nat64.jool.plugins.module_utils.gathering import gatherer
from ansible_collections.nat64.jool.plugins.module_utils.gathering.gatherer import Progress, gather_fleet
from ansible_collections.nat64.jool.plugins.module_utils.gathering.target import (
    GatherOptionError,
    GatherOptions,
    Target,
)
from ansible_collections.nat64.jool.plugins.module_utils.records.session_filter import FilterError, SessionFilter
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh_route import Destination

pytest.importorskip("paramiko")

from ansible_collections.nat64.jool.tests.unit.gathering.fake_hosts import (
    BAD,
    DROPS,
    TCP_DUMP,
    Fleet,
    fleet,
)
from ansible_collections.nat64.jool.tests.unit.test_session_facts import host, instance

COUNTS = Question(subsets=frozenset({"counts"}))
PATIENCE = 60.0
"""Seconds that nothing here takes unless it hangs; a busy machine is given its time."""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own keys, agent or configuration."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Fleet]:
    place = tmp_path / "fleet"
    place.mkdir()
    with fleet(place) as running:
        yield running


def ask(hosts: Fleet, question: Question = COUNTS, **options: Any) -> dict[str, HostAnswer]:
    given: dict[str, Any] = {"timeout_seconds": PATIENCE, "backoff_seconds": 0.05, "retries": 0, **options}
    answers = list(gather_fleet(hosts.targets, question, GatherOptions(**given)))
    assert len({answer.host for answer in answers}) == len(answers)
    assert nobody_works()
    return {answer.host: answer for answer in answers}


def workers() -> list[int]:
    """The processes that this one has started and that are there."""
    mine = str(os.getpid())
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                words = (entry / "cmdline").read_bytes()
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if crew_room.PROGRAM.encode() in words:
                found.append((int(entry.name), parent))
    first = {number for number, parent in found if parent == mine}
    return [number for number, parent in found if number in first or int(parent) in first]


def nobody_works() -> bool:
    end = time.monotonic() + PATIENCE
    while workers() and time.monotonic() < end:
        time.sleep(0.05)
    return not workers()


def test_an_answer_of_each(hosts: Fleet) -> None:
    for number in range(3):
        hosts.add(f"edge{number}")
    answers = ask(hosts)
    assert set(answers) == {"edge0", "edge1", "edge2"}
    for answer in answers.values():
        assert (answer.status, answer.error, answer.groups) == ("answered", None, ("nat64",))
        assert answer.facts is not None
        assert answer.facts["by_protocol"] == {"tcp": 3, "udp": 1, "icmp": 0}
        assert answer.facts["transport"] == "ssh"


def test_nobody_to_ask() -> None:
    assert list(gather_fleet([], COUNTS, GatherOptions())) == []


@pytest.mark.parametrize("processes", [1, 2])
def test_one_bad_host_of_each_kind_among_thirty(processes: int, hosts: Fleet, tmp_path: Path) -> None:
    for number in range(30 - len(BAD)):
        hosts.add(f"good{number}")
    for name, (make, *_end) in BAD.items():
        make(hosts, name)
    rows = tmp_path / "rows"
    rows.mkdir()
    started = time.monotonic()
    finished: dict[str, float] = {}
    options = GatherOptions(
        timeout_seconds=16.0,  # two of them send as fast as they can, and the rest must come through on a busy machine
        retries=1,
        backoff_seconds=0.05,
        concurrency=30,
        processes=processes,
        rows_directory=str(rows),
    )
    answers = {}
    for answer in gather_fleet(hosts.targets, COUNTS, options):
        answers[answer.host] = answer
        finished[answer.host] = time.monotonic() - started
    assert len(answers) == 30
    for name, (_make, status, condition, _tries) in BAD.items():
        answer = answers[name]
        assert answer.error is not None, name
        assert (answer.status, answer.error["condition"]) == (status, condition), answer.error
        assert answer.error["host"] == name
        assert answer.error["message"].startswith(f"{name}: ")
        assert answer.facts is None
    good = [name for name in answers if name.startswith("good")]
    assert {answers[name].status for name in good} == {"answered"}
    assert max(finished[name] for name in good) < max(finished[name] for name in BAD)
    # Rows of those that answered, whole, and nothing of the others.
    assert sorted(path.name for path in rows.iterdir()) == sorted(f"{name}.jsonl" for name in good)
    assert nobody_works()


def test_what_another_try_may_mend_is_tried_again(hosts: Fleet) -> None:
    for name in ("dropping", "thinking", "stranger", "refusing", "hanging"):
        BAD[name][0](hosts, name)
    answers = ask(hosts, retries=2, timeout_seconds=3.0)
    for name in ("dropping", "thinking", "stranger", "refusing", "hanging"):
        _make, status, _condition, tries = BAD[name]
        assert answers[name].status == status
        assert len(hosts.servers[name].connections) == tries, name


def test_a_second_try_is_an_answer(hosts: Fleet, tmp_path: Path) -> None:
    mark = tmp_path / "tried"
    answer = f"if [ -e {mark} ]; then /bin/cat {hosts.place}/programs-edge1/4.out; else : >{mark}; {DROPS}; fi"
    hosts.add("edge1", None, {TCP_DUMP: answer})
    found = ask(hosts, retries=1)["edge1"]
    assert found.status == "answered"
    assert found.facts is not None
    assert found.facts["by_protocol"]["tcp"] == 3
    assert len(hosts.servers["edge1"].connections) == 2


@pytest.mark.parametrize(("concurrency", "processes"), [(1, 2), (3, 2), (4, 1)])
def test_no_more_hosts_at_once_than_allowed(concurrency: int, processes: int, hosts: Fleet, tmp_path: Path) -> None:
    log = tmp_path / "log"  # what hosts are doing, and not their connections: a server learns late that one is closed
    for number in range(10):
        hosts.add(f"edge{number}", None, {"--version": f"echo + >>{log}; sleep 0.2; echo - >>{log}; echo 4.1.9.0"})
    answers = ask(hosts, concurrency=concurrency, processes=processes)
    assert {answer.status for answer in answers.values()} == {"answered"}
    at_once = list(accumulate(1 if line == "+" else -1 for line in log.read_text(encoding="ascii").split()))
    assert len(at_once) == 20
    assert 1 <= max(at_once) <= concurrency


def test_commands_are_foreseen(hosts: Fleet) -> None:
    """Hosts after the first are asked with one line; a host that is otherwise gets its own questions."""
    for number in range(4):
        hosts.add(f"edge{number}")
    blue = {**host("blue"), **instance("blue")}
    hosts.add("blue", blue, {"-i default stats display --csv": "echo no such instance >&2; exit 3"})
    hosts.add("edge5")
    answers = ask(hosts, concurrency=1)
    assert {answer.status for answer in answers.values()} == {"answered"}
    assert {name: answer.facts and answer.facts["total"] for name, answer in answers.items()} == dict.fromkeys(
        answers, 4
    )
    assert [len(hosts.servers[name].commands) for name in ("edge0", "edge1", "edge2", "edge5")] == [7, 1, 1, 1]
    assert hosts.servers["edge1"].commands[0].startswith("exec /bin/sh -c ")
    blue_commands = hosts.servers["blue"].commands
    assert "jool -i blue session display --tcp --numeric --csv" in blue_commands
    facts = answers["blue"].facts
    assert facts is not None
    assert [entry["name"] for entry in facts["instances"]] == ["blue"]


# --- rows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_rows_are_in_one_file_a_host(form: str, hosts: Fleet, tmp_path: Path) -> None:
    names = ["edge1", "../edge2", "a/b", "..", "käse", "2001:db8::1"]
    for number in range(len(names)):
        hosts.add(f"edge{number}")
    hosts.targets = [
        Target(name, target.destination, None, target.groups) for name, target in zip(names, hosts.targets)
    ]
    rows = tmp_path / "rows"
    rows.mkdir()
    answers = ask(hosts, rows_directory=str(rows), rows_format=form)
    assert {answer.status for answer in answers.values()} == {"answered"}
    files = list(rows.iterdir())
    assert len(files) == len(names)
    for answer in answers.values():
        assert answer.facts is not None
        file = Path(answer.facts["dest"])
        assert file in files
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        lines = file.read_text(encoding="utf-8").splitlines()
        assert len(lines) == 4 + (form == "csv")
        if form == "jsonl":
            assert {json.loads(line)["instance"] for line in lines} == {"default"}
    assert not (tmp_path / "edge2.jsonl").exists()


def test_a_directory_that_is_not_there(hosts: Fleet, tmp_path: Path) -> None:
    hosts.add("edge1")
    (answer,) = ask(hosts, rows_directory=str(tmp_path / "missing")).values()
    assert answer.error is not None
    assert (answer.status, answer.error["condition"]) == ("failed", "TableNotWritten")
    assert "missing" in answer.error["message"]


# --- processes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_a_process_that_is_killed_takes_its_hosts_with_it_and_no_others(
    processes: int, hosts: Fleet, tmp_path: Path
) -> None:
    rows = tmp_path / "rows"
    rows.mkdir()
    gate = tmp_path / "gate"  # the slow ones take until a process was killed
    wait = f"tries=0; while [ ! -e {gate} ] && [ $tries -lt 300 ]; do sleep 0.1; tries=$((tries + 1)); done; exit 1"
    for number in range(6):
        hosts.add(f"slow{number}", None, {TCP_DUMP: wait})
    for number in range(12):
        hosts.add(f"edge{number}")
    options = GatherOptions(concurrency=6, processes=processes, timeout_seconds=PATIENCE, rows_directory=str(rows))
    answers = {}
    killed = False
    running = gather_fleet(hosts.targets, COUNTS, options, lambda _progress: kill_one())

    def kill_one() -> None:
        nonlocal killed
        busy = sum(bool(server.commands) for name, server in hosts.servers.items() if name.startswith("slow"))
        if not killed and busy == 6:
            # The first process only waits, where there is more than one.
            os.kill(max(workers()), signal.SIGKILL)
            killed = True
            gate.touch()

    for answer in running:
        answers[answer.host] = answer
    assert killed
    assert len(answers) == 18
    lost = [name for name, answer in answers.items() if answer.error and answer.error["condition"] == "WorkerLost"]
    assert len(lost) == 6 // processes
    assert all(name.startswith("slow") for name in lost)
    assert answers[lost[0]].status == "failed"
    assert {answers[f"edge{number}"].status for number in range(12)} == {"answered"}
    assert sorted(path.name for path in rows.iterdir()) == sorted(f"edge{number}.jsonl" for number in range(12))
    assert nobody_works()


def test_processes_that_cannot_do_anything(hosts: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts.add("edge1")
    (tmp_path / "paramiko.py").write_text("raise ImportError('it is broken')\n", encoding="ascii")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(errors.WorkersNotStarted, match=r"'paramiko' cannot be imported by .*it is broken"):
        ask(hosts)
    assert nobody_works()


def test_an_interpreter_that_is_gone(hosts: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts.add("edge1")
    monkeypatch.setattr(sys, "executable", "/no/python")
    with pytest.raises(errors.WorkersNotStarted, match="'/no/python' cannot be started"):
        ask(hosts)


def test_processes_that_end_again_and_again(hosts: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    """They come up and are gone before they have asked anybody."""
    hosts.add("edge1")

    def gone(*_arguments: object) -> None:
        raise OSError

    monkeypatch.setattr(crew_room.Member, "ask", gone)
    started = []
    monkeypatch.setattr(gatherer, "Crew", lambda *arguments: started.append(1) or Dying(*arguments))
    answers = ask(hosts)
    assert answers["edge1"].error is not None
    assert answers["edge1"].error["condition"] == "WorkerLost"
    assert len(started) == gatherer.FRUITLESS_STARTS


class Dying(crew_room.Crew):
    """Ends by itself when it is ready."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        for member in self.members:
            messages = member.messages

            def last(told: Any = messages) -> Any:
                for number in workers():
                    os.kill(number, signal.SIGKILL)
                return told()

            member.messages = last  # type: ignore[method-assign]


def test_a_host_that_hangs_beyond_every_bound_is_given_up(hosts: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts.add("edge1", None, {"--version": "exec sleep 30"})
    monkeypatch.setattr(gatherer, "GRACE_SECONDS", -9.0)
    (answer,) = ask(hosts, timeout_seconds=10.0).values()
    assert answer.error is not None
    assert answer.error["condition"] == "CommandTimeout"
    assert "10 seconds were allowed" in answer.error["message"]


def test_a_defect_is_the_failure_of_one_host(hosts: Fleet) -> None:
    hosts.add("edge1")
    hosts.targets.append(Target("odd", Destination("127.0.0.1", 1, arguments=5)))  # type: ignore[arg-type]
    answers = ask(hosts)
    assert answers["edge1"].status == "answered"
    error = answers["odd"].error
    assert error is not None
    assert error["condition"] == "UnexpectedFailure"
    assert "Error in " in error["message"]


# --- the end -----------------------------------------------------------------------------------------------------


def test_who_stops_listening_ends_everything(hosts: Fleet, tmp_path: Path) -> None:
    rows = tmp_path / "rows"
    rows.mkdir()
    hosts.add("edge1")
    BAD["flooding"][0](hosts, "flooding")
    BAD["hanging"][0](hosts, "hanging")
    options = GatherOptions(timeout_seconds=PATIENCE, rows_directory=str(rows))
    running = gather_fleet(hosts.targets, COUNTS, options)
    assert next(running).host == "edge1"
    started = time.monotonic()
    running.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 15
    assert not workers()
    assert [path.name for path in rows.iterdir()] == ["edge1.jsonl"]


SCRIPT = """
import json, sys
from ansible_collections.nat64.jool.plugins.module_utils.facts.question import Question
from ansible_collections.nat64.jool.plugins.module_utils.gathering.gatherer import gather_fleet
from ansible_collections.nat64.jool.plugins.module_utils.gathering.target import GatherOptions, Target

targets = [Target.from_dict(plain) for plain in json.load(open(sys.argv[1]))]
options = GatherOptions(timeout_seconds=60, rows_directory=sys.argv[2])
for answer in gather_fleet(targets, Question(), options):
    print(answer.host, flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_everything_and_leaves_nothing(number: signal.Signals, hosts: Fleet, tmp_path: Path) -> None:
    hosts.add("edge1")
    BAD["hanging"][0](hosts, "hanging")
    rows = tmp_path / "rows"
    rows.mkdir()
    (tmp_path / "targets").write_text(json.dumps([target.as_dict() for target in hosts.targets]), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path / "targets"), str(rows)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"edge1\n"
        assert comes_true(lambda: len(list(rows.iterdir())) == 2)  # the hanging one's is begun
        process.send_signal(number)
        started = time.monotonic()
        process.wait(PATIENCE)
    assert comes_true(lambda: [path.name for path in rows.iterdir()] == ["edge1.jsonl"])
    assert comes_true(lambda: hosts.servers["hanging"].open_connections == 0)
    assert time.monotonic() - started < 15


def comes_true(condition: Any) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return bool(condition())


# --- progress, options -------------------------------------------------------------------------------------------


def test_progress_is_told(hosts: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatherer, "TICK_SECONDS", 0.05)
    for number in range(4):
        hosts.add(f"edge{number}", None, {"--version": "sleep 0.3; echo 4.1.9.0"})
    hosts.target("closed", 1)
    told: list[Progress] = []
    options = GatherOptions(timeout_seconds=PATIENCE, concurrency=2, retries=1, backoff_seconds=0.05)
    answers = list(gather_fleet(hosts.targets, COUNTS, options, told.append))
    assert len(answers) == 5
    assert {progress.hosts for progress in told} == {5}
    assert max(progress.running for progress in told) == 2
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
    assert told[-1].by_status["answered"] >= 2
    assert max(progress.retried for progress in told) == 1
    assert all(0 < progress.seconds < PATIENCE for progress in told)


SENSELESS = [
    ({"concurrency": 0}, "concurrency: 0 is not at least 1"),
    ({"timeout_seconds": -1}, "timeout: -1 is not at least 0"),
    ({"timeout_seconds": float("nan")}, "timeout: nan"),
    ({"retries": -1}, "retries"),
    ({"backoff_seconds": -0.5}, "backoff: -0.5"),
    ({"processes": 0}, "processes: 0"),
    ({"rows_format": "xml"}, "rows_format: 'xml' is none of jsonl, csv"),
]


@pytest.mark.parametrize(("options", "words"), SENSELESS)
def test_senseless_options(options: dict[str, Any], words: str) -> None:
    with pytest.raises(GatherOptionError, match=words):
        GatherOptions(**options)


def test_a_senseless_question_is_told_before_anybody_is_asked() -> None:
    question = Question(session_filter=SessionFilter(states=("NO_STATE",)))
    with pytest.raises(FilterError):
        next(gather_fleet([Target("edge1", Destination("192.0.2.1"))], question, GatherOptions()))
