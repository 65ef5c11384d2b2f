# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of a run in a store: every table of every host, or nothing of the run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.errors import JoolError, RowNotStorable, TableDamaged
from ansible_collections.nat64.jool.plugins.module_utils.facts.table_file import FORMATS, TableFile
from ansible_collections.nat64.jool.plugins.module_utils.fleet.stored_audit import AuditToStore, dump_of
from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import SessionBlock
from ansible_collections.nat64.jool.plugins.module_utils.store.adding import Dump, TransportAddressRange
from ansible_collections.nat64.jool.plugins.module_utils.store.database import reading
from ansible_collections.nat64.jool.tests.unit.test_session_filter import NAMED, SESSION

POOL = {"mark": 0, "protocol": "tcp", "address": "192.0.2.0/31", "port_min": 61001, "port_max": 65535}


def entry(name: str = "default", netns: str = "", pool4: Sequence[dict[str, Any]] | None = (POOL,)) -> dict[str, Any]:
    return {
        "name": name,
        "netns": netns,
        "started_at": "2026-11-26T06:20:09Z",
        "ended_at": "2026-11-26T06:20:11Z",
        "pool4": pool4 and list(pool4),
    }


def rows(place: Path, host: str, *tables: tuple[str, str, Sequence[Session]], form: str = "jsonl") -> str:
    path = str(place / f"{host}.{form}")
    with TableFile(path, form) as table:
        for netns, instance, sessions in tables:
            table.write(netns, instance, SessionBlock.of_sessions(sessions))
    return path


def stored(path: Path) -> list[tuple[Any, ...]]:
    with reading(str(path)) as connection:
        return connection.execute(
            "SELECT host, netns, instance, sessions, began, ended FROM dump ORDER BY id"
        ).fetchall()


def test_what_is_known_of_a_table() -> None:
    began = 1795674009.0
    pool = TransportAddressRange("tcp", 0xC0000200, 0xC0000201, 61001, 65535)
    assert dump_of("edge1", entry()) == Dump("edge1", "", "default", began, began + 2, (pool,))
    assert dump_of("edge1", entry("blue", "blue", None)) == Dump("edge1", "blue", "blue", began, began + 2)


@pytest.mark.parametrize("form", FORMATS)
def test_all_tables_of_all_hosts(form: str, tmp_path: Path) -> None:
    audit = AuditToStore(str(tmp_path / "store"))
    two = [SESSION, SESSION._replace(ipv4_local_l4_id=61002)]
    first = rows(tmp_path, "edge1", ("", "default", two), ("blue", "default", two[:1]), form=form)
    audit.remember("edge1", {"instances": [entry(), entry(netns="blue")]}, first, form)
    # One without sessions has no rows, and is stored: nobody was there.
    audit.remember("edge2", {"instances": [entry(), entry("idle")]}, rows(tmp_path, "edge2", form=form), form)
    audit.remember("siit", {"instances": []}, str(tmp_path / "none"), form)
    audit.save()
    assert (audit.sessions, audit.hosts) == (3, 2)
    began = 1795674009.0
    assert stored(tmp_path / "store") == [
        ("edge1", "", "default", 2, began, began + 2),
        ("edge1", "blue", "default", 1, began, began + 2),
        ("edge2", "", "default", 0, began, began + 2),
        ("edge2", "", "idle", 0, began, began + 2),
    ]


def test_a_run_without_answers_makes_no_store(tmp_path: Path) -> None:
    AuditToStore(str(tmp_path / "store")).save()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("tables", "error", "words"),
    [
        ([("", "other", [SESSION])], TableDamaged, "edge2: .*rows of another instance"),
        ([("", "default", [SESSION]), ("", "idle", [SESSION]), ("", "default", [SESSION])], TableDamaged, "another"),
        ([("", "default", [NAMED])], RowNotStorable, "names where numbers belong"),
        (None, TableDamaged, "No such file"),
    ],
)
def test_all_or_nothing(
    tables: list[tuple[str, str, Sequence[Session]]] | None, error: type[JoolError], words: str, tmp_path: Path
) -> None:
    before = AuditToStore(str(tmp_path / "store"))
    before.remember("edge0", {"instances": [entry()]}, rows(tmp_path, "edge0", ("", "default", [SESSION])), "jsonl")
    before.save()
    content = (tmp_path / "store").read_bytes()
    audit = AuditToStore(str(tmp_path / "store"))
    audit.remember("edge1", {"instances": [entry()]}, rows(tmp_path, "edge1", ("", "default", [SESSION])), "jsonl")
    path = str(tmp_path / "none") if tables is None else rows(tmp_path, "edge2", *tables)
    audit.remember("edge2", {"instances": [entry(), entry("idle")]}, path, "jsonl")
    with pytest.raises(error, match=words):
        audit.save()
    assert (tmp_path / "store").read_bytes() == content
