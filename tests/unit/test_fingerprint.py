# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far two tables differ, told from their fingerprints."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.facts.question import SUBSETS
from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import SessionBlock
from ansible_collections.nat64.jool.plugins.module_utils.records.session_filter import SessionFilter
from ansible_collections.nat64.jool.plugins.module_utils.summary.fingerprint import (
    BUCKETS,
    SessionFingerprint,
    difference,
    sessions_of,
)
from ansible_collections.nat64.jool.tests.unit.replay import Answer
from ansible_collections.nat64.jool.tests.unit.test_session_facts import GLOBAL, ask, host, instance
from ansible_collections.nat64.jool.tests.unit.test_session_filter import SESSION

ALL = frozenset(SUBSETS)


def session(number: int) -> Session:
    """One of many that differ."""
    return SESSION._replace(
        ipv6_remote_address=f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::1",
        ipv4_local_l4_id=number % 65536,
        ipv4_remote_address=f"198.51.100.{number % 251}",
    )


def fingerprint(numbers: Iterable[int], size: int = 1000) -> str:
    found = SessionFingerprint()
    table = [session(number) for number in numbers]
    for start in range(0, len(table), size):
        found.add_block(SessionBlock.of_sessions(table[start : start + size]))
    text = found.text()
    assert text is not None
    return text


numbers = st.frozensets(st.integers(0, 2**20), max_size=40)


@given(numbers, numbers, st.integers(1, 9))
def test_bounds(here: frozenset[int], there: frozenset[int], size: int) -> None:
    alone = len(here ^ there)
    found = difference(fingerprint(sorted(here), size), fingerprint(sorted(there, reverse=True)))
    assert found.at_least <= alone
    assert (found.at_least == 0) == (alone == 0)
    assert found.about >= found.at_least
    assert sessions_of(fingerprint(here)) == len(here)


@pytest.mark.parametrize(
    ("here", "there"),
    [
        (range(40_000), range(40_000)),  # the same
        (range(40_000), range(40_003)),
        (range(40_000), range(5, 40_005)),  # as many, and not the same
        (range(40_000), range(400, 40_400)),
        (range(40_000), range(20_000, 60_000)),  # half of them
        (range(40_000), range(40_000, 80_000)),  # none
        (range(40_000), range(0)),
        (range(300), range(40_000)),
        (range(0), range(0)),
    ],
)
def test_many(here: range, there: range) -> None:
    """The estimate is within four times its standard deviation; few that differ are told exactly, or nearly."""
    alone = len(set(here) ^ set(there))
    found = difference(fingerprint(here), fingerprint(there))
    assert 0.75 * alone <= found.about <= 1.25 * alone
    assert found.at_least <= alone
    if alone <= 10:
        assert found.at_least == found.about == alone


def test_the_state_and_the_time_do_not_matter() -> None:
    """They are different on translators that are in step."""
    tables = [
        [SESSION._replace(state=state, expires_in=left)] for state, left in (("TRANS", 1.0), ("ESTABLISHED", 9.0))
    ]
    texts = []
    for table in tables:
        found = SessionFingerprint()
        found.add_block(SessionBlock.of_sessions(table))
        texts.append(found.text() or "")
    assert difference(*texts) == (0, 0)


@pytest.mark.parametrize(
    "other",
    [
        {"ipv6_remote_address": "2001:db8::ffff"},
        {"ipv4_local_address": "192.0.2.200"},
        {"ipv4_local_l4_id": 4},
        {"ipv4_remote_address": "198.51.100.99"},
        {"ipv4_remote_l4_id": 9},
        {"protocol": "udp", "state": None},
    ],
)
def test_everything_else_does(other: dict[str, object]) -> None:
    found = []
    for one in (SESSION, SESSION._replace(**other)):  # type: ignore[arg-type]
        found.append(SessionFingerprint())
        found[-1].add_block(SessionBlock.of_sessions([one]))
    assert difference(*(one.text() or "" for one in found)) == (2, 2)


def test_names_cannot_be_compared() -> None:
    found = SessionFingerprint()
    found.add_block(
        SessionBlock.of_sessions([SESSION._replace(ipv6_remote_address=None, ipv6_remote_name="a.example")])
    )
    found.add_block(SessionBlock.of_sessions([SESSION]))
    assert found.text() is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "0 bytes"),
        ("AAAA", "3 bytes"),
        ("é", "non-ASCII|ASCII"),
        ("A", "not in base64"),
        ("*" * 5464, "not in base64"),
        (base64.b64encode(bytes(8 * BUCKETS + 1)).decode(), f"{8 * BUCKETS + 1} bytes"),
    ],
)
def test_no_fingerprint(text: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        sessions_of(text)
    with pytest.raises(ValueError, match=fault):
        difference(fingerprint([1]), text)


SYNCHRONISED = GLOBAL.replace(b"ss-enabled,FALSE", b"ss-enabled,TRUE")


@pytest.mark.parametrize(
    ("parameters", "options", "there"),
    [
        (SYNCHRONISED, {"subsets": ALL}, True),
        (GLOBAL, {"subsets": ALL}, False),
        (SYNCHRONISED, {"subsets": frozenset({"counts", "summary"})}, False),
        (SYNCHRONISED, {"subsets": ALL, "session_filter": SessionFilter(states=("ESTABLISHED",))}, False),
    ],
)
def test_when_it_is_made(parameters: bytes, options: dict[str, Any], there: bool) -> None:
    answers = {**host("default"), **instance(), "jool -i default global display --csv": Answer(parameters)}
    (entry,) = ask(answers, **options)["instances"]
    assert (entry["fingerprint"] is not None) == there
    if there:
        assert sessions_of(entry["fingerprint"]) == entry["total"] == 4
