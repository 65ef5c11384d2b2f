# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters: what they let through, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_filter import FilterError, SessionFilter

SESSION = Session(
    protocol="tcp",
    ipv6_remote_address="2001:db8:1::5",
    ipv6_remote_l4_id=4001,
    ipv6_local_address="64:ff9b::c633:6401",
    ipv6_local_l4_id=443,
    ipv4_local_address="192.0.2.1",
    ipv4_local_l4_id=61001,
    ipv4_remote_address="198.51.100.1",
    ipv4_remote_l4_id=443,
    expires_in=60.0,
    expires_in_resolution=0.001,
    state="ESTABLISHED",
)
NAMED = SESSION._replace(ipv6_remote_address=None, ipv6_remote_name="client", ipv4_remote_l4_id=None)

CASES: list[tuple[dict[str, Any], bool]] = [
    ({"states": ("ESTABLISHED", "TRANS")}, True),
    ({"states": ("TRANS",)}, False),
    ({"addresses": {"ipv6_remote_address": ["2001:db8:1::5"]}}, True),
    ({"addresses": {"ipv6_remote_address": ["2001:DB8:1:0::5"]}}, True),  # in any spelling
    ({"addresses": {"ipv6_remote_address": ["2001:db8:1::/48"]}}, True),
    ({"addresses": {"ipv6_remote_address": ["2001:db8:2::/48"]}}, False),
    ({"addresses": {"ipv6_remote_address": ["2001:db8:2::/48", "::/0"]}}, True),
    ({"addresses": {"ipv6_local_address": ["64:ff9b::/96"]}}, True),
    ({"addresses": {"ipv4_local_address": ["192.0.2.0/31"]}}, True),
    ({"addresses": {"ipv4_local_address": ["192.0.2.2/31"]}}, False),
    ({"addresses": {"ipv4_remote_address": ["198.51.100.1"], "ipv4_local_address": ["192.0.2.9"]}}, False),
    ({"l4_ids": {"ipv4_local_l4_id": [61001]}}, True),
    ({"l4_ids": {"ipv4_local_l4_id": [61002, 61003]}}, False),
    ({"l4_ids": {"ipv6_local_l4_id": [443], "ipv6_remote_l4_id": [4001]}}, True),
    ({"expires_before": 60.0}, False),
    ({"expires_before": 60.001}, True),
    ({"expires_after": 60.0}, True),
    ({"expires_after": 60.001}, False),
    ({"expires_after": 59.0, "expires_before": 61.0}, True),
]


@pytest.mark.parametrize(("parts", "through"), CASES)
def test_filter(parts: dict[str, Any], through: bool) -> None:
    matches = SessionFilter(**parts).predicate()
    assert matches is not None
    assert matches(SESSION) is through


def test_no_filter_is_no_test() -> None:
    assert SessionFilter().predicate() is None
    assert SessionFilter(addresses={"ipv4_local_address": []}, l4_ids={}).predicate() is None


def test_a_name_fulfils_no_filter() -> None:
    for parts in ({"addresses": {"ipv6_remote_address": ["::/0"]}}, {"l4_ids": {"ipv4_remote_l4_id": [443]}}):
        matches = SessionFilter(**parts).predicate()  # type: ignore[arg-type]
        assert matches is not None
        assert not matches(NAMED)


SENSELESS: list[tuple[dict[str, Any], str]] = [
    ({"states": ("ESTABLISHED", "OPEN")}, "OPEN is no state"),
    ({"addresses": {"ipv6_remote_address": ["192.0.2.1"]}}, "this side has IPv6"),
    ({"addresses": {"ipv4_local_address": ["2001:db8::/32"]}}, "this side has IPv4"),
    ({"addresses": {"ipv4_local_address": ["192.0.2.1/24"]}}, "host bits"),
    ({"addresses": {"ipv4_local_address": ["edge1"]}}, "edge1"),
    ({"l4_ids": {"ipv4_local_l4_id": [65536]}}, "between 0 and 65535"),
    ({"l4_ids": {"ipv4_local_l4_id": [-1]}}, "between 0 and 65535"),
    ({"expires_after": 60.0, "expires_before": 60.0}, "no session"),
]


@pytest.mark.parametrize(("parts", "words"), SENSELESS)
def test_senseless_filter(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(FilterError, match=words):
        SessionFilter(**parts).predicate()
