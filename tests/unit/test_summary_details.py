# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is counted beside sessions: destinations, times, RFC 6052, marks, the BIB, an empty pool4."""

from __future__ import annotations

import ipaddress
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.facts.question import SUBSETS, Question
from ansible_collections.nat64.jool.plugins.module_utils.facts.session_facts import gather_capture
from ansible_collections.nat64.jool.plugins.module_utils.records.pool4 import Pool4Range
from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import SessionBlock
from ansible_collections.nat64.jool.plugins.module_utils.summary.destinations import DestinationSummary
from ansible_collections.nat64.jool.plugins.module_utils.summary.expiry import EDGES_SECONDS, ExpirySummary
from ansible_collections.nat64.jool.plugins.module_utils.summary.marks import MarkSummary
from ansible_collections.nat64.jool.plugins.module_utils.summary.rfc6052 import EmbeddingCheck, embed
from ansible_collections.nat64.jool.tests.unit.replay import Answer
from ansible_collections.nat64.jool.tests.unit.test_session_facts import (
    BIB,
    HEADER,
    POOL4,
    TCP,
    UDP,
    ask,
    host,
    instance,
)
from ansible_collections.nat64.jool.tests.unit.test_session_filter import SESSION
from ansible_collections.nat64.jool.tests.unit.test_summary import tables

ALL = frozenset(SUBSETS)

RFC6052_TABLE_2 = [
    # The examples of RFC 6052 2.4
    ("2001:db8::/32", "2001:db8:c000:221::"),
    ("2001:db8:100::/40", "2001:db8:1c0:2:21::"),
    ("2001:db8:122::/48", "2001:db8:122:c000:2:2100::"),
    ("2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"),
    ("2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100::"),
    ("2001:db8:122:344::/96", "2001:db8:122:344::192.0.2.33"),
]


@pytest.mark.parametrize(("prefix", "address"), RFC6052_TABLE_2)
def test_rfc6052_examples(prefix: str, address: str) -> None:
    server = ipaddress.IPv4Address("192.0.2.33").packed
    assert ipaddress.IPv6Address(embed(ipaddress.IPv6Network(prefix), server)) == ipaddress.IPv6Address(address)
    check = EmbeddingCheck(prefix)
    right = SESSION._replace(ipv6_local_address=address, ipv4_remote_address="192.0.2.33")
    wrong = right._replace(ipv4_remote_address="192.0.2.34")
    named = right._replace(ipv4_remote_address=None, ipv4_remote_name="server.example")
    check.add_block(SessionBlock.of_sessions([right, wrong, right, named]))
    assert (check.checked, check.mismatched) == (3, 1)


@pytest.mark.parametrize("prefix", ["64:ff9b::/95", "64:ff9b::1/96", "::/0", "nonsense"])
def test_no_prefix_for_rfc6052(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"prefix|host bits|expected|not permitted|IPv6"):
        EmbeddingCheck(prefix)


@given(tables, st.integers(1, 9))
def test_destinations(table: list[Session], size: int) -> None:
    summary = DestinationSummary()
    for start in range(0, len(table), size):
        summary.add_block(SessionBlock.of_sessions(table[start : start + size]))
    servers = Counter(one.ipv4_remote_address for one in table)
    services = Counter((one.protocol, one.ipv4_remote_l4_id) for one in table if one.protocol != "icmp")
    assert dict(summary.top_servers(9)) == servers
    assert dict(summary.top_services(9)) == services
    assert summary.unnumbered == 0


def test_destinations_with_names() -> None:
    summary = DestinationSummary()
    named = SESSION._replace(ipv4_remote_address=None, ipv4_remote_name="x")
    served = SESSION._replace(ipv4_remote_l4_id=None, ipv4_remote_service="https")
    summary.add_block(SessionBlock.of_sessions([SESSION, named, served]))
    assert summary.unnumbered == 2
    assert len(summary.by_server) == len(summary.by_service) == 1


@given(st.lists(st.integers(0, 8_000_000)))
def test_times(milliseconds: list[int]) -> None:
    summary = ExpirySummary()
    summary.add_block(SessionBlock.of_sessions([SESSION._replace(expires_in=one / 1000) for one in milliseconds]))
    assert sum(summary.sessions) == len(milliseconds)
    for first, last, count in zip(EDGES_SECONDS, (*EDGES_SECONDS[1:], 10**9), summary.sessions):
        assert count == sum(first * 1000 <= one < last * 1000 for one in milliseconds)


RANGES = [
    Pool4Range(0, "tcp", "192.0.2.0", 0, 999, None, None),
    Pool4Range(5, "tcp", "192.0.2.0", 1000, 40000, None, None),
    Pool4Range(5, "tcp", "192.0.2.1", 1, 65535, None, None),
    Pool4Range(7, "udp", "192.0.2.0", 0, 65535, None, None),
]


@given(tables, st.integers(1, 9))
def test_marks(table: list[Session], size: int) -> None:
    summary = MarkSummary(RANGES)
    for start in range(0, len(table), size):
        summary.add_block(SessionBlock.of_sessions(table[start : start + size]))
    truth: Counter[str] = Counter({"0": 0, "5": 0, "7": 0})
    for one in table:
        fitting = [
            entry
            for entry in RANGES
            if (entry.protocol, entry.address) == (one.protocol, one.ipv4_local_address)
            and (entry.port_min or 0) <= one.ipv4_local_l4_id <= (entry.port_max or 0)
        ]
        truth[str(fitting[0].mark) if fitting else "none"] += 1
    assert summary.sessions == truth


def everything(**more: Answer | list[Answer]) -> dict[str, Any]:
    (entry,) = ask({**host("default"), **instance(), **more}, subsets=ALL)["instances"]
    found: dict[str, Any] = entry
    return found


def test_all_of_an_instance() -> None:
    entry = everything()
    assert entry["by_mark"] == {"0": 3, "7": 1}
    assert entry["bib"] == {
        "tcp": {"static": 1, "dynamic": 2},
        "udp": {"static": 0, "dynamic": 1},
        "icmp": {"static": 0, "dynamic": 0},
    }
    # Three of four: the static entry has no session.
    assert [(use["protocol"], use["ports_used"], use["is_default"]) for use in entry["pool4"]] == [
        ("tcp", 3, False),
        ("udp", 1, False),
    ]
    assert entry["top_destinations"] == [
        {"address": "198.51.100.1", "sessions": 3},
        {"address": "198.51.100.2", "sessions": 1},
    ]
    assert entry["top_services"] == [
        {"protocol": "tcp", "l4_id": 443, "sessions": 2},
        {"protocol": "tcp", "l4_id": 80, "sessions": 1},
        {"protocol": "udp", "l4_id": 53, "sessions": 1},
    ]
    assert {one["from_seconds"]: one["sessions"] for one in entry["expires_in"] if one["sessions"]} == {
        60: 1,
        240: 1,
        3600: 1,
        7200: 1,
    }
    assert entry["rfc6052"] == {"pool6": "64:ff9b::/96", "checked": 4, "mismatched": 0}
    assert entry["globals"]["tcp_est_timeout"] == 7200.0
    assert entry["globals"]["icmp_timeout"] is None
    assert entry["counters"] == {"JSTAT_SESSIONS": 4}


def test_a_row_that_breaks_rfc_6052() -> None:
    command = "jool -i default session display --udp --numeric --csv"
    entry = everything(**{command: Answer(HEADER + UDP.replace(b"c633:6401", b"c633:6402"))})
    assert entry["rfc6052"] == {"pool6": "64:ff9b::/96", "checked": 4, "mismatched": 1}


def test_an_empty_pool4_stands_for_the_hosts_own_addresses() -> None:
    empty = {f"jool -i default pool4 display --{protocol} --csv": Answer(POOL4) for protocol in ("tcp", "udp", "icmp")}
    own = b"2: eth0    inet 203.0.113.9/24 brd 203.0.113.255 scope global eth0\\       valid_lft forever\n"
    addresses = "ip -4 -o address show scope global"
    entry = everything(**empty, **{addresses: Answer(own)})
    assert entry["by_mark"] is None
    assert [(use["address"], use["protocol"], use["ports_total"], use["ports_used"]) for use in entry["pool4"]] == [
        ("192.0.2.1", "tcp", 4535, 3),
        ("192.0.2.1", "udp", 4535, 1),
        ("192.0.2.1", "icmp", 4535, 0),
        ("203.0.113.9", "tcp", 4535, 0),
        ("203.0.113.9", "udp", 4535, 0),
        ("203.0.113.9", "icmp", 4535, 0),
    ]
    assert all(use["is_default"] and use["mark"] is None for use in entry["pool4"])
    assert [use["address"] for use in everything(**empty)["pool4"]] == ["192.0.2.1"] * 3  # no ip there


def test_a_counter_that_cannot_be_true() -> None:
    command = "jool -i default stats display --csv"
    entry = everything(**{command: Answer(b"Stat,Value\nJSTAT_SESSIONS,18446744073709551615\nJSTAT_TTL,1\n")})
    assert entry["counters"] == {"JSTAT_SESSIONS": None, "JSTAT_TTL": 1}
    assert entry["kernel_sessions"] == {"before": None, "after": None}


def test_a_bib_that_is_cut_is_not_counted() -> None:
    command = "jool -i default bib display --udp --numeric --csv"
    with pytest.raises(errors.DumpCutShort):
        everything(**{command: Answer(BIB + b"UDP,2001:db8:2::1,53")})


def test_a_capture_with_details() -> None:
    (entry,) = gather_capture([HEADER + TCP], "x", Question(subsets=ALL))["instances"]
    assert entry["destinations"] == 2
    assert entry["rfc6052"] is None
    assert entry["bib"] is None
