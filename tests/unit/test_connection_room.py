# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``connection`` where the host has no room for what it should keep: an error, and nothing is left."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.client.jool import Jool
from ansible_collections.nat64.jool.plugins.module_utils.errors import (
    DumpNeverEnds,
    JoolError,
    OutputNotKept,
    UnreadableOutput,
)
from ansible_collections.nat64.jool.plugins.plugin_utils.overflow_file import BLOCK_BYTES
from ansible_collections.nat64.jool.tests.unit.shell_host import PASSED, SMALL, Answer, ShellHost, sh, zeros
from ansible_collections.nat64.jool.tests.unit.shells import each_shell


@pytest.fixture(params=each_shell())
def host(request: pytest.FixtureRequest, tmp_path: Path) -> ShellHost:
    return ShellHost(tmp_path, request.param)


def refused(host: ShellHost, argv: tuple[str, ...]) -> OutputNotKept:
    """The error in place of the rest, however it is asked for."""
    with host.transport(SMALL).start(argv) as running:
        chunks = running.chunks()
        assert len(next(chunks)) == PASSED
        with pytest.raises(OutputNotKept) as caught:
            next(chunks)
        with pytest.raises(OutputNotKept):
            running.wait()
    assert host.left() == []
    assert (caught.value.host, caught.value.argv, caught.value.status) == ("edge1", argv, None)
    assert "transport: ssh" in str(caught.value)
    return caught.value


def test_the_largest_file(host: ShellHost) -> None:
    assert host.length(zeros(PASSED + SMALL.file_bytes)) == PASSED + SMALL.file_bytes
    assert host.left() == []
    error = refused(host, zeros(PASSED + SMALL.file_bytes + 1))
    assert "1.0 MiB were allowed" in error.detail
    assert str(host.temporary) in error.detail
    assert "File too large" in error.output


ENDLESS = [
    ("cat", "/dev/zero"),
    # Takes no notice of what becomes of its output, and ends well.
    sh("trap '' PIPE; head -c 3000000 /dev/zero 2>/dev/null; exit 0"),
]


@pytest.mark.parametrize("argv", ENDLESS, ids=["endless", "ends well"])
def test_an_output_without_end(host: ShellHost, argv: tuple[str, ...]) -> None:
    refused(host, argv)


def says_df(host: ShellHost, line: str, status: int = 0) -> None:
    host.tool(
        "df", f"printf '%s\\n' 'Filesystem 1024-blocks Used Available Capacity Mounted on' '{line}'; exit {status}"
    )


def test_half_of_what_is_free(host: ShellHost) -> None:
    says_df(host, "/dev/sda1 1000 900 100 90% /tmp")
    assert host.length(zeros(PASSED + 50 * 1024)) == PASSED + 50 * 1024
    refused(host, zeros(PASSED + 50 * 1024 + 1))


@pytest.mark.parametrize("free", ["1048577", "999999999", "1000000000", "99999999999999999999999"])
def test_more_is_free_than_is_taken(host: ShellHost, free: str) -> None:
    says_df(host, f"/dev/sda1 1 1 {free} 1% /tmp")
    assert host.length(zeros(PASSED + SMALL.file_bytes)) == PASSED + SMALL.file_bytes
    refused(host, zeros(PASSED + SMALL.file_bytes + 1))


@pytest.mark.parametrize("line", ["/dev/sda1 1000 1000 0 100% /", "/dev/sda1 9 9 -5 100% /", "none - - - - /", "", "x"])
def test_nothing_is_known_to_be_free(host: ShellHost, line: str) -> None:
    """Then nothing is taken, and a small output needs nothing."""
    says_df(host, line, status=1)
    refused(host, zeros(PASSED + 1))
    for count in (0, PASSED - 1, PASSED):
        assert host.length(zeros(count)) == count
    assert host.left() == []


def test_a_disk_that_fills_up(host: ShellHost) -> None:
    host.tool("cat", 'head -c 1000; echo "cat: write error: No space left on device" >&2; exit 1')
    assert "No space left on device" in refused(host, zeros(PASSED + BLOCK_BYTES)).output


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a file system")
def test_a_disk_that_is_full(host: ShellHost) -> None:
    options = ("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(host.temporary))
    if subprocess.run(options, check=False, capture_output=True).returncode:
        pytest.skip("this root may not mount")
    try:
        error = refused(host, zeros(PASSED + 100 * 1024))
        assert "0.1 MiB were allowed" in error.detail
        says_df(host, "tmpfs 999999 0 999999 0% /tmp")
        assert "No space left on device" in refused(host, zeros(PASSED + 200 * 1024)).output
    finally:
        subprocess.run(("umount", str(host.temporary)), check=True)


@pytest.mark.parametrize("place", ["/nowhere", "/proc", "/dev/null"])
def test_no_directory_can_be_made(host: ShellHost, place: str) -> None:
    host.connection.environment = {**host.connection.environment, "TMPDIR": place}
    for count in (0, 1, PASSED - 1, PASSED):
        assert host.length(zeros(count)) == count
    error = refused(host, zeros(PASSED + 1))
    assert error.detail == f"no directory could be made in '{place}'"
    assert "mktemp" in error.output


def test_what_is_made_is_for_its_user_only(host: ShellHost) -> None:
    seen = []

    def look(_number: int, execute: Callable[[], Answer]) -> Answer:
        answer = execute()
        seen.extend((path.name, path.stat().st_mode & 0o777) for path in sorted(host.temporary.rglob("*")))
        return answer

    host.connection.around = look
    host.length(zeros(PASSED + BLOCK_BYTES))
    directory, file = seen[:2]
    assert directory == (f"overflow.{file[0]}{directory[0][-7:]}", 0o700)
    assert file[1] == 0o600
    assert len(file[0]) == 32


# --- as the client sees it ---------------------------------------------------------------------------------------

ROW = "TCP,2001:db8::1,40000,64:ff9b::c633:6401,443,192.0.2.1,61001,198.51.100.1,443,1:59:58.232,ESTABLISHED"

DUMPS = [
    # release, what its table prints for ever, the error
    ("4.1.9.0", f"yes {ROW}", OutputNotKept),
    ("3.2.3", f"yes {ROW}", DumpNeverEnds),
    ("4.1.9.0", f"echo What?; yes {ROW}", UnreadableOutput),
]


@pytest.mark.parametrize(("release", "prints", "condition"), DUMPS)
def test_a_dump_that_never_ends(host: ShellHost, release: str, prints: str, condition: type[JoolError]) -> None:
    """What is wrong with the rows is told first; that there is no room is the error where nothing is."""
    host.tool("jool", f'case "$*" in --version) echo {release};; *) {prints};; esac')
    with pytest.raises(condition):
        list(Jool(host.transport(SMALL), timeout=60).session_blocks(("tcp",), "default"))
    assert host.left() == []
