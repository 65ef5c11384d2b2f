# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An instance is brought to its state, or is what it was: whatever fails, and wherever it is interrupted."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.client import transaction
from ansible_collections.nat64.jool.plugins.module_utils.client.transaction import FileCommand, Reversible
from ansible_collections.nat64.jool.plugins.module_utils.config.plan import Plan
from ansible_collections.nat64.jool.plugins.module_utils.instance_options import ARGUMENT_SPEC, apply, render, request
from ansible_collections.nat64.jool.plugins.module_utils.transport.base import Completed, Transport
from ansible_collections.nat64.jool.tests.unit.config.kernel_model import JoolModel, Refused
from ansible_collections.nat64.jool.tests.unit.config.model_host import (
    LocalTransport,
    ModelTransport,
    instances,
    program,
)
from ansible_collections.nat64.jool.tests.unit.shells import SHELLS, each_shell

DEFAULTS = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}
PROBE = {"command": None, "url": None, "tries": 1, "delay": 0.0, "timeout": 5.0}

FIRST: dict[str, Any] = {
    "global": {"pool6": "64:ff9b::/96", "udp-timeout": 300, "tos": 1},
    "pool4": [
        {"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "1000-2000"},
        {"protocol": "udp", "prefix": "192.0.2.1", "port_range": "1000-2000", "max_iterations": 5},
    ],
    "bib": [{"protocol": "tcp", "ipv6_address": "2001:db8::1#80", "ipv4_address": "192.0.2.1#1080"}],
}
SECOND: dict[str, Any] = {
    "global": {"udp-timeout": 400, "tos": 2},
    "pool4": [
        {"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "1500-2500"},
        {"protocol": "udp", "prefix": "192.0.2.1", "port_range": "1000-2000", "max_iterations": "infinity"},
    ],
    "bib": [{"protocol": "tcp", "ipv6_address": "2001:db8::2#80", "ipv4_address": "192.0.2.1#2400"}],
    "purge": True,
}
SECOND_STEPS = 7


def no_fetch(url: str, timeout: float) -> None:
    raise OSError("nobody answers")


def bring(
    transport: Transport, options: dict[str, Any], check: bool = False, fetch: Any = no_fetch, plans: Any = None
) -> dict[str, Any]:
    whole = {**DEFAULTS, **options}
    planned = [] if plans is None else plans
    return apply(transport, whole, request(whole, check=check), fetch, planned.append)


class Memory:
    """A host in memory."""

    def __init__(self, place: Path, translator: str = "nat64", version: str = "4.1.9.0") -> None:
        self.model = JoolModel(translator, version)
        self.transport = ModelTransport(self.model, place)

    def refuse_change(self, number: int, until: int | None = None) -> None:
        """Let the changing command of a number fail, and those up to another one."""
        count = 0

        def before(words: Sequence[str]) -> None:
            nonlocal count
            if "display" in words or "--version" in words:
                return
            count += 1
            if number <= count <= (number if until is None else until):
                raise Refused(12, "Out of memory.")

        self.transport.before = before


@pytest.fixture
def host(tmp_path: Path) -> Memory:
    memory = Memory(tmp_path)
    bring(memory.transport, FIRST)
    memory.model.log.clear()
    return memory


def kept(memory: Memory) -> Any:
    """The tables, in no particular order, and without what a file resets."""
    tables = copy.deepcopy(memory.model.instances)
    for one in tables.values():
        for name in ("pool4", "bib", "eamt", "denylist4"):
            one[name].sort()
        one.pop("stats")
    return tables


def test_creation_is_one_file_and_the_second_run_changes_nothing(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    told = bring(memory.transport, FIRST, check=True)
    assert told["changed"]
    assert memory.model.instances == {}
    assert told["before"] is None
    assert told["diff"]["before"] == ""
    assert "udp-timeout: 0:05:00" in told["diff"]["after"]
    assert bring(memory.transport, FIRST)["plan"] == ["create instance 'default'"]
    assert [line.split()[:2] for line in memory.model.log] == [["file", "handle"]]
    again = bring(memory.transport, FIRST)
    assert not again["changed"]
    assert again["diff"]["before"] == again["diff"]["after"]
    assert len(memory.model.log) == 1
    assert list(tmp_path.iterdir()) == []


def test_check_mode_predicts_and_changes_nothing(host: Memory) -> None:
    before = kept(host)
    predicted = bring(host.transport, SECOND, check=True)
    assert predicted["changed"]
    assert kept(host) == before
    assert host.model.log == []
    made = bring(host.transport, SECOND)
    assert made["plan"] == predicted["plan"]
    assert made["after"] == predicted["after"]
    assert len(made["plan"]) == SECOND_STEPS
    assert not bring(host.transport, SECOND)["changed"]


@pytest.mark.parametrize("number", range(1, SECOND_STEPS + 1))
def test_a_step_that_fails(host: Memory, number: int) -> None:
    before = kept(host)
    host.refuse_change(number)
    plans: list[Plan] = []
    with pytest.raises(errors.ChangeFailed, match=r"Out of memory.*former configuration runs again") as caught:
        bring(host.transport, SECOND, plans=plans)
    assert kept(host) == before
    assert "jool -i default" in caught.value.command
    assert caught.value.status == 12
    assert len(plans[0].steps) == SECOND_STEPS


@pytest.mark.parametrize("atomic", [False, True])
def test_a_probe_that_fails(host: Memory, atomic: bool) -> None:
    before = kept(host)
    with pytest.raises(errors.ProbeFailed, match="nobody answers"):
        bring(host.transport, {**SECOND, "atomic": atomic, "verify": {**PROBE, "url": "http://[::1]/"}})
    assert kept(host) == before


def test_a_probe_that_succeeds_at_last(host: Memory) -> None:
    tries = []

    def fetch(url: str, timeout: float) -> None:
        tries.append(url)
        if len(tries) < 3:
            raise OSError("not yet")

    bring(host.transport, {**SECOND, "verify": {**PROBE, "url": "http://x/", "tries": 3}}, fetch=fetch)
    assert len(tries) == 3
    assert not bring(host.transport, {**SECOND, "verify": {**PROBE, "url": "http://x/"}})["changed"]  # not tried


def test_a_probe_of_a_new_instance_that_fails(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    with pytest.raises(errors.ProbeFailed):
        bring(memory.transport, {**FIRST, "verify": {**PROBE, "command": ["no-such-program"]}})
    assert memory.model.instances == {}


def test_what_cannot_be_restored_is_said(host: Memory) -> None:
    host.refuse_change(3, until=10_000)
    with pytest.raises(errors.NotRestored, match="could not be restored"):
        bring(host.transport, SECOND)


def test_a_host_that_does_not_take_the_change(host: Memory) -> None:
    before = kept(host)
    host.model._global_update = lambda one, words: ""  # type: ignore[method-assign]
    with pytest.raises(errors.ChangeNotTaken, match="tos is 1, not 2"):
        bring(host.transport, SECOND)
    assert kept(host) == before


def test_recreation(host: Memory) -> None:
    host.model.instances["default"]["sessions"] = [["tcp", "192.0.2.1#1080"], ["udp", "192.0.2.1#1001"]]
    other = {"global": {"pool6": "2001:db8:64::/96"}}
    with pytest.raises(errors.NotChangeable, match=r"pool6 from 64:ff9b::/96 to 2001:db8:64::/96.*has 2 sessions"):
        bring(host.transport, other)
    assert host.model.log == []
    told = bring(host.transport, {**other, "recreate": True}, check=True)
    assert told["sessions_dropped"] == 2
    assert told["warnings"] == ["2 sessions are dropped by this change."]
    before = host.model.instances["default"]
    bring(host.transport, {**other, "recreate": True})
    after = host.model.instances["default"]
    assert after["global"] == {**before["global"], "pool6": "2001:db8:64::/96"}
    assert sorted(after["pool4"]) == sorted(before["pool4"])
    assert (after["bib"], after["sessions"]) == (before["bib"], [])


def test_a_recreation_that_fails_brings_the_old_instance_back(host: Memory) -> None:
    before = kept(host)
    host.refuse_change(2)
    with pytest.raises(errors.ChangeFailed):
        bring(host.transport, {"global": {"pool6": "2001:db8:64::/96"}, "recreate": True})
    assert kept(host) == before


def test_absence(host: Memory) -> None:
    host.model.instances["default"]["sessions"] = [["tcp", "192.0.2.1#1080"]]
    told = bring(host.transport, {"state": "absent"})
    assert (told["changed"], told["sessions_dropped"], told["after"]) == (True, 1, None)
    assert host.model.instances == {}
    assert not bring(host.transport, {"state": "absent"})["changed"]


def test_static_entries_with_sessions(host: Memory) -> None:
    host.model.instances["default"]["sessions"] = [["tcp", "192.0.2.1#1080"], ["tcp", "192.0.2.1#1001"]]
    with pytest.raises(errors.WouldDropSessions, match="have 1 sessions"):
        bring(host.transport, {"bib": [], "purge": True})
    assert host.model.log == []
    told = bring(host.transport, {"bib": [], "purge": True, "drop_sessions": True})
    assert told["sessions_dropped"] == 1


@pytest.mark.parametrize("drop", [False, True])
def test_sessions_of_a_range_that_leaves(host: Memory, drop: bool) -> None:
    host.model.instances["default"]["sessions"] = [["tcp", "192.0.2.1#1001"], ["tcp", "192.0.2.1#1999"]]
    options = {"pool4": SECOND["pool4"], "bib": [], "purge": True, "drop_sessions": drop}
    told = bring(host.transport, options)
    assert (told["sessions_dropped"], told["sessions_stranded"]) == ((1, 0) if drop else (0, 1))
    assert ("--quick" in host.model.log[-1]) != drop


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"global": {"tos": 256}}, "global tos: "),
    ({"bib": [{"protocol": "tcp", "ipv6_address": "2001:db8::7#7", "ipv4_address": "192.0.2.1#999"}]}, "pool4 of tcp"),
    (
        {"bib": [{"protocol": "tcp", "ipv6_address": "2001:db8::1#80", "ipv4_address": "192.0.2.1#1081"}]},
        "it collides with tcp 2001:db8::1#80 - 192.0.2.1#1080, which runs",
    ),
    ({"pool4": [], "purge": True}, "does not belong to pool4"),
    ({"global": {"logging-debug": True, "trace": True}}, "Jool 4.1.9 has no such parameter"),
    ({"timeout": -1}, "timeout: "),
    ({"verify": {**PROBE, "tries": 0}}, "verify tries: 0"),
    ({"name": "other", "global": {"pool6": "64:ff9b::/96"}}, "already has the Netfilter instance 'default'"),
    ({"name": "other", "framework": "iptables"}, "global pool6: a NAT64 must have one"),
]


@pytest.mark.parametrize(("options", "words"), REFUSED, ids=str)
def test_refused_before_the_host_is_touched(host: Memory, options: dict[str, Any], words: str) -> None:
    for check in (True, False):
        with pytest.raises(errors.ConfigurationInvalid) as caught:
            bring(host.transport, options, check=check)
        assert words in str(caught.value)
    assert host.model.log == []


def test_two_instances_of_different_frameworks(host: Memory) -> None:
    bring(host.transport, {**FIRST, "name": "other", "framework": "iptables"})
    assert set(host.model.instances) == {"default", "other"}


def test_a_dynamic_entry_in_the_way(host: Memory) -> None:
    host.model.instances["default"]["bib"].append(["tcp", "2001:db8::99#5", "192.0.2.1#1200", 0])
    wanted = {"protocol": "tcp", "ipv6_address": "2001:db8::7#7", "ipv4_address": "192.0.2.1#1200"}
    with pytest.raises(errors.ConfigurationInvalid, match="sessions of tcp 2001:db8::99#5"):
        bring(host.transport, {"bib": [wanted]})
    assert host.model.log == []
    same = {"protocol": "tcp", "ipv6_address": "2001:db8::99#5", "ipv4_address": "192.0.2.1#1200"}
    assert bring(host.transport, {"bib": [same]})["changed"]  # it becomes static


@pytest.mark.parametrize(("version", "refused"), [("4.1.14.0", False), ("4.1.15.0", True)])
def test_ports_of_the_host_itself(tmp_path: Path, version: str, refused: bool) -> None:
    memory = Memory(tmp_path, version=version)
    options = {**FIRST, "pool4": [{"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "1-65535"}]}
    if refused:
        with pytest.raises(errors.ConfigurationInvalid, match="sends from ports 32768-60999 itself"):
            bring(memory.transport, options)
        assert memory.model.log == []
        options = {**options, "force": True}
    assert bring(memory.transport, options)["changed"]


def test_a_namespace_that_is_not_there(host: Memory) -> None:
    with pytest.raises(errors.NoSuchNamespace):
        bring(host.transport, {**FIRST, "netns": "blue"})


def test_old_releases(tmp_path: Path) -> None:
    with pytest.raises(errors.UnsupportedRelease, match=r"3\.5\.8"):
        bring(Memory(tmp_path, version="3.5.8.0").transport, FIRST)


def many(first: int, count: int) -> list[dict[str, str]]:
    numbers = range(first, first + count)
    return [
        {"ipv6_prefix": f"2001:db8:{number:x}::/120", "ipv4_prefix": f"10.{number >> 8}.{number & 255}.0/24"}
        for number in numbers
    ]


SIIT = {"translator": "siit", "eamt": many(0, 9), "denylist4": ["198.51.100.0/24"]}


def test_siit_with_more_than_fits_into_one_execution(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "siit")
    bring(memory.transport, SIIT)
    before = kept(memory)
    options = {**SIIT, "eamt": many(100, 500), "denylist4": [], "purge": True}
    memory.refuse_change(450)
    with pytest.raises(errors.ChangeFailed):
        bring(memory.transport, options)
    assert kept(memory) == before
    memory.transport.before = lambda _words: None
    told = bring(memory.transport, options)
    assert len(told["plan"]) == 510
    assert not bring(memory.transport, options)["changed"]


def test_an_entry_that_was_denied_twice_is_no_difference(tmp_path: Path) -> None:
    memory = Memory(tmp_path, "siit")
    bring(memory.transport, SIIT)
    memory.model.instances["default"]["denylist4"] *= 2
    assert not bring(memory.transport, {**SIIT, "purge": True})["changed"]


def test_rendered_needs_no_host() -> None:
    told = render({**DEFAULTS, **FIRST, "state": "rendered", "release": "4.1.3"})
    assert (told["changed"], told["release"]) == (False, "4.1.3")
    assert json.loads(told["rendered_text"]) == told["rendered"]
    with pytest.raises(errors.ConfigurationInvalid, match="release: no version"):
        render({**DEFAULTS, **FIRST, "state": "rendered", "release": "four"})
    with pytest.raises(errors.ConfigurationInvalid, match="a NAT64 must have one"):
        render({**DEFAULTS, "state": "rendered"})


# --- a real shell ------------------------------------------------------------------------------------------------


class Real:
    """A program and real scripts; `breaks` is shell that runs in the program before the model does."""

    def __init__(self, place: Path, translator: str = "nat64") -> None:
        self.place = place
        self.tool = program(place, translator)
        self.transport = LocalTransport()

    def breaks(self, shell: str) -> None:
        (self.place / "break").write_text(shell)

    def bring(self, options: dict[str, Any], **more: Any) -> dict[str, Any]:
        return bring(self.transport, {**options, "jool_path": str(self.tool)}, **more)


@pytest.fixture
def real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Real:
    place = tmp_path / "host"
    place.mkdir()
    return Real(place)


def tables(place: Path) -> Any:
    found = instances(place)
    for one in found.values():
        for name in ("pool4", "bib"):
            one[name].sort()
        one.pop("stats")
    return found


KILLS = {
    "the command before its work": "kill -KILL $$",
    "the command after its work": 'python3 -I -S {model} {state} "$@"; kill -KILL $$',
    "the script before the work": "kill -KILL $PPID; sleep 0.2; exit 1",
    "the script after the work": 'python3 -I -S {model} {state} "$@"; kill -KILL $PPID; exit 0',
}


@pytest.mark.parametrize(
    ("kill", "words"), [*((kill, "pool4 remove") for kill in KILLS), ("the script after the work", "global update tos")]
)
def test_killed_in_the_middle(real: Real, kill: str, words: str) -> None:
    from ansible_collections.nat64.jool.tests.unit.config import kernel_model

    real.bring(FIRST)
    before = tables(real.place)
    shell = KILLS[kill].format(model=kernel_model.__file__, state=real.place / "state.json")
    # Once: what takes it back is not killed.
    once = f'[ ! -e "{real.place}/killed" ] && : >"{real.place}/killed"'
    real.breaks(f'case "$*" in *"{words}"*) if {once}; then {shell}; fi;; esac')
    with pytest.raises(errors.ChangeFailed):
        real.bring(SECOND)
    assert tables(real.place) == before
    assert real.bring(SECOND)["changed"]


def test_the_host_goes_on_alone(real: Real) -> None:
    """Whoever started a transaction may be killed: it runs to its end, and is all done or all taken back."""
    real.bring(FIRST)
    real.breaks('case "$*" in *display*) ;; *) sleep 0.3;; esac')
    captured: list[Sequence[str]] = []

    class Seen(LocalTransport):
        def run(self, argv: Sequence[str], timeout: float | None = None) -> Completed:
            if argv[0] == "sh":
                captured.append(argv)
                raise errors.ConnectionLost(host=self.host)
            return super().run(argv, timeout)

    real.transport = Seen()
    with pytest.raises((errors.ChangeFailed, errors.NotRestored)):
        real.bring(SECOND)
    process = subprocess.Popen(captured[0], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    killer = threading.Timer(0.5, process.send_signal, [1])  # SIGHUP, of a connection that goes
    killer.start()
    assert process.stdout is not None
    process.stdout.close()  # nobody reads any more
    process.wait(60)
    assert process.stderr is not None
    process.stderr.close()
    killer.join()
    (real.place / "break").unlink()
    real.transport = LocalTransport()
    assert not real.bring(SECOND)["changed"]


def test_a_large_file_is_private_and_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "host"
    place.mkdir()
    siit = Real(place, "siit")
    options = {**SIIT, "eamt": many(0, 1300)}
    siit.breaks(f'case "$*" in *handle*) for last; do :; done; stat -c "%a %s %n" "$last" >"{place}/seen";; esac')
    siit.bring(options)
    mode, size, name = (place / "seen").read_text().split()
    assert mode == "600"
    assert int(size) > 2 * transaction.PIECE_CHARACTERS
    assert not os.path.exists(os.path.dirname(name))
    assert not siit.bring(options)["changed"]


def test_a_file_that_fails_goes_too(real: Real) -> None:
    real.breaks(f'case "$*" in *handle*) for last; do :; done; echo "$last" >"{real.place}/seen"; exit 7;; esac')
    with pytest.raises(errors.ChangeFailed):
        real.bring(FIRST)
    assert instances(real.place) == {}
    assert not os.path.exists(os.path.dirname((real.place / "seen").read_text().strip()))


def shell_argv(shell: str, argv: Sequence[str]) -> list[str]:
    program_name, option, _tools = SHELLS[shell]
    return [program_name, *([option] if option else []), *argv[1:]]


@pytest.mark.parametrize("shell", each_shell())
def test_transaction_under_each_shell(shell: str, tmp_path: Path) -> None:
    def step(name: str, fails: bool = False) -> Reversible:
        do = ("mkdir", str(tmp_path / name)) if not fails else ("sh", "-c", "echo 'it'\"'\"'s full' >&2; exit 9")
        return Reversible(do, ("rmdir", str(tmp_path / name)))

    def run(commands: list[Reversible]) -> transaction.Failed | None:
        marker, argv = transaction.run_commands(commands)
        done = subprocess.run(shell_argv(shell, argv), capture_output=True, check=False)
        return transaction.outcome(marker, Completed(done.returncode, done.stderr, done.stdout))

    assert run([step("a b"), step("c'd"), step("$e")]) is None
    assert {path.name for path in tmp_path.iterdir()} == {"a b", "c'd", "$e"}
    failed = run([step("f"), step("g"), step("h", fails=True), step("i")])
    assert failed == transaction.Failed(2, 9, "it's full\n")
    assert {path.name for path in tmp_path.iterdir()} == {"a b", "c'd", "$e"}


@pytest.mark.parametrize("shell", each_shell())
def test_file_under_each_shell(shell: str, tmp_path: Path) -> None:
    text = "\"'$x`\\n%s\n" * 9000
    command = FileCommand(("cat",), text)
    pieces = command.pieces()
    assert len(pieces) > 2
    environment = {**os.environ, "TMPDIR": str(tmp_path)}

    def run(argv: Sequence[str]) -> Completed:
        done = subprocess.run(shell_argv(shell, argv), capture_output=True, check=False, env=environment)
        return Completed(done.returncode, done.stderr, done.stdout)

    place = transaction.place_of("m1", run(command.first("m1")))
    assert place is not None
    for piece in pieces[1:-1]:
        assert transaction.place_of("m1", run(command.middle("m1", place, piece))) == place
    assert run(command.last("m1", place, pieces[-1])).stdout.decode() == text
    assert list(tmp_path.iterdir()) == []
    place = transaction.place_of("m2", run(command.first("m2")))
    assert place is not None
    assert run(command.remove("m2", place)).status == 0
    assert list(tmp_path.iterdir()) == []
    assert run(replace(command, argv=("false",)).last("m3", "", "x")).status == 1
    assert list(tmp_path.iterdir()) == []


def test_a_slow_command_is_a_timeout_and_the_end_is_known(real: Real) -> None:
    real.bring(FIRST)
    before = tables(real.place)
    once = f'[ ! -e "{real.place}/slept" ] && : >"{real.place}/slept"'
    real.breaks(f'case "$*" in *"global update tos"*) if {once}; then sleep 30; fi;; esac')
    started = time.monotonic()
    with pytest.raises(errors.ChangeFailed, match="did not end in time"):
        real.bring({**SECOND, "timeout": 3.0})
    assert time.monotonic() - started < 25
    assert tables(real.place) == before
