# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Summaries of a fleet merge in any order, and each host counts once."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.data import fleet_report_data
from ansible_collections.nat64.jool.plugins.module_utils.fleet.host_part import HostPart, unpack
from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptions
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import (
    FleetSummary,
    from_dict,
    from_json,
    merge,
    merge_all,
    summary_of,
)

from .answers import answered, answers
from .synthetic import NOW, Shape

PAIRS = FleetOptions(pairs=(("edge1", "edge2"),))

summaries = st.lists(answers, max_size=3).map(lambda some: merge_all(summary_of(answer, PAIRS) for answer in some))


def report(summary: FleetSummary, **options: object) -> dict:
    return fleet_report_data(summary, FleetOptions(**options), NOW)  # type: ignore[arg-type]


@given(summaries, summaries, summaries)
def test_merging_is_associative_commutative_and_has_a_neutral_element(a, b, c) -> None:
    assert merge(a, FleetSummary()) == merge(FleetSummary(), a) == a
    assert merge(a, b) == merge(b, a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c)) == merge_all((c, a, b))


@settings(max_examples=50)
@given(st.lists(answers, max_size=6), st.randoms())
def test_a_report_is_the_same_whatever_the_order(some, rng) -> None:
    """Whatever the hosts answered, there is a report; and it is plain data."""
    parts = [summary_of(answer, PAIRS) for answer in some]
    first = fleet_report_data(merge_all(parts), PAIRS, NOW)
    rng.shuffle(parts)
    assert fleet_report_data(merge_all(parts), PAIRS, NOW) == first
    assert json.loads(json.dumps(first)) == first
    assert first["coverage"]["asked"] == len({answer.host for answer in some})


@given(summaries)
def test_a_summary_survives_being_plain_data(summary: FleetSummary) -> None:
    document = json.loads(json.dumps(summary.as_dict()))
    written = b"".join(summary.json_pieces())
    assert json.loads(written) == document
    assert from_dict(document) == from_json(written) == from_json(json.dumps(document, indent=1).encode()) == summary


@settings(max_examples=50)
@given(st.lists(answers, max_size=6))
def test_nothing_that_is_not_known_counts_as_zero(some) -> None:
    data = report(merge_all(map(summary_of, some)))
    totals, hosts = data["totals"], data["hosts"]
    counted = [host for host in hosts if host["status"] == "answered"]
    assert all(host["sessions"] is None for host in hosts if host["status"] != "answered")
    if not counted:
        assert totals["sessions"] is None
        assert set(totals["by_protocol"].values()) == {None}
        assert (totals["by_state"], totals["bib"], totals["clients"]["at_least"]) == (None, None, None)
        return
    for protocol, number in totals["by_protocol"].items():
        known = [host[protocol] for host in counted]
        assert number == (None if None in known else sum(known))
        assert (protocol in totals["incomplete"]) == (None in known)
    assert totals["at_least"]["sessions"] == sum(host["sessions"] for host in counted)


def test_the_newer_answer_counts() -> None:
    old, new = answered("edge1", seed=1, minutes=30), answered("edge1", seed=2, minutes=3)
    data = report(merge(summary_of(new), summary_of(old)))
    assert data["totals"]["sessions"] == new.facts["total"]
    assert data["coverage"] | {"asked": 1, "answered": 1, "duplicate": 1} == data["coverage"]
    assert data["coverage"]["duplicates"] == [{"host": "edge1", "answers": 2}]
    assert [finding["code"] for finding in data["findings"]] == ["duplicate_answer"]


def test_of_two_answers_of_the_same_moment_always_the_same_one_counts() -> None:
    first, second = summary_of(answered("edge1", seed=1)), summary_of(answered("edge1", seed=2))
    assert merge(first, second) == merge(second, first)
    assert first != second


@pytest.mark.parametrize("flipped", [False, True])
def test_an_answer_is_better_than_a_failure(flipped: bool) -> None:
    """A slice that was run again: what failed at first is no duplicate and no failure."""
    parts = [
        summary_of(HostAnswer.of_error("edge1", errors.CommandTimeout())),
        summary_of(answered("edge1", identity="4c4c4544")),
    ]
    data = report(merge_all(reversed(parts) if flipped else parts))
    assert data["coverage"] | {"asked": 1, "answered": 1, "failed": 0, "duplicate": 0} == data["coverage"]


def test_the_same_file_twice_counts_once() -> None:
    summary = merge(summary_of(answered("edge1")), summary_of(HostAnswer.of_error("edge2", errors.ConnectionLost())))
    once, twice = report(summary), report(merge(summary, summary))
    assert twice["totals"] == once["totals"]
    assert twice["coverage"]["duplicates"] == [{"host": "edge1", "answers": 2}]
    assert twice["coverage"]["missing"] == once["coverage"]["missing"]


def test_a_summary_remembers_pairs() -> None:
    """The slice that knew the inventory says it to the play that merges."""
    shape = Shape(address="203.0.113.1", ss_enabled=True)
    parts = [summary_of(answered(host, shape, seed=7), PAIRS) for host in ("edge1", "edge2")]
    data = report(from_dict(merge_all(parts).as_dict()))
    assert data["pairs"][0]["members"] == ["edge1", "edge2"]
    assert data["totals"]["sessions_counted_twice"] == data["totals"]["sessions"] > 0


def test_entries_are_small() -> None:
    """Two instances with six ranges, ten clients, destinations and services each: some kilobytes a host."""
    shapes = [Shape((30.0,) * 6, name) for name in ("a", "b")]
    ((_key, entry),) = summary_of(answered("edge1", *shapes)).hosts.items()
    assert len(entry.packed) < 4500
    part = unpack(entry.packed)
    assert isinstance(part, HostPart)
    assert [len(instance.pool4 or ()) for instance in part.facts.instances] == [6, 6]


def test_options_other_than_pairs_leave_a_summary_alone() -> None:
    answer = answered("edge9")
    assert summary_of(answer, replace(PAIRS, title="x", top=1)) == summary_of(answer)
