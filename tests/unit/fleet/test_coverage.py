# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Coverage: which hosts the numbers are of, and each missing one by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import ANSWERED, HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.coverage import UNKNOWN_REMEDY
from ansible_collections.nat64.jool.plugins.module_utils.fleet.data import fleet_report_data
from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptions
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import merge_all, summary_of

from .answers import answered
from .synthetic import NOW

NOTHING = {
    "asked": 0,
    "answered": 0,
    "failed": 0,
    "unreachable": 0,
    "stale": 0,
    "duplicate": 0,
    "not_applicable": 0,
    "incomplete": 0,
    "percent": 0.0,
    "min_percent": None,
    "met": True,
    "missing": [],
    "duplicates": [],
    "oldest_gathered_at": None,
    "newest_gathered_at": None,
}


def coverage(answers: Sequence[HostAnswer], **options: Any) -> dict[str, Any]:
    return fleet_report_data(merge_all(map(summary_of, answers)), FleetOptions(**options), NOW)["coverage"]


def lost(host: str) -> HostAnswer:
    return HostAnswer.of_error(host, errors.ConnectionFailed("No route to host", host=host))


SIIT = answered("siit", applicable=False, instances=[], total=None, by_protocol=None, by_state=None)

CASES: list[tuple[str, Sequence[HostAnswer], dict[str, Any], dict[str, Any]]] = [
    ("nobody", [], {}, {}),
    ("nobody, and some must", [], {"min_coverage_percent": 0}, {"met": False, "min_percent": 0}),
    (
        "all",
        [answered("a"), answered("b", minutes=9)],
        {"min_coverage_percent": 100},
        {
            "asked": 2,
            "answered": 2,
            "percent": 100.0,
            "min_percent": 100,
            "oldest_gathered_at": "2026-11-25T02:51:00Z",
            "newest_gathered_at": "2026-11-25T02:55:00Z",
        },
    ),
    ("old and new", [answered("a"), answered("b", minutes=61)], {}, {"asked": 2, "answered": 2, "stale": 1}),
    ("twice", [answered("a"), answered("a"), answered("a")], {}, {"asked": 1, "answered": 1, "duplicate": 1}),
    ("no NAT64", [SIIT, answered("a")], {}, {"asked": 2, "answered": 2, "not_applicable": 1, "percent": 100.0}),
    ("not all", [answered("a", complete=False)], {}, {"asked": 1, "answered": 1, "incomplete": 1}),
    (
        "failures",
        [answered("a"), lost("b"), HostAnswer.of_error("c", errors.NoPrivilege())],
        {"min_coverage_percent": 33.3},
        {"asked": 3, "answered": 1, "failed": 1, "unreachable": 1, "percent": 33.3, "met": True},
    ),
    ("failures, and more must", [answered("a"), lost("b"), lost("c")], {"min_coverage_percent": 33.4}, {"met": False}),
    ("lost without a trace", [answered("a")], {"expected_hosts": ("a", "b")}, {"asked": 2, "answered": 1, "failed": 1}),
    ("two machines", [answered("a", identity="1"), answered("a", identity="2")], {}, {"asked": 2, "duplicate": 0}),
    (
        "one machine, whose facts once had no identity",
        [answered("a", identity="1"), answered("a", minutes=1), lost("a")],
        {},
        {"asked": 1, "answered": 1, "duplicate": 1, "newest_gathered_at": "2026-11-25T02:55:00Z"},
    ),
]


@pytest.mark.parametrize(
    ("answers", "options", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_coverage(answers, options, expected) -> None:
    found = coverage(answers, **options)
    assert found.keys() == NOTHING.keys()
    assert {name: found[name] for name in expected} == expected
    assert found["asked"] == found["answered"] + found["failed"] + found["unreachable"]
    assert len(found["missing"]) == found["failed"] + found["unreachable"]


def test_nobody_was_asked() -> None:
    assert coverage([]) == NOTHING


def test_it_is_100_percent_only_when_all_answered() -> None:
    found = coverage([*(answered(f"edge{number}") for number in range(1500)), lost("gone")])
    assert found["percent"] == 99.9


def test_a_missing_host_is_named_with_the_reason_and_what_to_do() -> None:
    (missing,) = coverage([answered("a"), lost("b")])["missing"]
    assert missing == {
        "host": "b",
        "status": "unreachable",
        "condition": "ConnectionFailed",
        "message": "The host cannot be reached: No route to host.",
        "remedy": errors.ConnectionFailed.remedy,
    }


@pytest.mark.parametrize(
    "condition", [None, "", "NoSuchCondition", "shlex", "OUTPUT_SHOWN", "NotApplicable", "JoolError"]
)
def test_a_condition_that_is_not_known_has_advice_too(condition: str | None) -> None:
    (missing,) = coverage([HostAnswer("b", "failed", None, {"condition": condition, "message": "b: it broke"})])[
        "missing"
    ]
    assert missing["remedy"] == UNKNOWN_REMEDY
    assert missing["message"] == "it broke"


def test_a_stateless_translator_has_no_sessions_rather_than_none() -> None:
    data = fleet_report_data(summary_of(SIIT), None, NOW)
    (host,) = data["hosts"]
    assert (host["status"], host["applicable"], host["sessions"], host["tcp"]) == (ANSWERED, False, None, None)
    assert data["totals"]["sessions"] is None
    assert data["verdict"]["severity"] == "ok"
