# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved captures: the same facts with no host at all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.client.capture import file_chunks, read_capture
from ansible_collections.nat64.jool.plugins.module_utils.facts.question import Question
from ansible_collections.nat64.jool.plugins.module_utils.facts.session_facts import gather_capture
from ansible_collections.nat64.jool.tests.unit.corpus import CAPTURES, REPEATED_ROWS, Capture

WHOLE = [capture for capture in CAPTURES if capture.kind == "session" and capture.complete and capture.stdout]


def protocol_needed(capture: Capture) -> str | None:
    return capture.protocol if capture.format == "console" else None


@pytest.mark.parametrize("capture", WHOLE, ids=lambda capture: capture.id)
def test_format_is_found_out(capture: Capture) -> None:
    notices: list[str] = []
    sessions = list(read_capture([capture.stdout], "x", notices.append, protocol_needed(capture)))
    assert Counter(session.protocol for session in sessions) == Counter(
        row["protocol"].lower() for row in capture.rows("sessions")
    )
    assert bool(notices) is (capture.id in REPEATED_ROWS)


# `session follow` tells its errors to syslog.
FAILED = [
    capture
    for capture in CAPTURES
    if capture.kind in ("error", "session")
    and capture.exit_code
    and capture.template.name in ("session_csv", "session_console")
]


@pytest.mark.parametrize("capture", FAILED, ids=lambda capture: capture.id)
def test_a_failed_command_that_was_saved(capture: Capture) -> None:
    """Both streams in one file, as ``>file 2>&1`` leaves them: no count may come out of it."""
    saved = capture.stdout + capture.stderr
    with pytest.raises(errors.JoolError):
        list(read_capture([saved], "x", [].append, protocol_needed(capture)))


def test_documentation_of_jool_3() -> None:
    """The page that the collection started from, as it stands on the web: spaces where the tool prints a tab."""
    text = b"""TCP:
---------------------------------
(V4_FIN_V6_FIN_RCV) Expires in 2 minutes, 57 seconds
Remote: example.com#http ipv6client.mx#58239
Local: 192.0.2.1#60477 64:ff9b::5db8:d877#80
---------------------------------
(V4_FIN_V6_FIN_RCV) Expires in 3 minutes, 52 seconds
Remote: example.com#http ipv6client.mx#58237
Local: 192.0.2.1#6617 64:ff9b::5db8:d877#80
---------------------------------
(Fetched 2 entries.)
UDP:
---------------------------------
(empty)
ICMP:
---------------------------------
Expires in 50 seconds
Remote: example.com#1402 ipv6client.mx#13371
Local: 192.0.2.1#1402 64:ff9b::5db8:d877#13371
---------------------------------
(Fetched 1 entries.)
"""
    tcp, _other, icmp = read_capture([text], "x", [].append)
    assert (tcp.ipv4_remote_name, tcp.ipv4_remote_service, tcp.ipv4_remote_address) == ("example.com", "http", None)
    assert (tcp.ipv6_remote_name, tcp.ipv6_remote_l4_id) == ("ipv6client.mx", 58239)
    assert (tcp.expires_in, tcp.expires_in_resolution) == (177.0, 1.0)
    assert (icmp.protocol, icmp.state, icmp.ipv4_remote_l4_id) == ("icmp", None, 1402)


def test_footer_that_counts_other_rows() -> None:
    text = b"""UDP:
---------------------------------
Expires in 50 seconds
Remote: 198.51.100.1#53	2001:db8::1#13371
Local: 192.0.2.1#1402	64:ff9b::c633:6401#53
---------------------------------
  (Fetched 2 entries.)

"""
    with pytest.raises(errors.UnreadableOutput) as caught:
        list(read_capture([text], "x", [].append))
    assert "1 rows, its footer says 2" in str(caught.value)


NO_CAPTURES = [
    # text, error, a part of its message
    (b"", errors.UnreadableOutput, "the capture is empty"),
    (b"\n \n\n", errors.UnreadableOutput, "the capture is empty"),
    (b"hello world\n", errors.UnreadableOutput, "'hello world'"),
    (b"\x7fELF\x02\x01\x01\x00\xff\xfe", errors.UnreadableOutput, "no session table"),
    (b"TCP,2001:db8::1,1,64:ff9b::1,2\n", errors.UnreadableOutput, "line 1"),
    (b"UDP,2001:db8::1,1,64:ff9b::1,2,192.0.2.1,3,0.0.0.1,2,0:04:00,TRANS\n", errors.UnreadableOutput, "has one"),
    (b"TCP,2001:db8::1,1,64:ff9b::1,2,192.0.2.1,3,0.0.0.1,2,0:04:00\n", errors.UnreadableOutput, "has no state"),
    (b"UDP,2001:db8::1,1,64:ff9b::1,2,192.0.2.1,65536,0.0.0.1,2,0:04:00\n", errors.UnreadableOutput, "above 65535"),
    (b"Usage\n=====\njool (\n", errors.InvocationRefused, "did not understand"),
    (b"bash: jool: command not found\n", errors.JoolNotInstalled, "not found"),
]


@pytest.mark.parametrize(("text", "kind", "part"), NO_CAPTURES)
def test_no_capture(text: bytes, kind: type[errors.JoolError], part: str) -> None:
    with pytest.raises(kind) as caught:
        list(read_capture([text], "saved.csv", [].append))
    assert part in str(caught.value)
    assert "saved.csv: " in str(caught.value)


def test_console_of_jool_4_needs_a_protocol() -> None:
    (capture,) = [one for one in CAPTURES if one.id == "4.1.9/session-udp-console"]
    with pytest.raises(errors.AmbiguousCapture):
        gather_capture([capture.stdout], "x", Question())
    assert gather_capture([capture.stdout], "x", Question(protocols=("udp",)))["by_protocol"]["udp"] == 26


def test_a_capture_says_nothing_of_other_tables() -> None:
    (capture,) = [one for one in CAPTURES if one.id == "4.1.9/session-tcp-csv"]
    facts = gather_capture([capture.stdout], "x", Question())
    assert facts["by_protocol"] == {"tcp": 60, "udp": None, "icmp": None}
    assert facts["source"] == "capture"
    assert facts["instances"][0]["name"] is None


def test_a_capture_of_no_instance() -> None:
    with pytest.raises(errors.InvocationRefused):
        gather_capture([b""], "x", Question(instances=("blue",)))


def test_several_dumps_in_one_file() -> None:
    parts = [one.stdout for one in CAPTURES if one.release == "4.1.9" and one.case in DUMPS]
    facts = gather_capture(parts, "x", Question())
    assert facts["by_protocol"] == {"tcp": 60, "udp": 26, "icmp": 20}


DUMPS = ("session-tcp-csv", "session-udp-csv", "session-icmp-csv")


def test_unreadable_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(errors.CaptureNotReadable) as caught:
            list(file_chunks(str(path)))
        assert str(path) in str(caught.value)
