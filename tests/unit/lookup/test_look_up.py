# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The question as it is asked, and the answer as it is told: from a store and from logs."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from datetime import datetime, timezone
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.plugins.module_utils.errors import (
    JoolError,
    LogDamaged,
    LogNotReadable,
    StoreNotReadable,
)
from ansible_collections.nat64.jool.plugins.module_utils.lookup.answer import REASONS
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import SessionBlock
from ansible_collections.nat64.jool.plugins.module_utils.session_lookup_options import (
    ARGUMENT_SPEC,
    look_up,
)
from ansible_collections.nat64.jool.plugins.module_utils.store.adding import Dump, TransportAddressRange, new_audit
from ansible_collections.nat64.jool.plugins.module_utils.task_options import OptionError
from ansible_collections.nat64.jool.plugins.modules import jool_session_lookup as module
from ansible_collections.nat64.jool.tests.unit.test_module_documentation import compare, options_of
from ansible_collections.nat64.jool.tests.unit.test_session_filter import SESSION

RECORDED = Path(__file__).parents[1] / "kernel_log"
NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)
BEGAN = datetime(2026, 11, 26, 6, 0, tzinfo=timezone.utc).timestamp()
"""Of the first table; each takes ten seconds, and the next one comes an hour later."""

HOLDER = {"protocol": "udp", "ipv6_remote_address": "2001:db8:1::5", "ipv6_remote_l4_id": 4001}
UDP = SESSION._replace(protocol="udp", state=None, expires_in=290.0)
POOL = tuple(
    TransportAddressRange(protocol, int(IPv4Address("192.0.2.1")), int(IPv4Address("192.0.2.1")), 61001, 65535)
    for protocol in ("tcp", "udp")
)
ELSEWHERE = (TransportAddressRange("udp", int(IPv4Address("192.0.2.9")), int(IPv4Address("192.0.2.9")), 0, 65535),)


@pytest.fixture
def store(tmp_path: Path) -> str:
    """Three audits of two hosts; the session is in the first of edge1."""
    path = str(tmp_path / "store")
    for number in range(3):
        began = BEGAN + 3600 * number
        with new_audit(path) as audit:
            rows = [UDP] if number == 0 else []
            audit.add(Dump("edge1", "", "default", began, began + 10, POOL), [SessionBlock.of_sessions(rows)])
            audit.add(Dump("edge2", "", "default", began, began + 10, ELSEWHERE), [])
    return path


def ask(at: str, **options: Any) -> dict[str, Any]:
    defaults = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}
    return look_up({**defaults, "address": "192.0.2.1", "l4_id": 61001, "at": at, **options}, NOW).as_dict()


@pytest.mark.parametrize(
    ("at", "verdict", "words"),
    [
        ("2026-11-26T06:00:05Z", "known", REASONS["in_table"]),
        ("2026-11-26T08:00:05+02:00", "known", REASONS["in_table"]),
        ("2026-11-26T06:04:50Z", "known", REASONS["lasting"]),
        ("2026-11-26T06:04:51Z", "unknown", "no session of the one before had as long to live. It may have been 2001"),
        ("2026-11-26T07:00:05Z", "nobody", "was nobody's"),
        ("2026-11-26T07:30:00Z", "unknown", "no table was read then"),
        ("2026-11-26T05:59:59Z", "unknown", "the first table in the store was read at 2026-11-26T06:00:00Z"),
        ("2026-11-26T09:00:00Z", "unknown", "the last table in the store was read at 2026-11-26T08:00:10Z"),
    ],
)
def test_from_a_store(store: str, at: str, verdict: str, words: str) -> None:
    answer = ask(at, store=store)
    assert answer["verdict"] == verdict
    assert words in answer["sentence"]
    assert [one["host"] for one in answer["evidence"]] == ["edge1"]  # the other one's pool has another address
    if verdict == "known":
        assert answer["holders"] == [{**HOLDER, "reason": answer["holders"][0]["reason"]}]
        assert "2001:db8:1::5#4001 (udp)" in answer["sentence"]
    elif answer["holders"]:
        assert answer["holders"] == [{**HOLDER, "reason": None}]


def test_the_tables_around_are_the_evidence(store: str) -> None:
    (one,) = ask("2026-11-26T06:30:00Z", store=store)["evidence"]
    assert (one["host"], one["netns"], one["instance"]) == ("edge1", "", "default")
    assert one["before"] == {
        "began": "2026-11-26T06:00:00Z",
        "ended": "2026-11-26T06:00:10Z",
        "sessions": [
            {
                **HOLDER,
                "ipv4_remote_address": "198.51.100.1",
                "ipv4_remote_l4_id": 443,
                "expires_in": 290.0,
                "state": None,
            }
        ],
    }
    assert one["after"]["sessions"] == []


@pytest.mark.parametrize(
    "options",
    [{"address": "203.0.113.1"}, {"l4_id": 61000}, {"protocols": ["icmp"]}],
)
def test_an_address_outside_every_pool(store: str, options: dict[str, Any]) -> None:
    answer = ask("2026-11-26T06:00:05Z", store=store, **options)
    assert (answer["verdict"], answer["holders"], answer["evidence"]) == ("outside_pools", [], [])
    assert "in no pool of the translators" in answer["sentence"]


def test_an_empty_store(tmp_path: Path) -> None:
    with new_audit(str(tmp_path / "store")):
        pass
    assert "the store has no tables" in ask("2026-11-26T06:00:05Z", store=str(tmp_path / "store"))["sentence"]
    with pytest.raises(StoreNotReadable):
        ask("2026-11-26T06:00:05Z", store=str(tmp_path / "none"))


PING = {"protocol": "icmp", "ipv6_remote_address": "2001:db8:1::2", "ipv6_remote_l4_id": 1274}


@pytest.mark.parametrize(
    ("at", "verdict", "words"),
    [
        ("2026-11-26T06:20:12Z", "known", REASONS["mapped"]),
        ("2026-11-26T06:20:14Z", "known", REASONS["mapped"]),
        ("2026-11-26T06:20:15Z", "unknown", "lines in the logs are from 2026-11-26T06:20:09Z to 2026-11-26T06:20:14Z"),
        ("2026-11-26T06:20:08Z", "unknown", "lines in the logs are from"),
    ],
)
def test_from_logs(at: str, verdict: str, words: str) -> None:
    """The two recordings are of one translator and overlap."""
    paths = [str(path) for path in sorted(RECORDED.iterdir())]
    answer = ask(at, l4_id=64363, logs=[{"host": "trixie", "paths": paths}])
    assert (answer["verdict"], words in answer["sentence"]) == (verdict, True)
    if verdict == "known":
        assert answer["holders"] == [{**PING, "reason": "mapped"}]
    (one,) = answer["evidence"]
    assert (one["host"], one["lines"], one["first"]) == ("trixie", 8, "2026-11-26T06:20:09Z")
    assert {event["event"] for event in one["events"]} == {"mapped", "forgot"}


def log(place: Path, name: str, *lines: str, keep: Callable[[bytes], bytes] = bytes) -> str:
    path = place / name
    path.write_bytes(keep("".join(f"kernel: Jool: default 2026/11/26 {line}\n" for line in lines).encode()))
    return str(path)


@pytest.mark.parametrize(("name", "keep"), [("log.1.gz", gzip.compress), ("log.2.xz", lzma.compress), ("log", bytes)])
def test_rotated_logs(name: str, keep: Callable[[bytes], bytes], tmp_path: Path) -> None:
    mapped = log(tmp_path, name, "6:0:0 (GMT) - Mapped 2001:db8:1::2#7 to 192.0.2.1#61001 (UDP)", keep=keep)
    forgot = log(tmp_path, "newer", "7:0:0 (GMT) - Forgot 2001:db8:1::2#7 to 192.0.2.1#61001 (UDP)")
    for paths in ([mapped, forgot], [forgot, mapped]):
        answer = ask("2026-11-26T06:30:00Z", logs=[{"host": "edge1", "paths": paths}])
        assert answer["verdict"] == "known"


def life(place: Path, name: str, first: int, address: str) -> str:
    """A log of one binding, that lasts two hours."""
    words = f"2001:db8:1::2#7 to {address}#61001 (UDP)"
    return log(place, name, f"{first}:0:0 (GMT) - Mapped {words}", f"{first + 2}:0:0 (GMT) - Forgot {words}")


def test_another_translator_is_no_witness(tmp_path: Path) -> None:
    """Its log has lines of that time, and none of this address."""
    paths = {"edge1": life(tmp_path, "ours", 6, "192.0.2.1"), "edge2": life(tmp_path, "other", 5, "192.0.2.9")}
    logs = [{"host": host, "paths": [path]} for host, path in paths.items()]
    assert ask("2026-11-26T06:30:00Z", logs=logs)["verdict"] == "known"
    assert "the logs have no line about this address" in ask("2026-11-26T06:30:00Z", l4_id=1, logs=logs)["sentence"]
    empty = [{"host": "edge3", "paths": [log(tmp_path, "empty")]}]
    assert "'logging-bib' may be off" in ask("2026-11-26T06:30:00Z", logs=empty)["sentence"]


@pytest.mark.parametrize(
    ("name", "content", "error", "words"),
    [
        ("none", None, LogNotReadable, "No such file"),
        ("cut.gz", gzip.compress(b"x" * 9999)[:-9], LogNotReadable, "end-of-stream"),
        ("cut.xz", lzma.compress(b"x" * 9999)[:-9], LogNotReadable, "end-of-stream"),
        ("plain.gz", b"text\n", LogNotReadable, "Not a gzipped file"),
        ("changed", b"Jool: a 2026/11/26 6:0:0 (GMT) - Mapped 2001:db8::1#7 to 192.0.2.1\n", LogDamaged, "line 1"),
        ("time", b"Jool: a 2026/11/31 6:0:0 (GMT) - Mapped ::1#7 to 192.0.2.1#1 (UDP)\n", LogDamaged, "is no time"),
    ],
    # Not made of what is in the files: the time is in it, and each process of a run has its own.
    ids=["missing", "cut-gzip", "cut-xz", "no-gzip", "changed", "no-time"],
)
def test_logs_that_are_none(
    name: str, content: bytes | None, error: type[JoolError], words: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(error, match=words) as caught:
        ask("2026-11-26T06:30:00Z", logs=[{"host": "edge1", "paths": [str(path)]}])
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"address": "2001:db8::1"}, "address: '2001:db8::1' is no IPv4 address"),
        ({"address": "192.0.2.0/24"}, "address: "),
        ({"l4_id": 65536}, "l4_id: 65536 is not between"),
        ({"l4_id": -1}, "l4_id: -1"),
        ({"protocols": []}, "protocols: an empty list"),
        ({"at": "yesterday"}, "at: 'yesterday' is no time"),
        ({"at": "2026-11-26T06:20:12"}, "does not say its time zone"),
        ({"at": "2026-11-27T00:01:01Z"}, "is in the future"),
        ({"patience": -1.0}, "patience: -1"),
        ({"store": None, "logs": []}, "logs: an empty list"),
        ({"store": None, "logs": [{"host": "a", "paths": []}]}, "logs: an empty list"),
    ],
)
def test_questions_that_make_no_sense(options: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        ask(**{"at": "2026-11-26T06:20:12Z", "store": "/nowhere", **options})


def test_a_clock_that_is_a_little_fast(store: str) -> None:
    assert ask("2026-11-27T00:00:59Z", store=store)["verdict"] == "unknown"


def test_documentation(store: str) -> None:
    compare(ARGUMENT_SPEC, options_of(module))
    documented = yaml.safe_load(module.RETURN)["lookup"]["contains"]
    answer = ask("2026-11-26T06:00:05Z", store=store)
    assert documented.keys() == answer.keys()
    assert documented["holders"]["contains"].keys() == answer["holders"][0].keys()
    for reason in REASONS:
        assert f"V({reason})" in str(documented["holders"])
