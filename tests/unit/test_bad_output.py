# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Output that is none, or has no end: a clear error at once, in little memory, with nothing counted."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.client.jool import Jool
from ansible_collections.nat64.jool.plugins.module_utils.facts.question import Question
from ansible_collections.nat64.jool.plugins.module_utils.facts.session_facts import gather, gather_capture
from ansible_collections.nat64.jool.plugins.module_utils.transport.host import HostTransport

ROW = "TCP,2001:db8::1,40000,64:ff9b::c633:6401,443,192.0.2.1,61001,198.51.100.1,443,1:59:58.232,ESTABLISHED"
MEMORY_BYTES = 24 * 1024 * 1024
ENDLESS_SECONDS = 60
"""The time given to a command that never ends. The errors come long before it is over."""

Tool = Callable[..., Jool]


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """Makes a `jool` whose session table is what a shell command prints."""

    def make(prints: str, release: str = "4.1.9.0", timeout: float = ENDLESS_SECONDS) -> Jool:
        path = tmp_path / "jool"
        path.write_text(
            "#!/bin/sh\n"
            'case "$*" in\n'
            f"*--version) echo {release} ;;\n"
            "*instance*) echo Namespace,Name,Framework; echo 1,default,netfilter ;;\n"
            "*stats*) echo Stat,Value; echo JSTAT_SESSIONS,1 ;;\n"
            "*global*) echo Field,Value ;;\n"
            "*pool4*) ;;\n"
            f"*) {prints} ;;\n"
            "esac\n",
            encoding="utf-8",
        )
        path.chmod(0o755)
        return Jool(HostTransport(), str(path), timeout)

    return make


CASES = [
    # What the tool prints, the error, its words
    (f"echo '{ROW}'; echo '{ROW[:50]}'", errors.UnreadableOutput, "line 2 is known to no rule"),
    (f"echo '{ROW}'; printf '%s' '{ROW[:50]}'", errors.DumpCutShort, "in the middle of a record"),
    (f"echo '{ROW}'; printf '%s' '{ROW}'", errors.DumpCutShort, "in the middle of a record"),
    ("head -c 2000000 /dev/zero | tr '\\0' x; echo", errors.UnreadableOutput, "line 1 is longer than 1048576"),
    (f"echo '{ROW}'; head -c 1000000000 /dev/zero", errors.UnreadableOutput, "line 2 is longer than 1048576"),
    (f"echo '{ROW}'; yes x | tr -d '\\n'", errors.UnreadableOutput, "line 2 is longer than 1048576"),
]


@pytest.mark.parametrize(("prints", "condition", "words"), CASES)
def test_what_is_no_table(tool: Tool, prints: str, condition: type[errors.JoolError], words: str) -> None:
    started = time.monotonic()
    tracemalloc.start()
    try:
        with pytest.raises(condition, match=words) as caught:
            gather(tool(prints), Question(protocols=("tcp",)), "host")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MEMORY_BYTES
    assert len(str(caught.value)) < 1000
    assert ("40000" in str(caught.value)) == ("no rule" in words)  # such a line is shown, a cut row is not
    assert time.monotonic() - started < ENDLESS_SECONDS / 2


def test_a_dump_that_never_ends_is_not_waited_for(tool: Tool) -> None:
    started = time.monotonic()
    with pytest.raises(errors.DumpNeverEnds):
        list(tool(f"yes '{ROW}'", release="3.2.3").session_blocks(("tcp",), "default"))
    assert time.monotonic() - started < ENDLESS_SECONDS / 2


def test_an_unknown_line_before_no_end(tool: Tool) -> None:
    """The command may still say why, so its end is waited for; the line is the error all the same."""
    with pytest.raises(errors.UnreadableOutput, match="line 1 is known to no rule: 'What"):
        gather(tool("echo What?; exec sleep 60", timeout=2.0), Question(protocols=("tcp",)), "host")


@pytest.mark.parametrize("tail", [ROW[:70], "x" * 2_000_000])
def test_a_capture_that_is_none(tail: str) -> None:
    with pytest.raises((errors.DumpCutShort, errors.UnreadableOutput)):
        gather_capture([f"{ROW}\n{tail}".encode()], "a capture", Question())


def test_an_address_that_is_none() -> None:
    with pytest.raises(errors.UnreadableOutput, match=r"a capture: .*'2001:::1' is no IPv6 address"):
        gather_capture([f"{ROW}\n".replace("2001:db8::1", "2001:::1").encode()], "a capture", Question())
