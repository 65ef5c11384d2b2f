# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every recorded failure ends in exactly the right error, and nothing that failed gives a count."""

from __future__ import annotations

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.client.reading import checked
from ansible_collections.nat64.jool.plugins.module_utils.client.verdict import failure, says
from ansible_collections.nat64.jool.plugins.module_utils.grammar.executor import read_rows
from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import read_console, read_csv
from ansible_collections.nat64.jool.plugins.module_utils.transport.base import Ended
from ansible_collections.nat64.jool.tests.unit.corpus import CAPTURES, Capture

CONDITIONS = {
    "module not loaded": errors.ModuleNotLoaded,
    "only SIIT loaded": errors.ModuleNotLoaded,
    "no privilege": errors.NoPrivilege,
    "version mismatch": errors.VersionMismatch,
    "instance missing": errors.NoSuchInstance,
    "pool4 changed while listing": errors.TableChanged,
    "mode not available in this client": errors.NotApplicable,
    "unknown option": errors.InvocationRefused,
    "illegal combination of options": errors.InvocationRefused,
    "extra argument": errors.InvocationRefused,
    "unknown mode": errors.InvocationRefused,
    "unknown operation": errors.InvocationRefused,
    "missing operation": errors.InvocationRefused,
    "two protocols in one request": errors.InvocationRefused,
    "3.x syntax given to a 4.x client": errors.InvocationRefused,
    "no arguments": errors.InvocationRefused,
    "instance name too long": errors.InvocationRefused,
}

SIGTERM = 128 + 15

FAILED = [capture for capture in CAPTURES if capture.kind == "error"]
CUT = [capture for capture in CAPTURES if capture.kind == "session" and capture.exit_code]


@pytest.mark.parametrize("capture", FAILED, ids=lambda capture: capture.id)
def test_recorded_failure(capture: Capture) -> None:
    ended = Ended(capture.exit_code, capture.stderr)
    # As a caller would have read it: nothing that was printed may come out as a row and a good end.
    rows = read_rows(capture.template, [capture.stdout])
    expected = CONDITIONS[capture.truth["error"]]
    if capture.case == "session-follow-not-loaded":  # told to syslog only
        expected = errors.CommandFailed
    with pytest.raises(errors.JoolError) as caught:
        list(checked(rows, lambda: ended, "edge1", capture.argv))
    if capture.case == "pool4-changed-console":  # after rows: the listing was cut, and says why
        assert expected.condition in str(caught.value)
    else:
        assert caught.type is expected
    assert caught.value.status == capture.exit_code
    assert "edge1: " in str(caught.value)
    assert caught.value.command in str(caught.value)


@pytest.mark.parametrize("capture", CUT, ids=lambda capture: capture.id)
def test_recorded_cut(capture: Capture) -> None:
    ended = Ended(capture.exit_code, capture.stderr)
    chunks = [capture.stdout]
    sessions = read_csv(chunks) if capture.format == "csv" else read_console(chunks, capture.protocol)
    read: list[Session] = []
    with pytest.raises(errors.DumpCutShort) as caught:
        read.extend(checked(sessions, lambda: ended, "edge1", capture.argv))
    count = len(read)
    sent = len(capture.rows_sent("sessions"))
    # When it was killed the last rows were still in its own buffer; 3.2.3 tells of a table before it prints the next.
    lost = capture.exit_code == SIGTERM or capture.id.startswith("3.2.3/session-all-cut-one-request")
    assert 0 < count < sent if lost else count == sent
    assert f"after {count} rows" in str(caught.value)


WORDS = [
    # what was written, the status, the class
    ('Cannot open network namespace "blue": No such file or directory', 255, errors.NoSuchNamespace),
    ('Cannot open network namespace "blue": Permission denied', 1, errors.NoPrivilege),
    ('setting the network namespace "blue" failed: Operation not permitted', 255, errors.NoPrivilege),
    ('exec of "jool" failed: No such file or directory', 255, errors.JoolNotInstalled),
    ("bash: line 1: jool: command not found", 127, errors.JoolNotInstalled),
    ("sh: 1: jool: not found", 127, errors.JoolNotInstalled),
    ("/bin/sh: jool: not found", 127, errors.JoolNotInstalled),
    ("sh: /opt/jool: No such file or directory", 127, errors.JoolNotInstalled),
    ("", 127, errors.JoolNotInstalled),
    ("sudo: jool: command not found", 1, errors.JoolNotInstalled),
    ("sudo: a password is required", 1, errors.EscalationFailed),
    ("sudo: 1 incorrect password attempt", 1, errors.EscalationFailed),
    ("viewer is not in the sudoers file.", 1, errors.EscalationFailed),
    ("doas: Operation not permitted", 1, errors.EscalationFailed),
    ("Error: The kernel module returned error 12: ", 12, errors.KernelRefused),
    ("Error: The kernel module returned error 22: Something new.", 22, errors.KernelRefused),
    ("Jool Error: Something old.\n\n(Error code: 22)", 234, errors.KernelRefused),
    ("Out of memory (System error -5)", 22, errors.KernelRefused),
    ("Segmentation fault", 139, errors.CommandFailed),
    ("", 137, errors.CommandFailed),
    ("", 1, errors.CommandFailed),
]


@pytest.mark.parametrize(("words", "status", "kind"), WORDS)
def test_words(words: str, status: int, kind: type[errors.JoolError]) -> None:
    error = failure("edge1", ("jool", "session", "display"), status, words)
    assert error.__class__ is kind
    assert error.as_dict()["exit_status"] == status
    assert error.remedy in str(error)


def test_detail_is_what_the_kernel_said() -> None:
    words = "Error: The kernel module returned error 3: This namespace lacks an instance named 'x'.\n"
    assert failure("", (), 3, words).detail == "This namespace lacks an instance named 'x'."


def test_no_message_is_no_error() -> None:
    assert says("TCP,2001:db8::1,1,64:ff9b::1,2,192.0.2.1,3,0.0.0.1,2,0:04:00,V6_INIT") is None
