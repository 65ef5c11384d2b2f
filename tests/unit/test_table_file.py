# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Full tables in files: complete or not there, and for nobody else to read."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.facts.table_file import COLUMNS, TableFile, json_lines
from ansible_collections.nat64.jool.plugins.module_utils.records.session import STATES, Session
from ansible_collections.nat64.jool.tests.unit.test_session_filter import NAMED, SESSION

numbered = st.builds(
    lambda seconds, state, l4_id: SESSION._replace(expires_in=seconds, state=state, ipv4_local_l4_id=l4_id),
    st.integers(0, 2**32).map(lambda milliseconds: milliseconds / 1000),
    st.sampled_from([None, *STATES]),
    st.integers(0, 65535),
)


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    with TableFile(str(path)) as table:
        table.write("", "default", [SESSION])
        table.write("blue", "b", [NAMED])
        assert not path.exists()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert rows[0] == {"netns": "", "instance": "default", **SESSION._asdict()}
    assert rows[1]["ipv6_remote_name"] == "client"
    assert table.rows == 2


@given(numbered, st.sampled_from(["", "blue", 'a"b', "50%"]))
def test_json_is_jsons_own(session: Session, netns: str) -> None:
    (line,) = json_lines(netns, "default", [session])
    row = {"netns": netns, "instance": "default", **session._asdict()}
    assert line == json.dumps(row, separators=(",", ":")) + "\n"


def test_csv(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with TableFile(str(path), "csv") as table:
        table.write("", "default", [SESSION._replace(ipv4_remote_name='a,"b"')])
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
        table.write("", "default", [SESSION])
        raise KeyError
    assert [one.name for one in tmp_path.iterdir()] == (["table.jsonl"] if before else [])
    assert before is None or path.read_text(encoding="utf-8") == before
    with TableFile(str(path)) as table:
        table.write("", "default", [SESSION])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    with pytest.raises(OSError, match="No space left"), TableFile(str(path)) as table:
        with open("/dev/full", "w", encoding="utf-8") as full:
            os.dup2(full.fileno(), table._file.fileno())
        table.write("", "default", [SESSION])
    assert list(tmp_path.iterdir()) == []


def test_no_directory(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), TableFile(str(tmp_path / "none" / "table.jsonl")):
        pass
