# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Translators that hold the same sessions: each session counts once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.data import fleet_report_data
from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptions
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import merge_all, summary_of

from ..test_fingerprint import fingerprint
from .answers import answered, changed
from .synthetic import NOW, Shape

SHAPE = Shape((40.0, 20.0, 5.0), address="203.0.113.1", ss_enabled=True)
DECLARED = (("a", "b"),)


def report(*answers: HostAnswer, pairs: Any = DECLARED) -> dict[str, Any]:
    return fleet_report_data(merge_all(map(summary_of, answers)), FleetOptions(pairs=pairs), NOW)


def sessions(tcp: int, udp: int | None, **more: Any) -> dict[str, Any]:
    return {"by_protocol": {"tcp": tcp, "udp": udp, "icmp": 0}, "total": tcp + (udp or 0), **more}


def member(host: str, tcp: int, udp: int | None = 0) -> HostAnswer:
    return changed(answered(host, SHAPE, seed=4), **sessions(tcp, udp))


def holding(host: str, *numbers: int | range) -> HostAnswer:
    """A host that has these sessions, all of them of TCP."""
    held = [number for part in numbers for number in (part if isinstance(part, range) else (part,))]
    return changed(answered(host, SHAPE, seed=4), **sessions(len(held), 0, fingerprint=fingerprint(held)))


def test_the_member_with_more_sessions_counts() -> None:
    alone = changed(answered("c"), **sessions(1, 0))
    data = report(member("a", 90), member("b", 100), alone)
    assert data["totals"]["sessions"] == 101
    assert data["totals"]["instances"] == 2
    assert data["totals"]["sessions_counted_twice"] == 90
    assert data["pairs"] == [
        {
            "members": ["a", "b"],
            "declared": True,
            "detected": False,
            "sessions": {"a": 90, "b": 100},
            "difference": {"tcp": 10, "udp": 0, "icmp": 0},
            "difference_at_least": 10,
            "difference_about": None,
            "in_step": False,
        }
    ]
    # Each host still shows what it has, and so do its pools.
    assert [host["sessions"] for host in data["hosts"]] == [90, 100, 1]
    assert {pool["host"] for pool in data["pools"]} == {"a", "b", "c"}


def test_clients_and_states_count_once_too() -> None:
    alone, both = (
        report(answered("a", SHAPE, seed=4)),
        report(answered("a", SHAPE, seed=4), answered("b", SHAPE, seed=4)),
    )
    names = ("by_protocol", "by_state", "by_mark", "bib", "clients", "sessions")
    assert {name: both["totals"][name] for name in names} == {name: alone["totals"][name] for name in names}
    for name in ("top_clients", "top_services", "top_destinations", "states", "expires_in"):
        assert both[name] == alone[name]


def test_each_instance_is_taken_from_the_member_that_has_most_of_it() -> None:
    shapes = (SHAPE, Shape(name="blue", netns="x", address="203.0.113.9", ss_enabled=True))
    one = changed(changed(answered("a", *shapes), **sessions(10, 5)), 1, **sessions(200, 0))
    other = changed(changed(answered("b", *shapes), **sessions(12, 0)), 1, **sessions(100, 0), netns="elsewhere")
    data = report(one, other)
    assert data["totals"]["sessions"] == 15 + 200
    (pair,) = data["pairs"]
    assert pair["difference"] == {"tcp": 2 + 100, "udp": 5, "icmp": 0}
    assert pair["difference_at_least"] == 107


def test_a_member_that_knows_less_does_not_hide_one_that_knows_more() -> None:
    """A total without UDP is no total of the pair."""
    data = report(member("a", 90, 5), member("b", 200, None))
    assert data["totals"]["by_protocol"]["udp"] == 5
    (pair,) = data["pairs"]
    assert pair["difference"] == {"tcp": 110, "udp": None, "icmp": 0}


def test_an_instance_that_only_one_member_has() -> None:
    two = answered("a", SHAPE, Shape(name="blue", address="203.0.113.9", ss_enabled=True), seed=4)
    extra = (two.facts or {})["instances"][1]
    data = report(two, answered("b", SHAPE, seed=4))
    assert data["totals"]["sessions"] == (two.facts or {})["total"]
    assert data["pairs"][0]["difference_at_least"] == extra["total"]


def test_an_instance_that_is_not_synchronised_is_its_hosts_own() -> None:
    """On one member or on all of them: it is in every total, and no difference."""
    own = Shape((10.0,), name="own", address="203.0.113.7")
    for more in ((), (own,)):
        one, other = answered("a", SHAPE, own, seed=4), answered("b", SHAPE, *more, seed=4)
        data = report(one, other)
        shared = (other.facts or {})["instances"][0]["total"]
        assert data["totals"]["sessions_counted_twice"] == shared
        assert data["totals"]["sessions"] == (one.facts or {})["total"] + (other.facts or {})["total"] - shared
        assert data["pairs"][0]["difference_at_least"] == 0


def test_fingerprints_compare_beside_an_instance_that_is_not_synchronised() -> None:
    one = holding("a", range(90))
    own = (answered("a", Shape((10.0,), name="own")).facts or {})["instances"][0]
    facts = one.facts or {}
    both = {**facts, "instances": [*facts["instances"], own], "total": facts["total"] + own["total"]}
    (pair,) = report(HostAnswer("a", one.status, both), holding("b", range(2, 92)))["pairs"]
    assert (pair["difference_at_least"], pair["difference_about"]) == (4, 4)


def test_three_members() -> None:
    data = report(member("a", 90), member("b", 100), member("c", 95), pairs=(("a", "b"), ("c", "b")))
    assert data["totals"]["sessions"] == 100
    assert data["totals"]["sessions_counted_twice"] == 185
    assert [pair["members"] for pair in data["pairs"]] == [["a", "b", "c"]]


def test_half_a_pair_counts() -> None:
    data = report(member("a", 90), HostAnswer.of_error("b", errors.ConnectionLost()))
    assert data["totals"]["sessions"] == 90
    (pair,) = data["pairs"]
    assert pair["sessions"] == {"a": 90, "b": None}
    assert pair["difference_at_least"] is pair["in_step"] is None


def test_a_suspected_pair_counts_in_full() -> None:
    data = report(member("a", 90), member("b", 100), pairs=())
    assert data["totals"]["sessions"] == 190
    assert data["totals"]["sessions_counted_twice"] == 0
    (pair,) = data["pairs"]
    assert (pair["members"], pair["declared"], pair["detected"]) == (["a", "b"], False, False)
    assert [finding["code"] for finding in data["findings"] if "pair" in finding["code"]] == ["pair_suspected"]


def test_as_many_sessions_and_not_the_same() -> None:
    data = report(holding("a", range(100)), holding("b", range(2, 102)))
    (pair,) = data["pairs"]
    assert pair["difference"] == {"tcp": 0, "udp": 0, "icmp": 0}
    assert (pair["difference_at_least"], pair["difference_about"], pair["in_step"]) == (4, 4, True)
    (finding,) = [finding for finding in data["findings"] if "pair" in finding["code"]]
    assert (finding["severity"], finding["code"]) == ("note", "pair_out_of_step")
    assert finding["evidence"].startswith("At least 4 sessions are not on every member: a has 100, b has 100.")


def test_half_of_many_sessions_differ() -> None:
    """The lower bound is far below the truth then, and would be tolerated."""
    data = report(holding("a", range(20_000)), holding("b", range(10_000, 30_000)))
    (pair,) = data["pairs"]
    assert pair["difference_at_least"] < 5_000
    assert 15_000 < pair["difference_about"] < 25_000
    assert pair["in_step"] is False
    assert [finding["severity"] for finding in data["findings"] if finding["code"] == "pair_out_of_step"] == ["warning"]


def test_a_pair_that_nobody_declared_is_detected_and_counts_once() -> None:
    data = report(holding("a", range(100)), holding("b", range(3, 101)), pairs=())
    assert data["totals"]["sessions"] == 100
    assert data["totals"]["sessions_counted_twice"] == 98
    (pair,) = data["pairs"]
    assert (pair["members"], pair["declared"], pair["detected"]) == (["a", "b"], False, True)
    assert pair["difference_at_least"] == 4
    codes = [finding["code"] for finding in data["findings"] if "pair" in finding["code"]]
    assert codes == ["pair_out_of_step", "pair_detected"]


@pytest.mark.parametrize(
    "others",
    [
        [holding("b", range(80, 230))],  # a fifth
        [holding("b", range(40))],  # all that it has, and less than half of the other's
        [holding("b", range(1000, 40_000))],  # none, and many more
        [holding("b", range(1000, 1100))],  # none
        [holding("b")],  # nothing to compare
        [member("b", 100)],  # no fingerprint
    ],
)
def test_hosts_that_share_too_little_are_only_suspected(others: list[HostAnswer]) -> None:
    one = holding("a", range(99))
    data = report(one, *others, pairs=())
    assert data["totals"]["sessions_counted_twice"] == 0
    assert [(pair["declared"], pair["detected"]) for pair in data["pairs"]] == [(False, False)]


def with_own(answer: HostAnswer, sessions_of_its_own: int) -> HostAnswer:
    """The same host with a second instance that is not synchronised."""
    facts = answer.facts or {}
    own = (answered("x", Shape((10.0,), name="own", address="203.0.113.7")).facts or {})["instances"][0]
    own.update(sessions(sessions_of_its_own, 0))
    both = {**facts, "instances": [*facts["instances"], own], "total": facts["total"] + own["total"]}
    return HostAnswer(answer.host, answer.status, both)


def test_sessions_of_other_instances_make_no_pair() -> None:
    one, other = with_own(holding("a", range(100)), 1000), with_own(holding("b", range(500, 600)), 900)
    data = report(one, other, pairs=())
    assert data["totals"]["sessions"] == 1100 + 1000
    assert data["totals"]["sessions_counted_twice"] == 0
    assert [(pair["declared"], pair["detected"]) for pair in data["pairs"]] == [(False, False)]


def test_sessions_of_other_instances_make_no_pair_be_in_step() -> None:
    data = report(with_own(holding("a", range(100)), 100_000), holding("b", range(50, 150)))
    assert data["pairs"][0]["in_step"] is False


def test_a_pair_that_is_found_by_two_pools_counts_once() -> None:
    """One of the pools is a third host's, too, which shares nothing."""
    second = Shape((10.0,), name="second", address="203.0.113.8", ss_enabled=True)
    hosts = []
    for name in "ab":
        answer = answered(name, SHAPE, second, seed=4)
        for number, held in enumerate((range(100), range(200, 230))):
            answer = changed(answer, number, **sessions(len(held), 0, fingerprint=fingerprint(held)))
        hosts.append(answer)
    data = report(*hosts, holding("c", range(900, 990)), pairs=())
    assert data["totals"]["sessions"] == 130 + 90
    assert data["totals"]["sessions_counted_twice"] == 130
    assert [(pair["members"], pair["detected"]) for pair in data["pairs"]] == [
        (["a", "b"], True),
        (["a", "b", "c"], False),
    ]


def test_two_pairs_with_one_pool4() -> None:
    found = [
        holding("a", range(90)),
        holding("b", range(500, 590)),
        holding("c", range(90)),
        holding("d", range(499, 590)),
    ]
    data = report(*found, holding("e", range(900, 990)), pairs=())
    assert data["totals"]["sessions"] == 90 + 91 + 90
    assert [(pair["members"], pair["detected"]) for pair in data["pairs"]] == [
        (["a", "c"], True),
        (["b", "d"], True),
        (["a", "b", "c", "d", "e"], False),
    ]


def test_fingerprints_of_other_protocols_do_not_compare() -> None:
    one, other = holding("a", range(90)), holding("b", range(90))
    less = HostAnswer(other.host, other.status, {**(other.facts or {}), "protocols": ["tcp"]})
    (pair,) = report(one, less)["pairs"]
    assert (pair["difference_at_least"], pair["difference_about"]) == (0, None)


@pytest.mark.parametrize("text", ["nonsense", fingerprint(range(4)), 7])
def test_a_fingerprint_that_is_none_is_a_failure_of_its_host(text: object) -> None:
    data = report(holding("a", range(90)), changed(holding("b", range(90)), fingerprint=text))
    assert [(host["host"], host["status"]) for host in data["hosts"]] == [("a", "answered"), ("b", "failed")]
    (missing,) = data["coverage"]["missing"]
    assert "fingerprint" in missing["message"]


@pytest.mark.parametrize(
    "other",
    [
        Shape((40.0,), address="203.0.113.1"),  # no synchronisation
        Shape((40.0,), address="203.0.113.2", ss_enabled=True),  # other addresses
        Shape((), ss_enabled=True),  # no addresses
    ],
)
def test_no_suspicion(other: Shape) -> None:
    assert report(answered("a", SHAPE), answered("b", other), pairs=())["pairs"] == []


def test_addresses_of_an_empty_pool4_are_no_ground_for_suspicion() -> None:
    hosts = [answered(host, SHAPE) for host in ("a", "b")]
    pool = {**(hosts[0].facts or {})["instances"][0]["pool4"][0], "is_default": True}
    assert report(*(changed(host, pool4=[pool]) for host in hosts), pairs=())["pairs"] == []


def test_members_without_any_session_are_in_step() -> None:
    (pair,) = report(member("a", 0), member("b", 0))["pairs"]
    assert (pair["difference_at_least"], pair["in_step"]) == (0, True)
