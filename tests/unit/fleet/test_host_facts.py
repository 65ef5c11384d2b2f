# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One host's facts as a part of a fleet: those of the real code are taken whole, others are refused with the reason."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.facts.question import Question
from ansible_collections.nat64.jool.plugins.module_utils.facts.session_facts import gather_capture
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import ANSWERED, FAILED, HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.data import fleet_report_data
from ansible_collections.nat64.jool.plugins.module_utils.fleet.host_facts import part_of_answer, part_of_facts
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import merge_all, summary_of
from ansible_collections.nat64.jool.tests.unit import test_session_facts as real
from ansible_collections.nat64.jool.tests.unit.corpus import Capture, select

from .answers import answered
from .synthetic import NOW, Shape, of_schema_1

Facts = dict[str, Any]


def facts() -> Facts:
    return copy.deepcopy(dict(answered("edge1", Shape(), Shape(name="blue", netns="blue")).facts or {}))


def part(found: Mapping[str, Any]) -> Facts:
    return part_of_facts(HostAnswer("edge1", ANSWERED, found))


# --- what the real code gathers ----------------------------------------------------------------------------------

WHOLE = [capture for capture in select("session") if capture.complete and capture.protocols and capture.stdout]


def gathered(capture: Capture) -> Facts:
    question = Question(protocols=capture.protocols, numeric=capture.numeric)
    return gather_capture([capture.stdout], capture.id, question)


def test_facts_of_every_recorded_table_merge_and_add_up() -> None:
    """Captures of five releases, each as one host: the fleet has what they have."""
    found = {capture.id: gathered(capture) for capture in WHOLE}
    summary = merge_all(summary_of(HostAnswer(host, ANSWERED, entry)) for host, entry in found.items())
    data = fleet_report_data(summary)
    assert len(found) > 100
    assert data["coverage"]["answered"] == len(found)
    assert data["totals"]["at_least"]["sessions"] == sum(entry["total"] for entry in found.values())
    for protocol in ("tcp", "udp", "icmp"):
        known = [entry["by_protocol"][protocol] for entry in found.values()]
        assert data["totals"]["at_least"]["by_protocol"][protocol] == sum(number or 0 for number in known)
    # No capture knows them all: a total over hosts of which some did not look is no number.
    assert data["totals"]["sessions"] is None
    states = {entry["state"]: entry["sessions"] for entry in data["states"]}
    by_state = [entry["by_state"] or {} for entry in found.values()]
    assert states == {state: sum(entry.get(state, 0) for entry in by_state) for state in states}


def test_facts_of_a_live_host_with_two_instances() -> None:
    found = real.ask({**real.host("default"), **real.instance()}, subsets=frozenset({"summary", "sessions"}))
    data = fleet_report_data(summary_of(HostAnswer("edge1", ANSWERED, found)))
    assert data["coverage"]["answered"] == 1
    assert data["totals"]["by_protocol"] == {"tcp": 3, "udp": 1, "icmp": 0}
    assert data["totals"]["sessions"] == 4
    assert [(pool["protocol"], pool["ports_used"], pool["ports_total"]) for pool in data["pools"]] == [
        ("tcp", 2, 4),
        ("udp", 1, 10),
    ]
    assert data["hosts"][0]["jool_tool"] == "4.1.9"
    assert json.dumps(data["top_clients"]).count('"exact": true') == 2


def test_facts_with_counts_alone_say_what_they_do_not_know() -> None:
    found = real.ask({**real.host("default"), **real.instance()}, subsets=frozenset({"counts"}))
    data = fleet_report_data(summary_of(HostAnswer("edge1", ANSWERED, found)))
    assert data["totals"]["sessions"] == 4
    assert data["totals"]["bib"] is data["expires_in"] is None
    assert data["pools"] == data["top_clients"] == []
    assert data["totals"]["clients"] | {"at_least": 0, "at_most": 4} == data["totals"]["clients"]
    assert data["hosts"][0]["clients"] is data["hosts"][0]["fullest_pool_percent"] is None


def test_rows_are_not_kept() -> None:
    rows = [{"protocol": "tcp", "ipv6_remote_address": "2001:db8:dead::1"}]
    found = facts()
    found["instances"][0].update(sessions=rows, truncated=True)
    assert "dead" not in json.dumps(part(found))


def test_the_first_schema_is_accepted_and_what_it_lacks_is_not_known() -> None:
    kept = part(of_schema_1(facts()))["facts"]["instances"][0]
    assert kept["total"] == facts()["instances"][0]["total"]
    names = ("bib", "by_mark", "top_services", "services", "expires_in", "rfc6052", "counters", "globals")
    assert {kept[name] for name in names} == {None}
    assert {row[5] for row in kept["pool4"]} == {None}


def test_values_of_types_that_derive_from_pythons_own_are_accepted() -> None:
    """Ansible's values carry tags and are of such types."""

    class Text(str):
        __slots__ = ()

    class Number(int):
        pass

    class Entries(dict):
        pass

    def tagged(value: Any) -> Any:
        if isinstance(value, dict):
            return Entries({Text(key): tagged(item) for key, item in value.items()})
        if isinstance(value, list):
            return [tagged(item) for item in value]
        if isinstance(value, bool) or value is None:
            return value
        return Text(value) if isinstance(value, str) else Number(value)

    assert summary_of(HostAnswer(Text("edge1"), ANSWERED, tagged(facts()))) == summary_of(
        HostAnswer("edge1", ANSWERED, facts())
    )


# --- what is refused ---------------------------------------------------------------------------------------------


def put(value: Any, *path: Any) -> Callable[[Facts], None]:
    def change(found: Any) -> None:
        for step in path[:-1]:
            found = found[step]
        found[path[-1]] = value

    return change


def drop(*path: Any) -> Callable[[Facts], None]:
    def change(found: Any) -> None:
        for step in path[:-1]:
            found = found[step]
        del found[path[-1]]

    return change


def _span(first: int, last: int | None) -> Facts:
    return {"from_seconds": first, "to_seconds": last, "sessions": 1}


FIRST = ("instances", 0)

DAMAGE: list[tuple[Callable[[Facts], None], str]] = [
    (drop("gathered_at"), "gathered_at is missing"),
    (drop("instances"), "instances is missing"),
    (drop("jool"), "jool is missing"),
    (drop(*FIRST, "top_clients"), "instances[0].top_clients is missing"),
    (drop("instances", 1, "expires_in"), "instances[1].expires_in is missing"),
    (drop(*FIRST, "pool4", 0, "ports_used"), "instances[0].pool4 has an entry without ports_used"),
    (drop("instances", 1), "total is missing or not the sum of the instances"),
    (drop("total"), "total is missing or not the sum of the instances"),
    (put("yesterday", "gathered_at"), "gathered_at is no time of the form 2026-11-23T18:00:00Z"),
    (put("2026-13-23T18:00:00Z", "gathered_at"), "gathered_at is no time"),
    (put(7, "gathered_at"), "gathered_at is a number and no text"),
    (put("yes", "complete"), "complete is a text and neither true nor false"),
    (put({}, "instances"), "instances is a mapping and no list"),
    (put([None], "instances"), "instances[0] is null and no mapping"),
    (put("4.1", "jool"), "jool is a text and no mapping"),
    (put(["tcp", "sctp"], "protocols"), "protocols[1] is none of tcp, udp, icmp"),
    (put("4711", *FIRST, "total"), "instances[0].total is a text and no whole number"),
    (put(True, *FIRST, "total"), "instances[0].total is a truth value and no whole number"),
    (put(-1, *FIRST, "clients"), "instances[0].clients is below 0"),
    (put(2**64, *FIRST, "clients"), "instances[0].clients is above what 64 bits hold"),
    (put(1.5, *FIRST, "clients"), "instances[0].clients is a number and no whole number"),
    (put(1, *FIRST, "by_protocol", "udp"), "has a total that is not the sum of its protocols"),
    (put([], *FIRST, "by_protocol"), "instances[0].by_protocol is a list and no mapping"),
    (put("x", *FIRST, "by_protocol", "udp"), "by_protocol has a value that is a text and no whole number"),
    (put({1: 2}, *FIRST, "by_mark"), "by_mark has a key that is a number and no text"),
    (put({"0": -2}, *FIRST, "by_mark"), "by_mark has a number that is no count"),
    (put({"tcp": {"static": 1}}, *FIRST, "bib"), "bib has a value that is missing"),
    (put(0, *FIRST, "client_prefix_length"), "client_prefix_length is not between 1 and 128"),
    (put(56, *FIRST, "client_prefix_length"), "top_clients has a key that is no prefix of length 56"),
    (put([{"prefix": "x/64", "sessions": 1}], *FIRST, "top_clients"), "top_clients has a key that is no IPv6 prefix"),
    (put([{"prefix": [], "sessions": 1}], *FIRST, "top_clients"), "an entry whose prefix is no text or number"),
    (put([{"address": "a", "sessions": 1}] * 2, *FIRST, "top_destinations"), "top_destinations names a key twice"),
    (put([{"address": None, "sessions": 1}], *FIRST, "top_destinations"), "whose address is no text or number"),
    (put("tcp", *FIRST, "top_services"), "top_services is a text and no list"),
    (put(9, *FIRST, "pool4"), "pool4 is a number and no list"),
    (put([None], *FIRST, "pool4"), "pool4 is null and no mapping"),
    (put("sctp", *FIRST, "pool4", 1, "protocol"), "instances[0].pool4[1].protocol is none of tcp, udp, icmp"),
    (put(None, *FIRST, "pool4", 0, "port_max"), "pool4[0].port_max is null and no whole number"),
    (put(65536, *FIRST, "pool4", 0, "port_max"), "pool4[0] is no range of ports"),
    (put(5000, *FIRST, "pool4", 0, "ports_used"), "pool4[0] has more ports in use than it has"),
    (put("soon", *FIRST, "expires_in", 0, "to_seconds"), "expires_in[0].to_seconds is a text and no number"),
    (put(float("nan"), *FIRST, "expires_in", 0, "to_seconds"), "expires_in[0].to_seconds is no number of seconds"),
    (put(11, *FIRST, "expires_in", 0, "to_seconds"), "expires_in has a gap between two spans of time"),
    (put([(0, 0), (0, None)], *FIRST, "expires_in"), "expires_in is a list and no mapping"),
    (put([_span(5, 5), _span(5, None)], *FIRST, "expires_in"), "expires_in has a span of time without any"),
    (put({"x"}, *FIRST, "pool4"), "pool4 is of the type set and no list"),
    (put(10**9, *FIRST, "rfc6052", "mismatched"), "rfc6052 has more mismatches than rows"),
    (put("no", *FIRST, "globals", "ss_enabled"), "globals.ss_enabled is a text and neither true nor false"),
    (put("x", *FIRST, "counters", "JSTAT_SESSIONS"), "counters has a value that is a text and no whole number"),
    (put(4, "identity"), "identity is a number and no text"),
]


@pytest.mark.parametrize(("change", "fault"), DAMAGE, ids=[fault for _change, fault in DAMAGE])
def test_damaged_facts_are_refused_with_the_place(change: Callable[[Facts], None], fault: str) -> None:
    found = facts()
    change(found)
    with pytest.raises(errors.FactsDamaged) as caught:
        part(found)
    assert fault in str(caught.value)
    assert str(caught.value).startswith("edge1: The session facts are damaged and were not counted: ")
    assert "2001:db8" not in str(caught.value), "messages repeat nothing of the facts"


@pytest.mark.parametrize("schema", [0, 3, "2", None, True, [1]])
def test_an_unknown_schema_is_refused(schema: object) -> None:
    with pytest.raises(errors.FactsNotUnderstood, match=r"known are 1 and 2"):
        part({**facts(), "schema": schema})


@pytest.mark.parametrize("found", [None, {}, [], "facts", {"failed": True}])
def test_what_is_no_facts_is_refused(found: Any) -> None:
    with pytest.raises(errors.FactsDamaged, match="there are no session facts"):
        part(found)


def test_a_host_with_damaged_facts_has_failed_and_the_others_count() -> None:
    good = answered("edge2")
    bad = HostAnswer("edge1", ANSWERED, {**facts(), "schema": 9}, None, ("nat64",))
    data = fleet_report_data(merge_all(map(summary_of, (bad, good))), generated_at=NOW)
    assert data["coverage"] | {"asked": 2, "answered": 1, "failed": 1} == data["coverage"]
    (missing,) = data["coverage"]["missing"]
    assert (missing["host"], missing["condition"]) == ("edge1", "FactsNotUnderstood")
    assert data["totals"]["sessions"] == (good.facts or {})["total"]
    assert part_of_answer(bad)["groups"] == ["nat64"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (None, None),
        ({}, None),
        ("text", None),
        ({"condition": 7, "message": ["a"]}, "['a']"),
        ({"message": "x" * 5000}, "x" * 2000),
    ],
)
def test_a_failure_whose_error_is_odd_is_still_a_failure(error: Any, message: str | None) -> None:
    kept = part_of_answer(HostAnswer("edge1", "odd", None, error))
    assert kept["status"] == FAILED
    assert kept["error"]["message"] == message
