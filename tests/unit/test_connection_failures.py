# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``connection`` without time, connection or reader: one error, and nothing is left on the host."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible.errors import AnsibleConnectionFailure
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.errors import CommandTimeout, ConnectionLost, OutputNotKept
from ansible_collections.nat64.jool.plugins.module_utils.transport.base import Completed
from ansible_collections.nat64.jool.plugins.plugin_utils import connection_transport
from ansible_collections.nat64.jool.plugins.plugin_utils.overflow_file import BLOCK_BYTES, OverflowFile
from ansible_collections.nat64.jool.tests.unit.shell_host import PASSED, SMALL, Answer, ShellHost, sh, zeros
from ansible_collections.nat64.jool.tests.unit.shells import each_shell

SOON = 10.0

Execute = Callable[[], Answer]


@pytest.fixture(params=each_shell())
def host(request: pytest.FixtureRequest, tmp_path: Path) -> ShellHost:
    return ShellHost(tmp_path, request.param)


@pytest.fixture
def one_host(tmp_path: Path) -> ShellHost:
    """Where it does not matter which shell it has."""
    return ShellHost(tmp_path)


# --- no time -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def out_of_time(host: ShellHost) -> Iterator[None]:
    started = time.monotonic()
    with pytest.raises(CommandTimeout, match=r"0\.5 seconds were allowed"):
        yield
    assert time.monotonic() - started < SOON
    assert host.left() == []
    assert host.action.warnings == []


@pytest.mark.parametrize("count", [0, PASSED + BLOCK_BYTES])
def test_the_time_ends_during_the_command(host: ShellHost, count: int) -> None:
    """It goes on without us, and its file goes when it ends."""
    with out_of_time(host):
        host.length(sh('head -c "$1" /dev/zero; sleep 1; head -c 100000 /dev/zero', str(count)), timeout=0.5)


def test_the_time_ends_between_the_parts(host: ShellHost) -> None:
    def slow(number: int, execute: Execute) -> Answer:
        if number == 2:
            time.sleep(SOON)
        return execute()

    host.connection.around = slow
    with out_of_time(host):
        host.length(zeros(PASSED + 3 * BLOCK_BYTES), timeout=0.5)
    assert len(host.connection.asked) == 4  # the third was interrupted, the last removes


def test_the_time_is_for_all_parts_together(one_host: ShellHost) -> None:
    def slow(_number: int, execute: Execute) -> Answer:
        time.sleep(0.15)
        return execute()

    one_host.connection.around = slow
    with out_of_time(one_host):
        one_host.length(zeros(PASSED + 10 * BLOCK_BYTES), timeout=0.5)


def test_the_time_is_over_before_the_next_part(one_host: ShellHost) -> None:
    with out_of_time(one_host), one_host.transport(SMALL).start(zeros(PASSED + BLOCK_BYTES), 0.5) as running:
        for _chunk in running.chunks():
            time.sleep(0.6)


# --- no connection -----------------------------------------------------------------------------------------------


def breaks(host: ShellHost, *numbers: int) -> None:
    def broken(number: int, execute: Execute) -> Answer:
        if number in numbers:
            raise AnsibleConnectionFailure("no route to host")
        return execute()

    host.connection.around = broken


def test_the_connection_breaks_between_the_parts(host: ShellHost) -> None:
    breaks(host, 2)
    with pytest.raises(AnsibleConnectionFailure, match="no route to host"):
        host.length(zeros(PASSED + 3 * BLOCK_BYTES))
    assert host.left() == []
    assert len(host.connection.asked) == 4


def test_the_connection_does_not_come_back(one_host: ShellHost) -> None:
    """That is one error and not two; what may be left is told."""
    breaks(one_host, 2, 3)
    with pytest.raises(AnsibleConnectionFailure, match="no route to host"):
        one_host.length(zeros(PASSED + 3 * BLOCK_BYTES))
    (directory,) = one_host.left()
    (warning,) = one_host.action.warnings
    assert warning == f"edge1: the output of head may be left in '{one_host.temporary}/{directory}'"


def test_the_connection_breaks_at_once(one_host: ShellHost) -> None:
    breaks(one_host, 0, 1)
    with pytest.raises(AnsibleConnectionFailure, match="no route to host"):
        one_host.length(zeros(10))
    assert one_host.action.warnings == []


def test_the_removal_has_its_own_time(one_host: ShellHost, monkeypatch: pytest.MonkeyPatch) -> None:
    def hangs(number: int, execute: Execute) -> Answer:
        if number == 2:
            time.sleep(SOON)
        return execute()

    monkeypatch.setattr(connection_transport, "REMOVAL_SECONDS", 0.2)
    one_host.connection.around = hangs
    started = time.monotonic()
    assert one_host.length(zeros(PASSED + 1)) == PASSED + 1
    assert time.monotonic() - started < SOON
    assert len(one_host.action.warnings) == 1


def answers(host: ShellHost, number: int, answer: Answer) -> None:
    host.connection.around = lambda count, execute: answer if count == number else execute()


def test_a_part_that_does_not_come(one_host: ShellHost) -> None:
    answers(one_host, 1, (1, b"", b"sudo: a password is required\n"))
    with pytest.raises(ConnectionLost, match="a part of the output could not be fetched") as caught:
        one_host.length(zeros(PASSED + BLOCK_BYTES))
    assert caught.value.output == "sudo: a password is required"
    assert one_host.left() == []


@pytest.mark.parametrize("length", [None, 0, 1, BLOCK_BYTES - 1])
def test_a_file_that_changed(host: ShellHost, length: int | None) -> None:
    def change(number: int, execute: Execute) -> Answer:
        answer = execute()
        if number == 0:
            (file,) = (path for path in host.temporary.rglob("*") if path.is_file())
            if length is None:
                file.unlink()
            else:
                os.truncate(file, length)
        return answer

    host.connection.around = change
    with pytest.raises(OutputNotKept, match=r"a part of its file in '.*' has \d+ bytes instead of \d+"):
        host.length(zeros(PASSED + BLOCK_BYTES))
    assert host.left() == []


def test_no_word_of_how_it_ended(one_host: ShellHost) -> None:
    answers(one_host, 0, (0, b"rows\n", b""))
    with pytest.raises(ConnectionLost, match="what became of it is not known"):
        one_host.transport().start(("jool",))


KILLS_THE_SCRIPT = """
    head -c 100000 /dev/zero; echo words >&2; script=$PPID;
    while read -r _pid _name _state parent _rest </proc/$script/stat &&
        [ "$(head -c 7 /proc/$parent/cmdline)" != /bin/sh ]; do script=$parent; done;
    kill -KILL "$script"
"""
"""That is the last one before the shell that Ansible asks for."""


def test_the_script_is_ended(host: ShellHost) -> None:
    """No trailer comes then: the status is the shell's, never 0."""
    with host.transport(SMALL).start(sh(KILLS_THE_SCRIPT)) as running:
        assert b"".join(running.chunks()) == b"\x00" * PASSED
        ended = running.wait()
    assert ended.status == 128 + signal.SIGKILL
    assert b"words" in ended.stderr
    assert len(host.connection.asked) == 2
    until = time.monotonic() + SOON
    while host.left() and time.monotonic() < until:
        time.sleep(0.01)
    assert host.left() == []


# --- nobody reads on ---------------------------------------------------------------------------------------------


def test_the_rest_is_fetched_when_it_is_asked_for(host: ShellHost) -> None:
    with host.transport(SMALL).start(zeros(PASSED + 3 * BLOCK_BYTES)) as running:
        chunks = running.chunks()
        assert len(next(chunks)) == PASSED
        assert running.wait().status == 0
        assert len(host.connection.asked) == 1
        assert len(next(chunks)) == BLOCK_BYTES
        assert len(host.connection.asked) == 2
    assert len(host.connection.asked) == 3
    assert host.left() == []
    running.close()
    assert len(host.connection.asked) == 3


def test_a_reader_that_fails(one_host: ShellHost) -> None:
    class Unreadable(Exception):
        pass

    with pytest.raises(Unreadable), one_host.transport(SMALL).start(zeros(PASSED + 3 * BLOCK_BYTES)) as running:
        for _chunk in running.chunks():
            raise Unreadable
    assert len(one_host.connection.asked) == 2
    assert one_host.left() == []


def command(host: ShellHost, argv: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        OverflowFile(SMALL).keep(argv),
        executable=str(host.tools / "sh"),
        env=host.connection.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def filled(host: ShellHost) -> None:
    until = time.monotonic() + SOON
    while not [path for path in host.temporary.rglob("*") if path.is_file() and path.stat().st_size]:
        assert time.monotonic() < until
        time.sleep(0.01)


WAITS = sh("head -c 100000 /dev/zero; read -r line; head -c 100000 /dev/zero")


def test_nobody_hears_how_it_ended(host: ShellHost) -> None:
    """The connection is gone when the command ends: then nobody will come for the file."""
    with command(host, WAITS) as process:
        filled(host)
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stderr.close()
        process.communicate(b"\n", timeout=SOON)
    assert host.left() == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_all_of_it_is_ended(host: ShellHost, number: signal.Signals) -> None:
    """As a terminal does that goes away."""
    with command(host, WAITS) as process:
        filled(host)
        os.killpg(process.pid, number)
        process.communicate(timeout=SOON)
    assert host.left() == []


def test_a_directory_of_somebody_else(one_host: ShellHost, tmp_path: Path) -> None:
    """The removal takes our file and an empty directory, and follows no link to what is in another."""
    mine = OverflowFile()
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_bytes(b"x")
    (one_host.temporary / f"overflow.{mine.marker}.aaaaaa").symlink_to(precious)
    theirs = one_host.temporary / f"overflow.{mine.marker}.bbbbbb"
    theirs.mkdir()
    (theirs / "file").write_bytes(b"x")
    ours = one_host.temporary / f"overflow.{mine.marker}.cccccc"
    ours.mkdir()
    (ours / mine.marker).write_bytes(b"x")
    done = subprocess.run(mine.remove(), env=one_host.connection.environment, check=False, capture_output=True)
    assert done.returncode == 1
    assert (precious / "file").exists()
    assert (theirs / "file").exists()
    assert not ours.exists()


# --- the trailer -------------------------------------------------------------------------------------------------


@given(
    st.binary(max_size=200),
    st.binary(max_size=200),
    st.binary(max_size=200),
    st.integers(0, 255),
    st.sampled_from([b"\n", b"\r\n"]),
)
@example(b"", b"\r", b"", 0, b"\n")
@example(b"", b"\r", b"\r\n", 0, b"\r\n")
def test_the_trailer_is_found_anywhere(stdout: bytes, before: bytes, after: bytes, status: int, end: bytes) -> None:
    file = OverflowFile()
    mark = file.marker.encode()
    lines = (b"", mark, b"status %d" % status, b"kept 12 at /tmp/a b", mark, b"")
    trailer = end.join(lines)
    found = file.beginning(Completed(0, before + trailer + after, b"noise" + mark + b"\n" + stdout))
    assert (found.stdout, found.status, found.stderr) == (stdout, status, before + after)
    assert (found.rest, found.size, found.place, found.file_left) == ("kept", 12, "/tmp/a b", True)


@pytest.mark.parametrize("notes", [b"", b"status 0", b"kept 0 at /tmp", b"status \nkept 0 at /tmp", b"status 0\nkept "])
def test_half_a_trailer_is_none(notes: bytes) -> None:
    file = OverflowFile()
    mark = file.marker.encode()
    found = file.beginning(Completed(0, b"\n%b\n%b\n%b\n" % (mark, notes, mark), mark + b"\nrows\n"))
    assert found.rest == "lost"
    assert found.file_left
