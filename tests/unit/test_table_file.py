# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Full tables in files: complete or not there, and for nobody else to read."""

from __future__ import annotations

import csv
import dataclasses
import json
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.facts.table_file import (
    COLUMNS,
    TableFile,
    csv_lines,
    json_lines,
)
from ansible_collections.nat64.jool.plugins.module_utils.records.session import STATES, Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import (
    SessionBlock,
    console_blocks,
    csv_blocks,
)
from ansible_collections.nat64.jool.tests.unit.test_session_filter import NAMED, SESSION

numbered = st.builds(
    lambda seconds, state, l4_id: SESSION._replace(expires_in=seconds, state=state, ipv4_local_l4_id=l4_id),
    st.integers(0, 2**32).map(lambda milliseconds: milliseconds / 1000),
    st.sampled_from([None, *STATES]),
    st.integers(0, 65535),
)


def block(*sessions: Session) -> SessionBlock:
    return SessionBlock.of_sessions(sessions)


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    with TableFile(str(path)) as table:
        table.write("", "default", block(SESSION))
        table.write("blue", "b", block(NAMED))
        assert not path.exists()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == {"netns": "", "instance": "default", **SESSION._asdict()}
    assert rows[1]["ipv6_remote_name"] == "client"
    assert table.rows == 2


@given(numbered, st.sampled_from(["", "blue", 'a"b', "50%"]))
def test_json_is_jsons_own(session: Session, netns: str) -> None:
    (line,) = json_lines(netns, "default", block(session))
    row = {"netns": netns, "instance": "default", **session._asdict()}
    assert line == json.dumps(row, separators=(",", ":")) + "\n"


ROWS = [
    # Text in the place of the client's L4-ID, of the time
    ("1", "0:04:59.292"),
    ("0", "0:00:00"),
    ("0", "0:00:00.5"),
    ("65535", "1193:02:47.290"),
    ("10", "0:00:00.100"),
    ("007", "0:00:00.1000"),
    ("1", "0:00:00.123456"),
    ("http", "0:00:01"),
]


@pytest.mark.parametrize(("l4_id", "time"), ROWS)
@pytest.mark.parametrize("neighbour", [("1", "2:00:00.001"), ("telnet", "0:00:01"), ("01", "0:00:01")])
@pytest.mark.parametrize("lines", [json_lines, csv_lines])
def test_columns_are_written_as_records_are(
    l4_id: str, time: str, neighbour: tuple[str, str], lines: Callable[[str, str, SessionBlock], Iterable[str]]
) -> None:
    text = "".join(
        f"TCP,2001:db8::1,{one},64:ff9b::1,0,192.0.2.1,61001,198.51.100.1,0,{left},TRANS\n"
        for one, left in ((l4_id, time), neighbour, ("2", "0:00:02"))
    )
    blocks = list(csv_blocks([text.encode()]))
    records = block(*(session for columns in blocks for session in columns.sessions()))
    slow = dataclasses.replace(records, _texts=lambda: None)
    written = "".join(line for columns in blocks for line in lines("blue", "100%", columns))
    assert written == "".join(lines("blue", "100%", records)) == "".join(lines("blue", "100%", slow))


@pytest.mark.parametrize("lines", [json_lines, csv_lines])
def test_times_in_words_keep_their_resolution(lines: Callable[[str, str, SessionBlock], Iterable[str]]) -> None:
    text = "UDP:\n" + "-" * 33 + "\nExpires in 1 hours, 59 minutes\n"
    text += (
        "Remote: 192.0.2.8#443\t2001:db8::8#40000\nLocal: 192.0.2.1#61001\t64:ff9b::c000:208#443\n" + "-" * 33 + "\n"
    )
    (columns,) = console_blocks([text.encode()])
    (line,) = "".join(lines("", "", columns)).splitlines()
    assert "7140.0" in line
    assert "60.0" in line


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with TableFile(str(path), "csv") as table:
        table.write("", "default", block(SESSION._replace(ipv4_remote_name='a,"b"')))
    (row,) = csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    assert tuple(row) == COLUMNS
    assert row["ipv4_remote_name"] == 'a,"b"'
    assert row["ipv6_remote_service"] == ""


@pytest.mark.parametrize("before", [None, "old"])
def test_mode_and_content_survive(tmp_path: Path, before: str | None) -> None:
    path = tmp_path / "table.jsonl"
    if before is not None:
        path.write_text(before, encoding="utf-8")
        path.chmod(0o644)
    with pytest.raises(KeyError), TableFile(str(path)) as table:
        table.write("", "default", block(SESSION))
        raise KeyError
    assert [one.name for one in tmp_path.iterdir()] == (["table.jsonl"] if before else [])
    assert before is None or path.read_text(encoding="utf-8") == before
    with TableFile(str(path)) as table:
        table.write("", "default", block(SESSION))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    with pytest.raises(OSError, match="No space left"), TableFile(str(path)) as table:
        with open("/dev/full", "w", encoding="utf-8") as full:
            os.dup2(full.fileno(), table._file.fileno())
        table.write("", "default", block(SESSION))
    assert list(tmp_path.iterdir()) == []


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), TableFile(str(tmp_path / "none" / "table.jsonl")):
        pass
