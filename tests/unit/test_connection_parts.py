# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``connection`` and outputs of any size: what comes over, in how many pieces, and how the command ended."""

from __future__ import annotations

import os
import random
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.transport.base import STDERR_KEPT_BYTES
from ansible_collections.nat64.jool.plugins.plugin_utils.overflow_file import BLOCK_BYTES, Limits
from ansible_collections.nat64.jool.tests.unit.shell_host import PASSED, SMALL, Answer, ShellHost, sh
from ansible_collections.nat64.jool.tests.unit.shells import each_shell

RANDOM = random.Random(1).randbytes(10_000_000)


@pytest.fixture(params=each_shell())
def host(request: pytest.FixtureRequest, tmp_path: Path) -> ShellHost:
    return ShellHost(tmp_path, request.param)


def fetch(host: ShellHost, argv: tuple[str, ...], limits: Limits = SMALL) -> Answer:
    """Run a command as the client does; nothing may be left of it."""
    with host.transport(limits).start(argv, timeout=60) as running:
        stdout = b"".join(running.chunks())
        ended = running.wait()
    assert host.left() == []
    assert host.action.warnings == []
    return ended.status, stdout, ended.stderr


OUTPUTS = [
    # what is printed, in how many executions it comes
    (b"", 1),
    (b"x", 1),
    (b"row\n", 1),
    (b"\n\n\nBECOME-SUCCESS-abc\n \t\nrow\n\n", 1),
    (RANDOM[: PASSED - 1], 1),
    (RANDOM[:PASSED], 1),
    (RANDOM[: PASSED + 1], 3),
    (RANDOM[: PASSED + BLOCK_BYTES - 1], 3),
    (RANDOM[: PASSED + BLOCK_BYTES], 3),
    (RANDOM[: PASSED + BLOCK_BYTES + 1], 4),
    (b"\x00\xff\xfe\xe2\x82" * 40_000, 5),
    ("ünï € \U0001f600".encode() * 20_000, 7),
    (b"\n" * 200_000, 5),
    (b"\r\n" * 100_000, 5),
    (b"BECOME-SUCCESS-abc\n" * 10_000, 5),
    (b"x" * 200_000, 5),
]


@pytest.mark.parametrize(("output", "executions"), OUTPUTS, ids=[f"{len(output)} bytes" for output, _count in OUTPUTS])
def test_bytes_come_as_they_are(host: ShellHost, tmp_path: Path, output: bytes, executions: int) -> None:
    (tmp_path / "output").write_bytes(output)
    assert fetch(host, ("cat", str(tmp_path / "output"))) == (0, output, b"")
    assert len(host.connection.asked) == executions


def test_many_parts(host: ShellHost, tmp_path: Path) -> None:
    (tmp_path / "output").write_bytes(RANDOM)
    assert fetch(host, ("cat", str(tmp_path / "output")), Limits(part_blocks=8)) == (0, RANDOM, b"")
    assert len(host.connection.asked) == 1 + -(-(len(RANDOM) - 2**20) // (8 * BLOCK_BYTES)) + 1


def test_a_table_of_ordinary_size_is_one_execution(host: ShellHost, tmp_path: Path) -> None:
    (tmp_path / "output").write_bytes(RANDOM[: 2**20])
    with host.transport().start(("cat", str(tmp_path / "output"))) as running:
        assert b"".join(running.chunks()) == RANDOM[: 2**20]
    assert len(host.connection.asked) == 1


def test_short_writes_are_not_lost(host: ShellHost) -> None:
    """Every read of the pipe is short: the beginning is shorter than it might be, and the rest follows."""
    slowly = "for i in 0 1 2 3 4 5 6 7 8 9; do printf 'row %s\\n' $i; sleep 0.02; done"
    expected = b"".join(b"row %d\n" % number for number in range(10))
    assert fetch(host, sh(slowly)) == (0, expected, b"")


def test_arguments_are_data(host: ShellHost, tmp_path: Path) -> None:
    words = ("", "it's", 'a "b"', "$(touch hit)", "`touch hit`", "; touch hit", "a\nb", "*", "\\n", "-n", "%s", "!x")
    assert fetch(host, ("printf", r"<%s>\0", *words)) == (
        0,
        b"".join(b"<%b>\x00" % word.encode() for word in words),
        b"",
    )
    assert "touch hit" not in os.listdir(tmp_path)


def test_a_connection_that_strips_white_space(host: ShellHost, tmp_path: Path) -> None:
    """As Ansible's `local` does with what follows the message that an escalation succeeded."""

    def strip(_number: int, execute: Callable[[], Answer]) -> Answer:
        status, stdout, stderr = execute()
        return status, stdout.lstrip(), stderr

    host.connection.around = strip
    (tmp_path / "output").write_bytes(b"\n" * 200_000)
    assert fetch(host, ("cat", str(tmp_path / "output"))) == (0, b"\n" * 200_000, b"")


def test_a_noisy_connection(host: ShellHost, tmp_path: Path) -> None:
    """What is printed before (escalation, the shell's start) and after (ssh) does not get between the parts."""

    def noisy(_number: int, execute: Callable[[], Answer]) -> Answer:
        status, stdout, stderr = execute()
        return status, b"BECOME-SUCCESS-abc\r\nwelcome\n" + stdout, b"warning 1\n" + stderr + b"warning 2\r\n"

    host.connection.around = noisy
    (tmp_path / "output").write_bytes(RANDOM[:200_000])
    status, stdout, stderr = fetch(host, sh('cat "$1"; echo why >&2; exit 3', str(tmp_path / "output")))
    assert (status, stdout) == (3, RANDOM[:200_000])
    assert stderr == b"warning 1\nwhy\nwarning 2\r\n"


def test_a_connection_with_a_terminal(host: ShellHost, tmp_path: Path) -> None:
    """Both streams are one there, and a terminal changes line breaks if it is not told not to."""
    host.connection.terminal = True
    output = b"one\ntwo\r\nthree\n\n" * 20_000
    (tmp_path / "output").write_bytes(output)
    assert fetch(host, ("cat", str(tmp_path / "output"))) == (0, output, b"")
    assert fetch(host, sh("echo out; echo why >&2; exit 4"))[0] == 4
    assert sorted(fetch(host, sh("echo out; echo why >&2"))[1]) == sorted(b"out\nwhy\n")  # in any order


# --- how it ended ------------------------------------------------------------------------------------------------

ENDINGS = [
    # script, exit status, what is said
    ("exit 0", 0, b""),
    ("exit 3", 3, b""),
    ("echo 'Error: no such instance' >&2; exit 22", 22, b"Error: no such instance\n"),
    ("printf 'no line break' >&2; exit 1", 1, b"no line break"),
    ("kill -KILL $$", 137, b""),
    ("kill -SEGV $$", 139, b""),
    ("kill -PIPE $$", 141, b""),
]


@pytest.mark.parametrize("printed", [0, 1, 200_000])
@pytest.mark.parametrize(("script", "status", "words"), ENDINGS)
def test_how_a_command_ends(host: ShellHost, script: str, status: int, words: bytes, printed: int) -> None:
    argv = sh(f'head -c "$1" /dev/zero; {script}', str(printed))
    assert fetch(host, argv) == (status, b"\x00" * printed, words)


def test_no_such_program(host: ShellHost, tmp_path: Path) -> None:
    status, stdout, words = fetch(host, ("no-such-program", "--version"))
    assert (status, stdout) == (127, b"")
    assert words.rstrip().endswith(b"not found")
    (tmp_path / "text").write_bytes(b"text")
    assert fetch(host, (str(tmp_path / "text"),))[0] == 126


def test_no_shell(host: ShellHost) -> None:
    host.connection.environment = {"PATH": "/nowhere"}
    with host.transport().start(("jool", "session")) as running:
        assert list(running.chunks()) == [b""]
        ended = running.wait()
    assert ended.status == 127
    assert b"not found" in ended.stderr
    assert len(host.connection.asked) == 1


def test_standard_error_is_bounded(host: ShellHost) -> None:
    """On its way, too: nobody holds all of it."""
    came = []

    def measured(_number: int, execute: Callable[[], Answer]) -> Answer:
        answer = execute()
        came.append(len(answer[2]))
        return answer

    host.connection.around = measured
    argv = sh("head -c 3000000 /dev/zero | tr '\\0' e >&2; head -c 200000 /dev/zero; echo last words >&2; exit 5")
    assert fetch(host, argv) == (5, b"\x00" * 200_000, b"e" * STDERR_KEPT_BYTES)
    assert max(came) < STDERR_KEPT_BYTES + 1000


def test_the_command_reads_what_ansible_sends(host: ShellHost) -> None:
    assert fetch(host, ("cat",)) == (0, b"\n", b"")


def test_the_environment_is_its_own(host: ShellHost) -> None:
    """What the script sets for its tools is not set for the command, and no descriptor leads to the script's."""
    host.connection.environment = {**host.connection.environment, "LC_ALL": "de_DE.UTF-8"}
    argv = sh('printf "%s " "$LC_ALL"; umask; ulimit -f; ls /proc/self/fd | tr "\\n" " "; kill -PIPE $$')
    status, stdout, _words = fetch(host, argv)
    mask = b"%04o" % os.umask(0o022)
    os.umask(int(mask, 8))
    assert status == 141
    assert stdout == b"de_DE.UTF-8 " + mask + b"\nunlimited\n0 1 2 3 "  # 3 is the directory that ls reads


# --- what it costs -----------------------------------------------------------------------------------------------


def test_memory_is_bounded(tmp_path: Path) -> None:
    host = ShellHost(tmp_path)
    row = "TCP,2001:db8:64::1,1024,64:ff9b::c633:6405,80,192.0.2.1,61001,198.51.100.5,80,01:59:59.000,ESTABLISHED"
    total = 0
    tracemalloc.start()
    try:
        with host.transport().start(sh(f"yes {row} | head -c 50000000")) as running:
            for chunk in running.chunks():
                total += len(chunk)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == 50_000_000
    assert peak < 25_000_000
    assert host.left() == []


def test_a_short_command_is_run_as_it_is(host: ShellHost) -> None:
    program = (sys.executable, "-c", "print('4.1.9.0')")
    done = host.transport(SMALL).run(program)
    assert (done.status, done.stdout) == (0, b"4.1.9.0\n")
    assert len(host.connection.asked) == 1
    assert "mktemp" not in host.connection.asked[0]
