# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``host``: real programs, how they end, and what becomes of those that do not."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.errors import (
    CommandFailed,
    CommandTimeout,
    JoolError,
    JoolNotInstalled,
    NoPrivilege,
)
from ansible_collections.nat64.jool.plugins.module_utils.transport.base import (
    CHUNK_BYTES,
    STDERR_KEPT_BYTES,
    Completed,
    shell_command,
)
from ansible_collections.nat64.jool.plugins.module_utils.transport.host import HostTransport

HOST = HostTransport("edge1")
SOON = 5.0
"""Seconds that nothing here takes unless it hangs; a busy machine is given its time."""

BOTH_STREAMS = """
import os
for _try in range(1024):
    os.write(1, b"o" * 1024)
    os.write(2, b"e" * 1024)
"""


def sh(script: str, *arguments: str) -> tuple[str, ...]:
    return ("sh", "-c", script, "sh", *arguments)


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < SOON


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits for its parent to ask for its end does not."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


def ends(pid: int) -> bool:
    until = time.monotonic() + SOON
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.01)
    return not alive(pid)


def written(file: Path) -> int:
    """The number in a file that another process is about to write."""
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        with contextlib.suppress(OSError, ValueError):
            return int(file.read_text(encoding="ascii"))
        time.sleep(0.01)
    raise AssertionError(f"{file} was not written")


ENDS = [
    # command, exit status, standard output, standard error
    (("true",), 0, b"", b""),
    (("false",), 1, b"", b""),
    (("echo", "one", "two"), 0, b"one two\n", b""),
    (sh("exit 3"), 3, b"", b""),
    (sh("exit 255"), 255, b"", b""),
    (sh("echo out; echo err >&2; exit 4"), 4, b"out\n", b"err\n"),
    (sh("printf '\\000\\377\\r\\n'"), 0, b"\x00\xff\r\n", b""),
    (sh("kill -9 $$"), 128 + signal.SIGKILL, b"", b""),
    (sh("echo rows; kill -15 $$"), 128 + signal.SIGTERM, b"rows\n", b""),
    (sh("kill -11 $$"), 128 + signal.SIGSEGV, b"", b""),
    (("cat",), 0, b"", b""),  # standard input is empty, not the caller's
]


@pytest.mark.parametrize(("argv", "status", "stdout", "stderr"), ENDS)
def test_ends(argv: tuple[str, ...], status: int, stdout: bytes, stderr: bytes) -> None:
    assert HOST.run(argv, timeout=SOON) == Completed(status=status, stderr=stderr, stdout=stdout)


def test_what_a_file_holds_arrives_unchanged(tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096
    (tmp_path / "table").write_bytes(content)
    assert HOST.run(("cat", str(tmp_path / "table"))).stdout == content


def test_neither_stream_blocks_the_other() -> None:
    with bounded():
        done = HOST.run((sys.executable, "-c", BOTH_STREAMS), timeout=SOON)
    assert done.stdout == b"o" * 1024 * 1024
    assert done.stderr == b"e" * STDERR_KEPT_BYTES
    assert done.status == 0


def test_a_long_output_comes_in_pieces() -> None:
    with HOST.start(sh("yes | head -c 5000000")) as running:
        sizes = [len(chunk) for chunk in running.chunks()]
        assert running.wait().status == 0
    assert sum(sizes) == 5_000_000
    assert max(sizes) <= CHUNK_BYTES


def test_the_first_piece_comes_before_the_end(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with HOST.start(sh('echo first; read -r line < "$1"; echo "$line"', str(gate)), timeout=SOON) as running:
        chunks = running.chunks()
        assert next(chunks) == b"first\n"
        gate.write_bytes(b"second\n")
        assert b"".join(chunks) == b"second\n"
        assert running.wait().status == 0


def test_wait_reads_what_the_caller_did_not() -> None:
    with HOST.start(sh("yes | head -c 300000; echo why >&2; exit 7"), timeout=SOON) as running:
        ended = running.wait()
        assert (ended.status, ended.stderr) == (7, b"why\n")
        assert running.wait() == ended


HOSTILE = [
    "two words",
    "  ",
    "",
    "it's",
    '"quoted"',
    "line\nbreak",
    "trailing\n",
    "tab\t",
    "; touch hit",
    "$(touch hit)",
    "`touch hit`",
    "$HOME ${PATH}",
    "*",
    "~",
    "\\",
    "a && b || c | d > e < f &",
    "-n",
    "--",
    "#",
    "!",
    "ünï",
    "\udcff",  # a byte that is no UTF-8
]


@pytest.mark.parametrize("argument", HOSTILE)
def test_an_argument_arrives_untouched(argument: str, tmp_path: Path) -> None:
    done = HOST.run(sh('cd "$1"; printf %s "$2"', str(tmp_path), argument))
    assert done.stdout == os.fsencode(argument)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20), max_size=4))
def test_a_shell_reads_the_quoted_list_as_the_list(arguments: list[str]) -> None:
    line = shell_command(("printf", r"%s\0", *arguments))
    assert HOST.run(("sh", "-c", line)).stdout == b"".join(f"{word}\0".encode() for word in arguments or [""])


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("JOOL_SECRET", "x")
    monkeypatch.setenv("PATH", "/nowhere")
    names = dict(line.split("=", 1) for line in HOST.run(("env",)).stdout.decode().splitlines())
    assert names["LC_ALL"] == "C"
    assert names["PATH"].split(":")[:2] == ["/usr/local/sbin", "/usr/local/bin"]
    assert not {"LANGUAGE", "JOOL_SECRET"} & names.keys()


def not_a_program(directory: Path) -> str:
    (directory / "text").write_text("#!/bin/sh\n", encoding="ascii")
    return str(directory / "text")


def no_format(directory: Path) -> str:
    (directory / "garbage").write_bytes(b"\x00\x01\x02")
    (directory / "garbage").chmod(0o755)
    return str(directory / "garbage")


def lost_interpreter(directory: Path) -> str:
    (directory / "script").write_text("#!/nowhere/sh\n", encoding="ascii")
    (directory / "script").chmod(0o755)
    return str(directory / "script")


NOT_STARTED = [
    # what makes the program's name, error, words
    (lambda _directory: "jool-that-nobody-has", JoolNotInstalled, "there is no program 'jool-that-nobody-has'"),
    (lambda directory: str(directory / "missing"), JoolNotInstalled, "there is no program"),
    (lambda directory: f"{not_a_program(directory)}/jool", JoolNotInstalled, "there is no program"),
    (lost_interpreter, JoolNotInstalled, "there is no program"),
    (not_a_program, NoPrivilege, "may not be run (Permission denied)"),
    (str, NoPrivilege, "may not be run (Permission denied)"),  # a directory
    (no_format, CommandFailed, "cannot be started (Exec format error)"),
    (lambda directory: f"{directory}/{'x' * 300}", CommandFailed, "cannot be started (File name too long)"),
]


@pytest.mark.parametrize(("name", "condition", "words"), NOT_STARTED)
def test_not_started(name: object, condition: type[JoolError], words: str, tmp_path: Path) -> None:
    program = name(tmp_path)
    with pytest.raises(condition) as caught:
        HOST.start((program, "session", "display"))
    assert words in str(caught.value)
    assert caught.value.host == "edge1"
    assert caught.value.argv == (program, "session", "display")
    assert caught.value.status is None


def open_files() -> int:
    """Count the files that are open once what earlier tests left to the collector is gone."""
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


def test_an_impossible_argument_leaves_no_file_open() -> None:
    before = open_files()
    for argument in ("a\0b", "x" * 3_000_000):
        with pytest.raises((ValueError, CommandFailed)):
            HOST.start(("echo", argument))
    assert open_files() <= before


HANGS = [
    # what does not end
    ("silent", "sleep 60"),
    ("after some rows", "echo row; sleep 60"),
    ("printing for ever", "yes"),
    ("deaf", "trap '' TERM INT HUP; sleep 60"),
    ("closed its output", "exec >&-; sleep 60"),
    ("a grandchild holds the pipe", "sleep 60 & exit 0"),
    ("a grandchild of another session holds the pipe", 'setsid sh -c \'echo $$ > "$0"; exec sleep 60\' "$1" & exit 0'),
    ("everybody stopped", "kill -STOP $$"),
]


@pytest.mark.parametrize(("name", "script"), HANGS, ids=[name for name, _script in HANGS])
def test_timeout(name: str, script: str, tmp_path: Path) -> None:
    with bounded(), pytest.raises(CommandTimeout) as caught:
        HOST.run(sh(script, str(tmp_path / "pid")), timeout=0.3)
    assert "0.3 seconds were allowed" in str(caught.value)
    assert caught.value.host == "edge1"
    assert caught.value.argv[0] == "sh"
    if "another session" in name:
        os.kill(written(tmp_path / "pid"), signal.SIGKILL)


def test_timeout_ends_the_children_too(tmp_path: Path) -> None:
    script = 'sleep 60 & echo $! > "$1"; wait'
    with pytest.raises(CommandTimeout):
        HOST.run(sh(script, str(tmp_path / "pid")), timeout=0.3)
    assert ends(written(tmp_path / "pid"))


def test_timeout_while_the_caller_is_busy() -> None:
    with HOST.start(sh("echo row; sleep 60"), timeout=0.2) as running:
        chunks = running.chunks()
        assert next(chunks) == b"row\n"
        time.sleep(0.25)
        with pytest.raises(CommandTimeout):
            next(chunks)
        with pytest.raises(CommandTimeout):
            running.wait()


@pytest.mark.parametrize("timeout", [None, 0, 0.0, SOON])
def test_no_timeout(timeout: float | None) -> None:
    assert HOST.run(sh("sleep 0.1; echo done"), timeout=timeout).stdout == b"done\n"


CLOSED_EARLY = [
    ("the command runs", 'echo $$ > "$1"; echo row; exec sleep 60'),
    ("its child runs", 'sleep 60 & echo $! > "$1"; echo row; wait'),
    ("only its child is left", 'sleep 60 & echo $! > "$1"; echo row; exit 0'),
    ("it prints for ever", 'echo $$ > "$1"; exec yes'),
]


@pytest.mark.parametrize(("name", "script"), CLOSED_EARLY, ids=[name for name, _script in CLOSED_EARLY])
def test_close_ends_what_still_runs(name: str, script: str, tmp_path: Path) -> None:
    with bounded():
        running = HOST.start(sh(script, str(tmp_path / "pid")))
        next(running.chunks())
        pid = written(tmp_path / "pid")
        running.close()
        running.close()
        assert ends(pid)


def test_an_error_of_the_caller_ends_the_command(tmp_path: Path) -> None:
    class Mistake(Exception):
        pass

    with pytest.raises(Mistake), HOST.start(sh('echo $$ > "$1"; exec sleep 60', str(tmp_path / "pid"))):
        pid = written(tmp_path / "pid")
        raise Mistake
    assert ends(pid)


def test_nothing_is_left_open() -> None:
    HOST.run(("true",))
    before = open_files()
    for _try in range(5):
        HOST.run(("true",), timeout=SOON)
        with pytest.raises(JoolNotInstalled):
            HOST.run(("jool-that-nobody-has",))
        with pytest.raises(CommandTimeout):
            HOST.run(("sleep", "60"), timeout=0.01)
    assert open_files() <= before
