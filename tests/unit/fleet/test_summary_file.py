# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved summaries: whole or not at all, for the owner alone; a file that is none says so with its path."""

from __future__ import annotations

import json
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import (
    FleetSummary,
    from_dict,
    from_json,
    merge_all,
    summary_of,
)
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary_file import read_summary, write_summary

from .answers import answered
from .synthetic import NOW

SUMMARY = merge_all(
    [
        summary_of(answered("edge1")),
        summary_of(answered("edge2", seed=2, identity=',"digest":"')),
        summary_of(HostAnswer.of_error('x","part":', errors.ConnectionFailed("no route"))),
    ]
)
WRITTEN = b"".join(SUMMARY.json_pieces())


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "slice1.json"
    write_summary(str(path), SUMMARY)
    assert read_summary(str(path), NOW) == SUMMARY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["slice1.json"]


def test_the_file_is_json_with_a_line_for_each_host(tmp_path: Path) -> None:
    write_summary(str(tmp_path / "a"), SUMMARY)
    content = (tmp_path / "a").read_text(encoding="ascii")
    assert json.loads(content) == SUMMARY.as_dict()
    assert len(content.splitlines()) == 3 + 2


def test_a_file_without_hosts(tmp_path: Path) -> None:
    write_summary(str(tmp_path / "a"), FleetSummary())
    assert read_summary(str(tmp_path / "a")) == FleetSummary()


def test_a_file_that_somebody_formatted_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text(json.dumps(json.loads(WRITTEN), indent=2, sort_keys=True), encoding="utf-8")
    assert read_summary(str(path), NOW) == SUMMARY


def test_what_fails_while_writing_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_text("old", encoding="utf-8")

    def no_room(self: FleetSummary) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FleetSummary, "json_pieces", no_room)
    with pytest.raises(OSError, match="No space left"):
        write_summary(str(path), SUMMARY)
    assert path.read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_was_there_keeps_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, given_to = tmp_path / "a", []
    path.touch(mode=0o644)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, user, group: given_to.append((user, group)))
    write_summary(str(path), SUMMARY)
    assert given_to == [(path.stat().st_uid, path.stat().st_gid)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_summary(str(tmp_path / "none" / "a"), SUMMARY)


def one_host(**more: object) -> bytes:
    document = summary_of(answered("edge1")).as_dict()
    document["hosts"][0].update(more)
    return json.dumps(document).encode()


BAD: list[tuple[str, bytes, type[errors.JoolError], str]] = [
    ("empty", b"", errors.SummaryDamaged, "it is empty"),
    ("blank", b" \n", errors.SummaryDamaged, "it is empty"),
    ("cut", WRITTEN[:2000], errors.SummaryDamaged, "no whole JSON document"),
    ("cut between two hosts", WRITTEN[: WRITTEN.index(b",\n")], errors.SummaryDamaged, "no whole JSON document"),
    ("no JSON", b"# a report\n", errors.SummaryDamaged, "no whole JSON document"),
    ("no text", b"\xff\xfe\x00", errors.SummaryDamaged, "no whole JSON document"),
    ("bottomless", b"[" * 100_000, errors.SummaryDamaged, "no whole JSON document"),
    ("a list", b"[]", errors.SummaryNotUnderstood, "its kind is None"),
    ("a report", b'{"schema": 1, "kind": "nat64.jool/fleet"}', errors.SummaryNotUnderstood, "'nat64.jool/fleet'"),
    ("schema 2", WRITTEN.replace(b'{"schema":1', b'{"schema":2', 1), errors.SummaryNotUnderstood, "its schema is 2"),
    ("no schema", b'{"kind":"nat64.jool/fleet-summary"}', errors.SummaryNotUnderstood, "its schema is None"),
    ("true", WRITTEN.replace(b'{"schema":1', b'{"schema":true', 1), errors.SummaryNotUnderstood, "schema is True"),
    ("no hosts", b'{"schema":1,"kind":"nat64.jool/fleet-summary"}', errors.SummaryDamaged, "hosts is null and no list"),
    ("altered number", WRITTEN.replace(b'"total":', b'"total":1', 1), errors.SummaryDamaged, "hosts[0].part.facts"),
    ("altered text", WRITTEN.replace(b"4.1.15.0", b"4.1.16.0"), errors.SummaryDamaged, "hosts[0].digest does not fit"),
    ("altered count", one_host(answers=2), errors.SummaryDamaged, "hosts[0].digest does not fit"),
    ("odd count", one_host(answers=-2), errors.SummaryDamaged, "hosts[0].answers is below 0"),
    ("no part", one_host(part=None), errors.SummaryDamaged, "hosts[0].part is null and no mapping"),
    ("no digest", WRITTEN.replace(b'"digest"', b'"digits"'), errors.SummaryDamaged, "hosts[0].digest is missing"),
    (
        "no answer and facts",
        WRITTEN.replace(b'"answered"', b'"failed"', 1),
        errors.SummaryDamaged,
        "a status that does not fit",
    ),
    ("odd digest", one_host(digest=7), errors.SummaryDamaged, "hosts[0].digest does not fit"),
    (
        "a host that is none",
        b'{"schema":1,"kind":"nat64.jool/fleet-summary","hosts":[3]}',
        errors.SummaryDamaged,
        "[0]",
    ),
]


@pytest.mark.parametrize(("content", "kind", "said"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_file_that_is_no_summary(tmp_path: Path, content: bytes, kind: type[errors.JoolError], said: str) -> None:
    path = tmp_path / "slice1.json"
    path.write_bytes(content)
    with pytest.raises(kind) as caught:
        read_summary(str(path), NOW)
    assert caught.type is kind
    assert str(path) in str(caught.value)
    assert said in str(caught.value)
    assert str(caught.value).endswith(kind.remedy)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path, said in ((tmp_path / "none", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(errors.SummaryNotReadable, match=said) as caught:
            read_summary(str(path))
        assert str(path) in str(caught.value)
    with pytest.raises(errors.SummaryNotReadable, match="null"):
        read_summary("a\0b")


def test_a_file_from_the_future(tmp_path: Path) -> None:
    path = str(tmp_path / "a")
    write_summary(path, SUMMARY)
    asked = NOW - timedelta(minutes=5)
    # Clocks differ by a little.
    assert read_summary(path, asked - timedelta(minutes=5)) == SUMMARY
    with pytest.raises(errors.SummaryFromFuture, match="a host in it was asked at 2026-11-25T02:55:00Z") as caught:
        read_summary(path, asked - timedelta(minutes=5, seconds=1))
    assert path in str(caught.value)


@given(st.integers(0, len(WRITTEN) - 1), st.binary(max_size=3), st.integers(0, 40))
def test_a_damaged_file_is_never_read_as_another_summary(place: int, instead: bytes, length: int) -> None:
    """Read in the quick way or in the thorough one, it is the same summary or an error."""
    damaged = WRITTEN[:place] + instead + WRITTEN[place + length :]
    try:
        found = from_json(damaged)
    except (errors.SummaryDamaged, errors.SummaryNotUnderstood):
        return
    assert {key: entry.packed for key, entry in found.hosts.items()}.items() <= {
        key: entry.packed for key, entry in SUMMARY.hosts.items()
    }.items()


def test_plain_data_of_a_host_that_is_there_twice_merges() -> None:
    document = SUMMARY.as_dict()
    document["hosts"] *= 2
    assert from_dict(document) == merge_all([SUMMARY, SUMMARY])
