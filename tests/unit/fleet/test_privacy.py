# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients are shown as they are, cut, or under pseudonyms, and nowhere else in a report."""

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.fleet.data import fleet_report_data
from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptions
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import merge, summary_of

from .answers import answered, changed
from .sample import sample_fleet
from .synthetic import NOW


def clients(*listed: tuple[str, int], total: int, distinct: int) -> dict:
    return {
        "by_protocol": {"tcp": total, "udp": 0, "icmp": 0},
        "total": total,
        "clients": distinct,
        "top_clients": [{"prefix": prefix, "sessions": number} for prefix, number in listed],
    }


ONE = changed(
    answered("a"),
    **clients(("2001:db8:1:1::/64", 9), ("2001:db8:1:2::/64", 5), ("2001:db8:2:1::/64", 4), total=18, distinct=3),
)
CUT = changed(answered("b"), **clients(("2001:db8:1:3::/64", 3), total=10, distinct=5))
SUMMARY = merge(summary_of(ONE), summary_of(CUT))


def shown(**options: object) -> list[dict]:
    return fleet_report_data(SUMMARY, FleetOptions(**options), NOW)["top_clients"]  # type: ignore[arg-type]


def test_as_they_are() -> None:
    assert [(client["prefix"], client["sessions_at_least"], client["sessions_at_most"]) for client in shown()] == [
        ("2001:db8:1:1::/64", 9, 12),
        ("2001:db8:1:2::/64", 5, 8),
        ("2001:db8:2:1::/64", 4, 7),
        ("2001:db8:1:3::/64", 3, 3),
    ]


def test_cut_to_a_prefix_they_add_up_within_bounds() -> None:
    data = fleet_report_data(SUMMARY, FleetOptions(client_privacy="prefix", client_prefix_length=48), NOW)
    # Seven sessions of the second host are of clients that it did not list.
    assert [
        (client["prefix"], client["sessions_at_least"], client["sessions_at_most"]) for client in data["top_clients"]
    ] == [
        ("2001:db8:1::/48", 17, 24),
        ("2001:db8:2::/48", 4, 11),
    ]
    assert data["totals"]["clients"] == {"at_least": 2, "at_most": 6, "prefix_length": 48}


@pytest.mark.parametrize("length", [64, 100])
def test_a_cut_that_is_none_leaves_them(length: int) -> None:
    assert shown(client_privacy="prefix", client_prefix_length=length) == shown()


def test_cut_to_a_length_within_an_octet() -> None:
    prefixes = {client["prefix"] for client in shown(client_privacy="prefix", client_prefix_length=47)}
    assert prefixes == {"2001:db8::/47", "2001:db8:2::/47"}


def test_pseudonyms_are_the_same_for_the_same_key_alone() -> None:
    one, again = (shown(client_privacy="pseudonym", pseudonym_key="a") for _time in range(2))
    other = shown(client_privacy="pseudonym", pseudonym_key="b")
    names = [client["prefix"] for client in one]
    assert one == again
    assert all(re.fullmatch("client-[0-9a-f]{16}", name) for name in names)
    assert not set(names) & {client["prefix"] for client in other}
    assert [{**client, "prefix": ""} for client in one] == [{**client, "prefix": ""} for client in shown()]


def test_a_long_key_is_a_key_too() -> None:
    long = "k" * 64
    keys = (long, long + "1", long + "2", "\udcff")
    assert len({shown(client_privacy="pseudonym", pseudonym_key=key)[0]["prefix"] for key in keys}) == len(keys)


@pytest.mark.parametrize("options", [{"client_privacy": "pseudonym", "pseudonym_key": "a"}])
def test_no_client_is_anywhere_else_in_a_report(options: dict) -> None:
    full, hidden = json.dumps(sample_fleet(60, 1)), json.dumps(sample_fleet(60, 1, **options))
    assert "2001:db8:" in full
    assert "2001:db8:" not in hidden
