# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The finished structure that reports are made of: its shape, its totals, the verdict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.data import fleet_report_data
from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptions
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import FleetSummary, merge_all, summary_of
from ansible_collections.nat64.jool.plugins.module_utils.fleet.totals import merged_histogram

from .answers import answered, changed
from .sample import KINDS, sample_fleet
from .synthetic import NOW, Shape

KEYS = {
    "coverage": """asked answered failed unreachable stale duplicate not_applicable incomplete percent min_percent met
        missing duplicates oldest_gathered_at newest_gathered_at""",
    "totals": """sessions exact by_protocol by_state by_mark bib instances clients sessions_counted_twice at_least
        incomplete""",
    "findings": "severity code host instance subject evidence remedy accepted since",
    "pools": """host instance netns mark protocol address port_min port_max is_default ports_total ports_used ports_free
        percent_used severity""",
    "hosts": """host status severity jool_tool jool_module kernel next_kernel gathered_at age_seconds stale complete
        applicable sessions tcp udp icmp clients clients_at_most fullest_pool_percent instances message groups""",
    "states": "state sessions percent",
    "protocols": "protocol sessions percent",
    "expires_in": "from_seconds to_seconds label sessions percent",
    "top_clients": "prefix sessions_at_least sessions_at_most exact percent",
    "top_destinations": "address sessions_at_least sessions_at_most exact percent",
    "top_services": "protocol l4_id label sessions_at_least sessions_at_most exact percent",
    "pairs": "members declared detected sessions difference difference_at_least difference_about in_step",
    "warnings": "host text",
    "verdict": "severity sentence lines",
}


def report(*answers: HostAnswer, **options: Any) -> dict[str, Any]:
    return fleet_report_data(merge_all(map(summary_of, answers)), FleetOptions(**options), NOW)


@pytest.mark.parametrize("hosts", [0, 1, 3, 60, 300])
def test_the_shape(hosts: int) -> None:
    data = sample_fleet(hosts, 1)
    assert (data["schema"], data["kind"]) == (1, "nat64.jool/fleet")
    assert data["generated_at"] == "2026-11-25T03:00:00Z"
    for name, keys in KEYS.items():
        part = data[name]
        for entry in part if isinstance(part, list) else [part or dict.fromkeys(keys.split())]:
            assert list(entry) == keys.split(), name
    assert json.loads(json.dumps(data)) == data
    assert len(data["hosts"]) == data["coverage"]["asked"] == hosts


def test_the_orders() -> None:
    data = sample_fleet(60, 1)
    assert [host["host"] for host in data["hosts"]] == sorted(host["host"] for host in data["hosts"])
    used = [pool["ports_used"] / pool["ports_total"] for pool in data["pools"]]
    assert used == sorted(used, reverse=True)
    severities = ["critical", "warning", "note"]
    ranks = [severities.index(finding["severity"]) for finding in data["findings"]]
    assert ranks == sorted(ranks)
    assert len(data["top_clients"]) == len(data["top_destinations"]) == 10


def test_hostile_texts_pass_unchanged() -> None:
    """Whoever writes HTML or CSV escapes them."""
    data = sample_fleet(len(KINDS), 1)
    assert {host["host"] for host in data["hosts"]} == {name for name, _make in KINDS}
    assert any("<i>red</i>" in warning["text"] for warning in data["warnings"])


def test_no_host_has_a_severity_that_no_finding_gives_it() -> None:
    data = sample_fleet(60, 1)
    urgent = {finding["host"] for finding in data["findings"] if finding["severity"] in ("critical", "warning")}
    for host in data["hosts"]:
        assert (host["severity"] in ("critical", "warning")) == (host["host"] in urgent)
        assert (host["message"] is not None) == (host["host"] in urgent)


# --- totals ------------------------------------------------------------------------------------------------------


def test_exact_totals() -> None:
    answers = [answered(f"edge{number}", Shape(top=500), seed=number) for number in range(4)]
    data = report(*answers)
    entries = [(answer.facts or {})["instances"][0] for answer in answers]
    totals = data["totals"]
    assert totals["exact"] is True
    assert totals["incomplete"] == {}
    assert totals["sessions"] == totals["at_least"]["sessions"] == sum(entry["total"] for entry in entries)
    for state, number in totals["by_state"].items():
        assert number == sum(entry["by_state"][state] for entry in entries)
    assert totals["bib"]["tcp"] == {"static": 4, "dynamic": sum(entry["bib"]["tcp"]["dynamic"] for entry in entries)}
    assert sum(span["sessions"] for span in data["expires_in"]) == totals["sessions"]
    seen: dict[str, int] = {}
    for entry in entries:
        for client in entry["top_clients"]:
            seen[client["prefix"]] = seen.get(client["prefix"], 0) + client["sessions"]
    assert totals["clients"] == {"at_least": len(seen), "at_most": len(seen), "prefix_length": 64}
    assert all(client["exact"] for client in data["top_clients"])
    assert [client["sessions_at_least"] for client in data["top_clients"]] == sorted(seen.values(), reverse=True)[:10]
    (service,) = [entry for entry in data["top_services"] if entry["label"] == "tcp/443"]
    assert (service["protocol"], service["l4_id"]) == ("tcp", 443)


@pytest.mark.parametrize("name", ["by_state", "by_mark", "bib"])
def test_a_total_that_one_host_does_not_know_is_none(name: str) -> None:
    data = report(answered("a"), changed(answered("b"), **{name: None}))
    assert data["totals"][name] is None
    assert data["totals"]["at_least"][name] == report(answered("a"))["totals"][name]
    assert data["totals"]["incomplete"] == {name: 1}
    assert data["totals"]["sessions"] is not None


def test_clients_that_one_host_did_not_count_widen_the_bounds() -> None:
    known = report(answered("a"))["totals"]["clients"]
    other = changed(answered("b"), clients=None, top_clients=None)
    data = report(answered("a"), other)
    total = (other.facts or {})["total"]
    assert data["totals"]["clients"]["at_least"] == known["at_least"]
    assert data["totals"]["clients"]["at_most"] == known["at_most"] + total
    assert data["totals"]["incomplete"] == {"clients": 1}
    assert not any(client["exact"] for client in data["top_clients"])


def test_prefixes_of_different_lengths_are_shown_by_the_shortest() -> None:
    fine, coarse = answered("a", Shape(prefix_length=64)), answered("b", Shape(prefix_length=48), seed=3)
    data = report(fine, coarse)
    assert data["totals"]["clients"]["prefix_length"] == 48
    assert {client["prefix"].partition("/")[2] for client in data["top_clients"]} == {"48"}
    assert "prefix_lengths_differ" in {finding["code"] for finding in data["findings"]}


def test_of_several_instances_the_distinct_clients_of_a_host_have_bounds() -> None:
    (host,) = report(answered("a", Shape(), Shape((9.0,), "blue", "blue")))["hosts"]
    assert host["clients"] < host["clients_at_most"]
    assert host["instances"] == ["default", "blue/blue"]
    (host,) = report(answered("a"))["hosts"]
    assert host["clients"] == host["clients_at_most"]


@pytest.mark.parametrize(
    ("parts", "merged"),
    [
        ([], None),
        ([[]], None),
        ([[(0, 10, 1), (10, None, 2)], [(0, 10, 3), (10, None, 4)]], [(0, 10, 4), (10, None, 6)]),
        ([[(0, 5, 1), (5, 10, 2), (10, None, 3)], [(0, 10, 3), (10, None, 4)]], [(0, 10, 6), (10, None, 7)]),
        ([[(0, 5, 1), (5, None, 2)], [(0, 7, 3), (7, None, 4)]], [(0, None, 10)]),
        ([[(0, 5, 1)], [(0, 7, 3)]], None),
        ([[(0, None, 1)], [(1, None, 3)]], None),
        ([[(0, None, 1), (9, None, 1)], [(9, None, 3)]], None),
    ],
)
def test_histograms(parts, merged) -> None:
    assert merged_histogram(parts) == merged


def test_labels_of_times() -> None:
    assert [span["label"] for span in sample_fleet(1, 1)["expires_in"]] == [
        "under 10 s",
        "10 s to 1 min",
        "1 min to 5 min",
        "5 min to 1 h",
        "1 h and more",
    ]


# --- the verdict -------------------------------------------------------------------------------------------------


def lines(*answers: HostAnswer, **options: Any) -> list[str]:
    return report(*answers, **options)["verdict"]["lines"]


def test_nobody_was_asked() -> None:
    data = fleet_report_data(FleetSummary(), None, NOW)
    sentence = "Nobody was asked: the list of hosts is empty, and nothing is known of any translator."
    assert data["verdict"]["severity"] == "critical"
    assert data["verdict"]["sentence"] == sentence
    assert data["verdict"]["lines"][0] == sentence
    assert data["totals"]["sessions"] is data["totals"]["at_least"]["sessions"] is None
    assert data["totals"]["clients"] == {"at_least": None, "at_most": None, "prefix_length": None}
    assert data["pools"] == data["hosts"] == data["states"] == data["top_clients"] == []


def test_all_is_well() -> None:
    assert report(answered("a"))["verdict"]["severity"] == "ok"
    said = lines(answered("a"), answered("b"))
    assert said[:2] == ["All 2 hosts answered, and nothing is wrong.", "2 of 2 hosts answered"]
    assert said[2].startswith("sessions: ")
    assert len(said) == 3
    assert lines(answered("a"))[0] == "The host answered, and nothing is wrong."


def test_what_is_wrong_and_where() -> None:
    said = lines(
        answered("edge1", Shape((97.0,), ports=1000)),
        answered("edge2"),
        HostAnswer.of_error("edge3", errors.ConnectionFailed("No route to host", host="edge3")),
        answered("edge4", minutes=600),
    )
    assert said[0] == "3 of 4 hosts need a look: 2 critical findings, 2 warnings."
    assert said[1] == "3 of 4 hosts answered, not: edge3"
    assert said[3:] == [
        "critical: edge1 default: pool4 tcp, mark 0: 192.0.2.1 ports 61001-62000: 97.0 percent in use (970 of 1,000).",
        "critical: edge3: no way there: The host cannot be reached: No route to host.",
        "warning: edge4: old answer: The answer is 10 hours old, the limit is 1 hour.",
        (
            "warning: edge1 default: clients that take much of pool4: Of 1,000 ports: 2001:db8:185:1::/64 has 322 "
            "sessions (32 percent)."
        ),
    ]


def test_findings_about_the_fleet_alone() -> None:
    pair = [answered(host, Shape(address="203.0.113.1", ss_enabled=True)) for host in "ab"]
    said = lines(*pair)
    assert said[0] == "The fleet of 2 hosts needs a look: 1 warning."
    assert said[3].startswith("warning: fleet: pair a, b: ")


def test_what_was_not_counted_is_not_said_to_be_zero() -> None:
    counts = {"tcp": 7, "udp": None, "icmp": None}
    assert (
        lines(changed(answered("a"), by_protocol=counts, total=7))[2]
        == "sessions: 7 (tcp 7, udp unknown, icmp unknown)"
    )
    assert lines(HostAnswer.of_error("a", errors.ConnectionLost()))[2] == "sessions: unknown"
    assert lines(answered("a", complete=False))[2].startswith("sessions: at least ")


def test_many_hosts_take_one_line() -> None:
    said = lines(*(HostAnswer.of_error(f"edge{number}", errors.ConnectionLost()) for number in range(3000)))
    assert said[1] == "0 of 3,000 hosts answered, not: edge0, edge1, edge10, edge100, edge1000 and 2995 more"
    assert said[3].startswith("critical: cannot be reached: 3,000 findings on 3,000 hosts (edge0, edge1, edge10, ")
    assert len(said) == 4


@pytest.mark.parametrize("hosts", [20, 1000])
def test_ten_lines_at_most(hosts: int) -> None:
    said = sample_fleet(hosts, 1)["verdict"]["lines"]
    assert len(said) == 10
    assert said[-1].startswith("and ")
    assert said[-1].endswith(" more kinds of findings: see the report")


@given(st.text(), st.text())
def test_lines_have_nothing_that_a_terminal_obeys(host: str, message: str) -> None:
    said = lines(HostAnswer(host, "failed", None, {"message": message}))
    assert all(line.isprintable() and len(line) <= 240 for line in said)


def test_a_line_shows_what_is_not_printable() -> None:
    said = lines(HostAnswer("e\x1b[2J\u202edge", "failed", None, {"message": "a\nb"}))
    assert said[3] == "warning: e\\x1b[2J\\x202edge: no answer: a b"
