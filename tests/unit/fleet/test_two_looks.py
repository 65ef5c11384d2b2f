# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What takes two looks: counters that grow, translators without traffic, and what changed between two audits."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.trouble_counters import TROUBLE
from ansible_collections.nat64.jool.tests.unit.host_facts_sample import (
    FOLLOWING,
    instance,
    kernel,
    kernels,
    pool4,
    statistics,
)

from .answers import answered
from .states import findings, looked_at, report
from .synthetic import Shape


def counted(minutes: float = 5, host: str = "edge1", **counters: int) -> HostAnswer:
    told = {"JSTAT_SUCCESS": 1000, "JSTAT_RECEIVED6": 700, "JSTAT_RECEIVED4": 900, **counters}
    return looked_at(host, (), minutes=minutes, instances=[instance(statistics=statistics(**told))])


BEFORE = [counted(65)]


def told(*answers: HostAnswer, **more: Any) -> list[tuple[str, str, str]]:
    found = report(*answers, **more)["findings"]
    return [(one["severity"], one["code"], one["evidence"]) for one in found]


def test_healthy() -> None:
    assert told(counted(JSTAT_SUCCESS=2000), before=BEFORE) == []
    assert told(counted(JSTAT_SUCCESS=2000)) == []  # nobody compares


@pytest.mark.parametrize("name", list(TROUBLE))
def test_a_counter_of_lost_packets(name: str) -> None:
    ((severity, code, said),) = told(counted(JSTAT_SUCCESS=1900, **{name: 100}), before=BEFORE)
    assert (severity, code) == ("warning", "counter_grew")
    assert said.startswith("It grew by 100 in 1 hour (10.0 percent of the packets that were to be translated): ")
    (found,) = report(counted(JSTAT_SUCCESS=1900, **{name: 100}), before=BEFORE)["findings"]
    assert (found["subject"], found["host"], found["instance"]) == (name, "edge1", "default")


def test_a_few_lost_packets_are_a_note() -> None:
    (one,) = told(counted(JSTAT_SUCCESS=1_001_000, JSTAT_UNKNOWN=7), before=BEFORE)
    assert one[:2] == ("note", "counter_grew")
    assert "(below 0.1 percent of the packets" in one[2]


def test_what_was_lost_before_is_not_lost_again() -> None:
    assert told(counted(JSTAT_SUCCESS=2000, JSTAT_UNKNOWN=7), before=[counted(65, JSTAT_UNKNOWN=7)]) == []


def test_counters_of_a_healthy_translator_may_grow() -> None:
    grown = counted(JSTAT_SUCCESS=2000, JSTAT_POOL4_MISMATCH=10**6, JSTAT_BIB4_NOT_FOUND=10**5, JSTAT_PKT_TOO_BIG=10**4)
    assert told(grown, before=BEFORE) == []


def test_no_traffic() -> None:
    ((severity, code, said),) = told(counted(JSTAT_RECEIVED6=707), before=BEFORE)
    assert (severity, code) == ("warning", "no_traffic")
    assert said.startswith("JSTAT_SUCCESS stood still at 1,000 for 1 hour, from 2026-11-")
    assert said.endswith("those of the host itself among them: 7 of IPv6 and 0 of IPv4.")
    ((_severity, _code, said),) = told(counted(), before=BEFORE)
    assert said.endswith("No packet came to it.")


def test_a_translator_that_never_translated_anything() -> None:
    empty = [counted(65, JSTAT_SUCCESS=0)]
    assert [one[1] for one in told(counted(JSTAT_SUCCESS=0), before=empty)] == ["no_traffic"]


def test_no_traffic_for_a_moment() -> None:
    assert told(counted(5), before=[counted(5.9)]) == []
    assert told(counted(5), before=[counted(6)]) != []


def test_looks_in_the_wrong_order() -> None:
    assert told(counted(25), before=[counted(5)]) == []


def test_counters_that_began_anew() -> None:
    """The module was loaded anew: nothing can be said, and that is what is said."""
    anew = counted(JSTAT_SUCCESS=900, JSTAT_UNKNOWN=50)
    assert told(anew, before=BEFORE) == []
    entries = report(anew, before=BEFORE)["changes"]["entries"]
    assert entries == [
        {"host": "edge1", "instance": "default", "what": "counters", "before": "counted on", "now": "began anew"}
    ]


def test_the_one_that_waits() -> None:
    """A declared member of a pair may well be without traffic."""
    pair = {"pairs": (("edge1", "edge2"),)}
    first, second = counted(JSTAT_SUCCESS=2000), counted(host="edge2")
    before = [*BEFORE, counted(65, "edge2")]
    assert ("note", "no_traffic") in [one[:2] for one in told(first, second, before=before, **pair)]
    assert ("warning", "no_traffic") in [one[:2] for one in told(first, second, before=before)]


def test_gauges_go_down() -> None:
    before = [counted(65, JSTAT_SESSIONS=500, JSTAT_BIB_ENTRIES=500)]
    assert told(counted(JSTAT_SUCCESS=2000, JSTAT_SESSIONS=1), before=before) == []


def changes(*answers: HostAnswer, before: list[HostAnswer], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = report(*answers, before=before, **more)["changes"]
    return found


def test_nobody_compares() -> None:
    assert report(looked_at())["changes"] is None


def test_nothing_changed() -> None:
    assert changes(looked_at(), before=[looked_at(minutes=65)]) == {
        "since": "2026-11-25T01:55:00Z",
        "hosts_new": [],
        "hosts_gone": [],
        "hosts_silent": [],
        "hosts_back": [],
        "sessions": [{"host": "edge1", "before": 3115, "now": 3115, "difference": 0}],
        "entries": [],
        "findings_new": None,
        "findings_gone": None,
    }


def test_hosts_that_come_and_go() -> None:
    silent = HostAnswer.of_error("b", errors.ConnectionFailed(host="b"))
    found = changes(
        *(looked_at("a"), silent, looked_at("c"), looked_at("new")),
        before=[
            looked_at("a", minutes=65),
            looked_at("b", minutes=65),
            HostAnswer.of_error("c", errors.ConnectionFailed(host="c")),
            looked_at("old", minutes=65),
        ],
    )
    assert {name: found[f"hosts_{name}"] for name in ("new", "gone", "silent", "back")} == {
        "new": ["new"],
        "gone": ["old"],
        "silent": ["b"],
        "back": ["c"],
    }
    assert [row["host"] for row in found["sessions"]] == ["a"]


def test_sessions_largest_difference_first() -> None:
    few, many = Shape((10.0,)), Shape((80.0,))
    found = changes(
        *(looked_at("a", shape=few), looked_at("b", shape=many)),
        before=[looked_at("a", shape=few, minutes=65), looked_at("b", shape=few, minutes=65)],
    )
    (first, second) = found["sessions"]
    assert (first["host"], first["difference"] > 0) == ("b", True)
    assert first["now"] - first["before"] == first["difference"]
    assert (second["host"], second["difference"]) == ("a", 0)


def entries(now: dict[str, Any], past: dict[str, Any]) -> list[tuple[Any, ...]]:
    found = changes(looked_at(**now), before=[looked_at(minutes=65, **past)])["entries"]
    return [(one["instance"], one["what"], one["before"], one["now"]) for one in found]


@pytest.mark.parametrize(
    ("now", "past", "expected"),
    [
        ({"tool": "4.1.13"}, {}, [(None, "tool", "4.1.9", "4.1.13")]),
        ({"module": None, "instances": None}, {}, [(None, "module", "4.1.9", None)]),
        (
            {"kernels": kernels(following=kernel(FOLLOWING))},
            {},
            [(None, "next kernel", kernel()["release"], FOLLOWING)],
        ),
        ({"instances": [instance(), instance("b", "b")]}, {}, [("b/b", "instance", None, "is there")]),
        ({"instances": []}, {}, [("default", "instance", "was there", None)]),
        (
            {"instances": [instance(parameters={"udp_timeout": 60, "ss_enabled": True, "pool6": None})]},
            {},
            [
                ("default", "pool6", "64:ff9b::/96", "not set"),
                ("default", "ss-enabled", "off", "on"),
                ("default", "udp-timeout", "300", "60"),
            ],
        ),
        ({"instances": [instance(framework="iptables")]}, {}, [("default", "framework", "netfilter", "iptables")]),
        (
            {"instances": [instance(pool4=pool4("192.0.2.1")[:2])]},
            {},
            [("default", "pool4", "3", "lacks icmp 192.0.2.1/32 61001-65535 mark 0")],
        ),
        ({"instances": [instance(config=None)]}, {}, []),
        ({"instances": None}, {}, []),
        ({}, {"instances": None}, []),
    ],
    ids=["tool", "module", "kernel", "made", "removed", "parameters", "framework", "pool4", "unread", "unknown", "new"],
)
def test_what_changed(now: dict[str, Any], past: dict[str, Any], expected: list[tuple[Any, ...]]) -> None:
    assert entries(now, past) == expected


def test_large_tables_are_compared_by_their_size() -> None:
    def mapped(number: int) -> dict[str, Any]:
        eamt = [{"ipv6_prefix": f"2001:db8:{one:x}::/48", "ipv4_prefix": f"10.{one}.0.0/16"} for one in range(number)]
        return {"instances": [instance("s", translator="siit", eamt=eamt)]}

    assert entries(mapped(150), mapped(140)) == [("s (SIIT)", "eamt", "140", "150 lines instead of 140")]
    assert entries(mapped(150), mapped(150)) == []


@pytest.mark.parametrize(("privacy", "said"), [("full", "2001:db8:64::1#80"), ("prefix", "2 lines instead of 1")])
def test_clients_are_shown_as_the_operator_says(privacy: str, said: str) -> None:
    def bound(*hosts: int) -> dict[str, Any]:
        bib = [
            {"protocol": "tcp", "ipv6_address": f"2001:db8:64::{one}#80", "ipv4_address": f"192.0.2.1#{one}"}
            for one in hosts
        ]
        return {"instances": [instance(bib=bib)]}

    found = changes(looked_at(**bound(1, 2)), before=[looked_at(minutes=65, **bound(2))], client_privacy=privacy)
    (entry,) = found["entries"]
    assert (entry["what"], entry["before"]) == ("bib", "1")
    assert said in entry["now"]


def test_findings_that_are_gone() -> None:
    """What a silent host had is not known to be gone."""
    bad = {"module_on_disk": "4.1.13"}
    past = [looked_at(name, minutes=45, **bad) for name in "abc"]
    earlier = report(*past)
    assert len(earlier["findings"]) == 3
    busy = [instance(statistics=statistics(JSTAT_SUCCESS=200, JSTAT_RECEIVED6=90, JSTAT_RECEIVED4=90))]
    silent = HostAnswer.of_error("b", errors.ConnectionFailed(host="b"))
    now = [looked_at("a", instances=busy), silent, looked_at("c", instances=busy, **bad)]
    found = changes(*now, before=past, earlier=earlier)
    assert [(one["code"], one["host"]) for one in found["findings_gone"]] == [("module_waits", "a")]
    assert found["findings_new"] == 1  # b cannot be reached


@pytest.mark.parametrize("earlier", [{}, {"findings": 7}, {"findings": [1, {}]}])
def test_an_earlier_report_that_is_none(earlier: dict[str, Any]) -> None:
    found = changes(looked_at(), before=[looked_at(minutes=65)], earlier=earlier)
    assert found["findings_gone"] in (
        None,
        [{"severity": None, "code": None, "host": None, "instance": None, "subject": None}],
    )


def test_another_machine_under_the_same_name() -> None:
    """Its counters are not those of the one before."""

    def with_identity(answer: HostAnswer, identity: str) -> HostAnswer:
        return replace(answer, facts={**(answer.facts or {}), "identity": identity})

    now, past = with_identity(counted(), "one"), with_identity(counted(65), "two")
    assert findings(now, before=[past]) == []
    assert changes(now, before=[past])["sessions"] == []


def test_only_sessions_were_gathered() -> None:
    found = changes(answered("edge1"), before=[looked_at(minutes=65)])
    assert found["entries"] == []
    assert len(found["sessions"]) == 1


def test_any_order() -> None:
    answers = [looked_at(name, tool=tool) for name, tool in (("a", "4.1.13"), ("b", "4.1.10"), ("c", "4.1.9"))]
    past = [looked_at(name, minutes=65) for name in "abc"]
    expected = changes(*answers, before=past)
    for seed in range(3):
        random.Random(seed).shuffle(answers)
        random.Random(seed + 9).shuffle(past)
        assert changes(*answers, before=past) == expected
