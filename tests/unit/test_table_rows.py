# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of rows are read as they were written; what was cut or changed is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.errors import TableDamaged
from ansible_collections.nat64.jool.plugins.module_utils.facts.table_file import FORMATS, TableFile
from ansible_collections.nat64.jool.plugins.module_utils.facts.table_rows import BLOCK_ROWS, Place, read_table
from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import SessionBlock
from ansible_collections.nat64.jool.tests.unit.test_session_filter import NAMED, SESSION
from ansible_collections.nat64.jool.tests.unit.test_table_file import numbered


def write(path: Path, form: str, *tables: tuple[Place, list[Session]]) -> None:
    with TableFile(str(path), form) as table:
        for (netns, instance), sessions in tables:
            table.write(netns, instance, SessionBlock.of_sessions(sessions))


def read(path: Path, form: str) -> list[tuple[Place, Session]]:
    return [(place, session) for place, block in read_table(str(path), form) for session in block.sessions()]


@pytest.mark.parametrize("form", FORMATS)
@given(st.lists(st.one_of(numbered, st.just(NAMED)), max_size=5), st.sampled_from(["", "blue", "a,\"b'c"]))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, form: str, sessions: list[Session], name: str
) -> None:
    path = tmp_path_factory.mktemp("rows") / "table"
    write(path, form, ((name, "default"), sessions), (("", name), sessions))
    assert read(path, form) == [((name, "default"), one) for one in sessions] + [(("", name), one) for one in sessions]


@pytest.mark.parametrize("form", FORMATS)
def test_long_tables_come_in_blocks(form: str, tmp_path: Path) -> None:
    sessions = [SESSION._replace(ipv6_remote_l4_id=number) for number in range(2 * BLOCK_ROWS + 1)]
    write(tmp_path / "table", form, (("", "default"), sessions), (("", "other"), sessions[:3]))
    blocks = list(read_table(str(tmp_path / "table"), form))
    assert [(place[1], len(block)) for place, block in blocks] == [
        ("default", BLOCK_ROWS),
        ("default", BLOCK_ROWS),
        ("default", 1),
        ("other", 3),
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_a_table_that_was_cut_anywhere(form: str, tmp_path: Path) -> None:
    """But at the end of a row: such a file has no mark of its end, and is put in place whole."""
    path = tmp_path / "table"
    write(path, form, (("", "default"), [SESSION, SESSION]))
    text = path.read_bytes()
    for end in range(1, len(text)):
        path.write_bytes(text[:end])
        if text[end - 1 : end] == b"\n":
            assert len(read(path, form)) < 2
        else:
            with pytest.raises(TableDamaged, match=r"row \d is none"):
                read(path, form)


@pytest.mark.parametrize(
    ("form", "old", "new"),
    [
        ("jsonl", b'"tcp"', b'["tcp"'),
        ("jsonl", b'"protocol"', b'"protocols"'),
        ("jsonl", b"ESTABLISHED", b"FINISHED"),
        ("jsonl", b'{"netns"', b'{"other":1,"netns"'),
        ("csv", b",4001,", b",x,"),
        ("csv", b",4001,", b",4001,1,"),
        ("csv", b"netns,", b"namespace,"),
        ("csv", b"ESTABLISHED", b"FINISHED"),
    ],
)
def test_a_table_that_was_changed(form: str, old: bytes, new: bytes, tmp_path: Path) -> None:
    path = tmp_path / "table"
    write(path, form, (("", "default"), [SESSION]))
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, new))
    with pytest.raises(TableDamaged, match="row 1 is none") as caught:
        read(path, form)
    assert SESSION.ipv4_local_address not in str(caught.value)
