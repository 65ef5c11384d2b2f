# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is found in a fleet: each case is a fleet and the findings that it must have, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.facts.shape import timestamp
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import ANSWERED, HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.client_findings import CLIENT_FINDINGS
from ansible_collections.nat64.jool.plugins.module_utils.fleet.counter_findings import COUNTER_FINDINGS
from ansible_collections.nat64.jool.plugins.module_utils.fleet.data import fleet_report_data
from ansible_collections.nat64.jool.plugins.module_utils.fleet.drift import configuration_drift, pair_pool4_differs
from ansible_collections.nat64.jool.plugins.module_utils.fleet.findings import FLEET_FINDINGS, PAIR_FINDINGS
from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptions
from ansible_collections.nat64.jool.plugins.module_utils.fleet.state_findings import STATE_FINDINGS
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import merge_all, summary_of

from .answers import answered, changed
from .synthetic import NOW, Shape, of_schema_1

FULL = Shape((97.0, 20.0, 5.0), ports=1000)
SYNCHRONISED = Shape((40.0, 20.0, 5.0), address="203.0.113.1", ss_enabled=True)
FINE = answered("fine")


def pool(percent: float, ports: int = 1000, **more: Any) -> HostAnswer:
    return answered("edge1", Shape((percent, 20.0, 5.0), ports=ports, **more))


def counted(name: str, number: int) -> Shape:
    return Shape((30.0, 20.0, 5.0), counters=((name, number),))


def entry_of(answer: HostAnswer) -> dict[str, Any]:
    return (answer.facts or {})["instances"][0]


def only_tcp(answer: HostAnswer) -> HostAnswer:
    counts = {"tcp": entry_of(answer)["by_protocol"]["tcp"], "udp": None, "icmp": None}
    less = changed(answer, by_protocol=counts, total=counts["tcp"])
    return HostAnswer(answer.host, ANSWERED, {**(less.facts or {}), "protocols": ["tcp"]})


def stray(answer: HostAnswer, tcp: int, udp: int = 0) -> HostAnswer:
    """The same with more sessions."""
    counts = dict(entry_of(answer)["by_protocol"])
    counts["tcp"] += tcp
    counts["udp"] += udp
    total = sum(counts.values())
    return changed(answer, by_protocol=counts, total=total, kernel_sessions=None, counters=None)


PAIR = [answered("a", SYNCHRONISED, seed=4), answered("b", SYNCHRONISED, seed=4)]
DECLARED = {"pairs": (("a", "b"),)}

Case = tuple[str, Sequence[HostAnswer], dict[str, Any], list[tuple[str, str, str]]]

CASES: list[Case] = [
    ("nothing", [FINE], {}, []),
    ("no hosts", [], {}, [("critical", "nobody_asked", "the list of hosts is empty")]),
    (
        "no hosts, and some must answer",
        [],
        {"min_coverage_percent": 1},
        [("critical", "nobody_asked", "Nobody was asked")],
    ),
    # --- hosts
    (
        "no way there",
        [FINE, HostAnswer.of_error("edge1", errors.ConnectionFailed("No route to host", host="edge1"))],
        {},
        [("critical", "host_unreachable", "The host cannot be reached: No route to host.")],
    ),
    (
        "module not loaded",
        [HostAnswer.of_error("edge1", errors.ModuleNotLoaded(host="edge1"))],
        {},
        [("critical", "host_failed", "The kernel module 'jool' is not loaded.")],
    ),
    (
        "not allowed to ask",
        [HostAnswer.of_error("edge1", errors.NoPrivilege(host="edge1"))],
        {},
        [("warning", "host_failed", "The user may not ask the kernel module.")],
    ),
    (
        "nobody said why",
        [HostAnswer("edge1", "failed")],
        {},
        [("warning", "host_failed", "It did not answer, and nobody said why.")],
    ),
    (
        "expected and not there",
        [FINE],
        {"expected_hosts": ("fine", "lost")},
        [("warning", "host_failed", "Nobody brought an answer of this host.")],
    ),
    (
        "too few",
        [FINE, HostAnswer.of_error("edge1", errors.NoPrivilege(host="edge1"))],
        {"min_coverage_percent": 50.1},
        [
            ("critical", "coverage_too_low", "1 of 2 hosts answered, 50.0 percent; 50.1 percent must."),
            ("warning", "host_failed", "may not ask"),
        ],
    ),
    ("just enough", [FINE, HostAnswer("x", "failed")], {"min_coverage_percent": 50}, [("warning", "host_failed", "")]),
    (
        "old answer",
        [answered("edge1", minutes=60 * 30)],
        {},
        [("warning", "host_stale", "The answer is 30 hours old, the limit is 1 hour.")],
    ),
    ("not yet old", [answered("edge1", minutes=60)], {}, []),
    (
        "old within seconds",
        [answered("edge1", minutes=0.75)],
        {"stale_after_seconds": 30},
        [("warning", "host_stale", "The answer is 45 seconds old, the limit is 30 seconds.")],
    ),
    ("old, and that is all right", [answered("edge1", minutes=600)], {"stale_after_seconds": 86400}, []),
    (
        "clock ahead",
        [answered("edge1", minutes=-6)],
        {},
        [("warning", "clock_differs", "It was asked at 2026-11-25T03:06:00Z, which is 6 minutes after this report.")],
    ),
    ("clock a little ahead", [answered("edge1", minutes=-5)], {}, []),
    (
        "twice",
        [answered("edge1", minutes=9), answered("edge1", minutes=4)],
        {},
        [("note", "duplicate_answer", "There are 2 answers; only that of 2026-11-25T02:56:00Z was counted.")],
    ),
    (
        "instances left out",
        [answered("edge1", complete=False, warnings=["The instances red were not asked."])],
        {},
        [("warning", "incomplete_answer", "Not every instance was read: totals do not have it. The instances red")],
    ),
    (
        "a protocol less than others",
        [FINE, only_tcp(answered("edge1"))],
        {},
        [("warning", "incomplete_answer", "No sessions of udp, icmp were gathered")],
    ),
    ("all were asked for TCP alone", [only_tcp(answered("a")), only_tcp(answered("b"))], {}, []),
    (
        "filters that others had not",
        [FINE, answered("edge1", filtered=True)],
        {},
        [("warning", "incomplete_answer", "Filters were in force")],
    ),
    ("all had filters", [answered("a", filtered=True), answered("b", filtered=True)], {}, []),
    (
        "no NAT64",
        [answered("siit", applicable=False, instances=[], total=None, by_protocol=None, by_state=None), FINE],
        {},
        [],
    ),
    (
        "two releases on one host",
        [answered("edge1", jool={"tool": "4.1.15.0", "module": "4.1.9.0"})],
        {},
        [("warning", "version_mixed", "The tool is 4.1.15.0, the loaded kernel module is 4.1.9.0.")],
    ),
    ("module's release not known", [answered("edge1", jool={"tool": "4.1.15.0", "module": None})], {}, []),
    (
        "two releases in the fleet",
        [FINE, answered("edge1", jool={"tool": "4.1.9.0", "module": "4.1.9.0"})],
        {},
        [("note", "releases_mixed", "2 releases of Jool: 4.1.15.0 on fine; 4.1.9.0 on edge1.")],
    ),
    (
        "rows that do not fit",
        [answered("edge1", Shape(rfc6052_mismatched=3))],
        {},
        [("critical", "rfc6052_mismatch", "rows the IPv6 destination is not the IPv4 destination under 64:ff9b::/96")],
    ),
    (
        "rows left out",
        [changed(answered("edge1"), truncated=True)],
        {},
        [("note", "rows_truncated", "more than rows were asked for")],
    ),
    ("rows, all of them", [changed(answered("edge1"), truncated=False)], {}, []),
    (
        "the kernel counts otherwise",
        [changed(answered("edge1"), kernel_sessions={"before": 7, "after": None})],
        {},
        [("note", "kernel_count_differs", "the kernel's JSTAT_SESSIONS is 7.")],
    ),
    (
        "the kernel counts otherwise, and only once",
        [changed(answered("edge1"), kernel_sessions=None, counters={"JSTAT_SESSIONS": 9_999_999})],
        {},
        [("note", "kernel_count_differs", "is 9,999,999.")],
    ),
    (
        "the table was read while sessions came and went",
        [changed(answered("edge1"), kernel_sessions={"before": 0, "after": 9_999_999})],
        {},
        [],
    ),
    (
        "filters explain it",
        [
            answered("a", filtered=True),
            changed(answered("b", filtered=True), kernel_sessions={"before": 7, "after": 7}),
        ],
        {},
        [],
    ),
    (
        "a counter that cannot be true",
        [changed(answered("edge1"), kernel_sessions=None, counters={"JSTAT_SESSIONS": None})],
        {},
        [],
    ),
    # --- pools
    ("pool at 79.9", [pool(79.9)], {}, []),
    (
        "pool at 80",
        [pool(80)],
        {},
        [("warning", "pool4_nearly_full", "192.0.2.1 ports 61001-62000: 80.0 percent in use (800 of 1,000).")],
    ),
    ("pool at 89.9", [pool(89.9)], {}, [("warning", "pool4_nearly_full", "89.9 percent")]),
    ("pool at 90", [pool(90)], {}, [("critical", "pool4_full", "90.0 percent in use (900 of 1,000).")]),
    (
        "other limits",
        [pool(60)],
        {"pool4_warning_percent": 50, "pool4_critical_percent": 60},
        [("critical", "pool4_full", "")],
    ),
    (
        "several ranges",
        [answered("edge1", Shape((97.0, 20.0, 5.0, 85.0, 20.0, 5.0, 91.0), ports=1000))],
        {},
        [
            (
                "critical",
                "pool4_full",
                "the fullest; 2 of 3 ranges are that full, and all of them together 91.0 percent.",
            )
        ],
    ),
    (
        "two protocols",
        [answered("edge1", Shape((97.0, 85.0, 5.0), ports=1000))],
        {},
        [("critical", "pool4_full", "970 of 1,000"), ("warning", "pool4_nearly_full", "850 of 1,000")],
    ),
    (
        "packets without a port and a full pool",
        [pool(85, counters=(("JSTAT_UNKNOWN", 15465),))],
        {},
        [
            (
                "critical",
                "pool4_exhaustion_counter",
                "JSTAT_UNKNOWN 15,465 (TCP and others); and pool4 tcp of 192.0.2.1 has 85.0 percent",
            ),
            ("warning", "pool4_nearly_full", ""),
        ],
    ),
    *(
        (
            f"{name} alone",
            [answered("edge1", counted(name, 3))],
            {},
            [("note", "pool4_exhaustion_counter", f"{name} 3")],
        )
        for name in ("JSTAT_BIB6_NOT_FOUND", "JSTAT_UNKNOWN", "JSTAT_MASK_DOMAIN_NOT_FOUND")
    ),
    ("counters that rest", [answered("edge1", counted("JSTAT_UNKNOWN", 0))], {}, []),
    ("a counter of something else", [answered("edge1", counted("JSTAT_ADF", 9))], {}, []),
    (
        "an empty pool4",
        [changed(answered("edge1"), pool4=[])],
        {},
        [("note", "default_pool4", "4,535 for each protocol")],
    ),
    (
        "what stands for an empty pool4",
        [changed(answered("edge1"), pool4=[{**entry_of(FINE)["pool4"][0], "is_default": True, "mark": None}])],
        {},
        [("note", "default_pool4", "pool4 is empty")],
    ),
    ("no range for TCP, and nobody looked for others", [changed(only_tcp(answered("edge1")), pool4=[])], {}, []),
    ("pool4 was not gathered", [changed(answered("edge1"), pool4=None)], {}, []),
    # --- the fleet
    (
        "two names and one machine",
        [answered("a", identity="4c4c"), answered("b", identity="4c4c")],
        {},
        [
            (
                "warning",
                "identity_claimed_twice",
                "a, b claim to be the same machine; their sessions are counted 2 times.",
            )
        ],
    ),
    (
        "one name and two machines",
        [answered("a", identity="4c4c"), answered("a", identity="4d4d")],
        {},
        [("warning", "identity_claimed_twice", "2 machines of different identities answered under this name")],
    ),
    (
        "prefixes of different lengths",
        [FINE, answered("edge1", Shape(prefix_length=56))],
        {},
        [("note", "prefix_lengths_differ", "/56 in 1 instance, /64 in 1 instance. All are shown by /56, with bounds.")],
    ),
    (
        "connections are forgotten early",
        [changed(answered("edge1"), globals={"pool6": None, "ss_enabled": False, "tcp_est_timeout": 7200.0})],
        {},
        [("note", "tcp_timeout_short", "It is 7200 seconds on 1 host (edge1), and RFC 6146 wants at least 7440.")],
    ),
    # --- pairs
    ("a pair in step", PAIR, DECLARED, []),
    (
        "a pair nearly in step",
        [PAIR[0], stray(PAIR[1], 1)],
        DECLARED,
        [("note", "pair_out_of_step", "At least 1 session is not on every member: a has")],
    ),
    (
        "a pair out of step",
        [PAIR[0], stray(PAIR[1], 3000, 20)],
        DECLARED,
        [("warning", "pair_out_of_step", "At least 3,020 sessions are not on every member: a has")],
    ),
    (
        "a pair out of step within what is tolerated",
        [PAIR[0], stray(PAIR[1], 3000)],
        {**DECLARED, "pair_tolerance_percent": 100},
        [("note", "pair_out_of_step", "At least 3,000 sessions")],
    ),
    (
        "half a pair",
        [PAIR[0], HostAnswer.of_error("b", errors.ConnectionLost())],
        DECLARED,
        [("critical", "host_unreachable", ""), ("note", "pair_not_compared", "No sessions are known of b")],
    ),
    (
        "a pair of which one was never asked",
        [PAIR[0]],
        DECLARED,
        [("note", "pair_not_compared", "No sessions are known of b")],
    ),
    (
        "a pair that does not synchronise",
        [PAIR[0], answered("b")],
        DECLARED,
        [
            ("warning", "pair_out_of_step", ""),
            (
                "warning",
                "pair_not_synchronised",
                "Session synchronisation is off on b: what is there is counted by itself",
            ),
        ],
    ),
    (
        "a pair of two releases",
        [
            PAIR[0],
            HostAnswer("b", ANSWERED, {**(PAIR[1].facts or {}), "jool": {"tool": "4.1.9.0", "module": "4.1.9.0"}}),
        ],
        DECLARED,
        [
            ("warning", "pair_releases_differ", "different releases: a 4.1.15.0, b 4.1.9.0."),
            ("note", "releases_mixed", ""),
        ],
    ),
    (
        "a pair that nobody declared",
        PAIR,
        {},
        [("warning", "pair_suspected", "sessions are perhaps counted twice (a has ")],
    ),
    (
        "the first schema knows no synchronisation",
        [HostAnswer(a.host, ANSWERED, of_schema_1(dict(a.facts or {}))) for a in PAIR],
        {},
        [],
    ),
]


PROMISED = """
host_failed host_unreachable coverage_too_low host_stale duplicate_answer identity_claimed_twice incomplete_answer
pool4_nearly_full pool4_full pool4_exhaustion_counter default_pool4 version_mixed releases_mixed rfc6052_mismatch
pair_out_of_step pair_suspected rows_truncated kernel_count_differs
"""


def found(answers: Sequence[HostAnswer], options: dict[str, Any]) -> list[dict[str, Any]]:
    return fleet_report_data(merge_all(map(summary_of, answers)), FleetOptions(**options), NOW)["findings"]


@pytest.mark.parametrize(
    ("answers", "options", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_findings(answers, options, expected) -> None:
    findings = found(answers, options)
    assert [(finding["severity"], finding["code"]) for finding in findings] == [case[:2] for case in expected]
    for finding, (_severity, _code, evidence) in zip(findings, expected):
        assert evidence in finding["evidence"]
        assert finding["evidence"].endswith(".")
        assert finding["remedy"].endswith((".", ")"))
        assert finding["subject"]
        assert finding["since"] is not None


def test_every_finding_has_a_case() -> None:
    """A finding that is added must be shown to be found, and not to be found where it does not belong."""
    codes = {code for _name, _answers, _options, expected in CASES for _severity, code, _evidence in expected}
    elsewhere = {*STATE_FINDINGS, *COUNTER_FINDINGS, *CLIENT_FINDINGS, configuration_drift, pair_pool4_differs}
    assert len(codes) >= len({*FLEET_FINDINGS, *PAIR_FINDINGS} - elsewhere)
    assert set(PROMISED.split()) <= codes


def test_findings_say_where() -> None:
    answer = answered("edge1", Shape(name="a"), Shape((95.0,), "b", "blue"))
    (finding,) = [one for one in found([answer], {}) if one["code"] == "pool4_full"]
    assert (finding["host"], finding["instance"], finding["subject"]) == ("edge1", "blue/b", "pool4 tcp, mark 0")


def test_since_when_a_finding_is_known() -> None:
    """Now, or since the answer, or since an earlier report that found it already."""
    summary = merge_all(map(summary_of, [pool(95), HostAnswer.of_error("edge2", errors.ConnectionLost())]))
    first = fleet_report_data(summary, None, NOW)
    since = {finding["code"]: finding["since"] for finding in first["findings"]}
    assert since == {"pool4_full": "2026-11-25T02:55:00Z", "host_unreachable": "2026-11-25T03:00:00Z"}
    later = fleet_report_data(
        merge_all([summary, summary_of(answered("edge3", Shape((92.0,)), minutes=-50))]),
        None,
        NOW + timedelta(hours=1),
        earlier=first,
    )
    known = {(finding["code"], finding["host"]): finding["since"] for finding in later["findings"]}
    assert known["pool4_full", "edge1"] == "2026-11-25T02:55:00Z"
    assert known["host_unreachable", "edge2"] == "2026-11-25T03:00:00Z"
    assert known["pool4_full", "edge3"] == timestamp(NOW + timedelta(minutes=50))


@pytest.mark.parametrize(
    "earlier",
    [{}, [], {"findings": None}, {"findings": [None, {}, {"since": 7}, {"since": "long ago", "code": "pool4_full"}]}],
)
def test_an_earlier_report_that_is_none_knows_nothing(earlier: Any) -> None:
    data = fleet_report_data(summary_of(pool(95)), None, NOW, earlier)
    assert [finding["since"] for finding in data["findings"]] == ["2026-11-25T02:55:00Z"]
