# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Summaries: exact counts, and merging in any order."""

from __future__ import annotations

import ipaddress
from collections import Counter
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.records.pool4 import Pool4Range
from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import SessionBlock
from ansible_collections.nat64.jool.plugins.module_utils.summary import client_prefix
from ansible_collections.nat64.jool.plugins.module_utils.summary.client_prefix import (
    ClientCounter,
    prefix_numbers,
    prefix_text,
)
from ansible_collections.nat64.jool.plugins.module_utils.summary.pool4 import PortsInUse, pool4_use
from ansible_collections.nat64.jool.plugins.module_utils.summary.sessions import (
    SessionSummary,
    merge,
    summarize,
    summarize_blocks,
)


def _session(protocol: str, client: int | None, pool4: int, port: int, state: str | None) -> Session:
    return Session(
        protocol=protocol,
        ipv6_remote_address=None if client is None else str(ipaddress.IPv6Address(client)),
        ipv6_remote_l4_id=1,
        ipv6_local_address="64:ff9b::1",
        ipv6_local_l4_id=2,
        ipv4_local_address=str(ipaddress.IPv4Address(0xC0000200 + pool4)),
        ipv4_local_l4_id=port,
        ipv4_remote_address="198.51.100.1",
        ipv4_remote_l4_id=4,
        expires_in=5.0,
        expires_in_resolution=0.001,
        state=state if protocol == "tcp" else None,
    )


sessions = st.builds(
    _session,
    st.sampled_from(["tcp", "udp", "icmp"]),
    st.one_of(st.none(), st.integers(0, 2**128 - 1)),
    st.integers(0, 3),
    st.integers(0, 65535),
    st.one_of(st.none(), st.sampled_from(["ESTABLISHED", "TRANS"])),
)
tables = st.lists(sessions, max_size=20)


def plain(summary: SessionSummary) -> dict[str, object]:
    return {key: dict(value) if isinstance(value, Counter) else value for key, value in asdict(summary).items()}


@given(tables, tables, tables)
def test_merge_in_any_order(one: list[Session], two: list[Session], three: list[Session]) -> None:
    first, second, third = summarize(one), summarize(two), summarize(three)
    whole = plain(summarize([*one, *two, *three]))
    assert plain(merge(merge(first, second), third)) == whole
    assert plain(merge(first, merge(second, third))) == whole
    assert plain(merge(merge(third, first), second)) == whole
    assert plain(merge(first, SessionSummary())) == plain(first)


@given(tables, st.integers(1, 9))
def test_blocks_count_the_same(table: list[Session], size: int) -> None:
    blocks = [SessionBlock.of_sessions(table[start : start + size]) for start in range(0, len(table), size)]
    assert plain(summarize_blocks(blocks)) == plain(summarize(table))


@given(tables)
def test_parts_add_up(table: list[Session]) -> None:
    summary = summarize(table)
    tcp = summary.by_protocol["tcp"]
    assert summary.total == len(table) == sum(summary.by_protocol.values()) == sum(summary.by_pool4_address.values())
    assert sum(summary.by_state.values()) + summary.stateless_tcp == tcp
    assert sum(summary.by_client_prefix.values()) + summary.unnumbered_clients == len(table)


@given(st.lists(st.integers(0, 2**128 - 1), max_size=5), st.integers(1, 128))
def test_prefixes_of_any_length(addresses: list[int], length: int) -> None:
    texts = [str(ipaddress.IPv6Address(address)) for address in addresses]
    prefixes = [prefix_text(number, length) for number in prefix_numbers(texts, length)]
    assert prefixes == [str(ipaddress.IPv6Network((address, length), strict=False)) for address in addresses]


@pytest.mark.parametrize("length", [48, 64, 72])
@pytest.mark.parametrize("text", ["", "192.0.2.1", "2001:::1", "2001:db8::1%eth0", "2001:db8::1\0"])
def test_no_address(text: str, length: int) -> None:
    with pytest.raises(ValueError, match="is no IPv6 address"):
        prefix_numbers(["2001:db8::1", text], length)


subnets = st.lists(
    st.lists(st.sampled_from(["0", "1", "abcd"]), min_size=8, max_size=8).map(":".join).map(ipaddress.IPv6Address),
    max_size=30,
)


@settings(deadline=None)
@given(st.lists(subnets, max_size=4), st.integers(1, 64), st.sampled_from([0, 1, 5, 1000]))
def test_subnets_are_counted_as_their_addresses(
    columns: list[list[ipaddress.IPv6Address]], length: int, held: int
) -> None:
    """However they are written, and however many texts are held before they become numbers."""
    whole, cut = ClientCounter(length), ClientCounter(length)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(client_prefix, "TEXTS_HELD", held)
        for number, column in enumerate(columns):
            whole.add([*map(str, column), ""])
            texts = [str(address) if number % 2 else address.exploded[:20] for address in column]
            cut.add_subnets(["", *texts])
    assert cut == whole
    assert cut.unnumbered == len(columns)


def test_a_subnet_is_what_four_groups_say() -> None:
    counter = ClientCounter(56)
    counter.add_subnets(["2001:db8:0:1:", "2001:db8::ff:0:0:0", "2001:0DB8:0:2:", "64:ff9b:1:ffff::", ""])
    texts = {prefix_text(number, 56): sessions for number, sessions in counter.prefixes.items()}
    assert texts == {"2001:db8::/56": 3, "64:ff9b:1:ff00::/56": 1}
    assert counter.unnumbered == 1


@pytest.mark.parametrize(
    "text", ["192.0.2.1", "2001:::1", "1:2:3:", "1:2:3::4:", "1:2:3:4:5:", "12345:1:2:3:", "1:2:3:4:5:6:7:8:9"]
)
def test_no_subnet(text: str) -> None:
    counter = ClientCounter(64)
    counter.add_subnets(["2001:db8:0:1:", text])
    with pytest.raises(ValueError, match="is no IPv6 address"):
        counter.settle()


def test_different_prefixes_do_not_merge() -> None:
    with pytest.raises(ValueError, match="/64 and of /56"):
        merge(SessionSummary(64), SessionSummary(56))


def test_top_clients() -> None:
    net = 0x20010DB8 << 96
    table = [_session("udp", net + (prefix << 64) + host, 0, 1, None) for prefix in (3, 1, 2, 1) for host in (1, 2)]
    assert summarize(table).top_clients(2) == [("2001:db8:0:1::/64", 4), ("2001:db8:0:2::/64", 2)]
    assert summarize(table, 48).top_clients(9) == [("2001:db8::/48", 8)]


@given(tables)
def test_ports_in_use(table: list[Session]) -> None:
    in_use = PortsInUse()
    for start in range(0, len(table), 7):
        in_use.add_block(SessionBlock.of_sessions(table[start : start + 7]))
    whole = Pool4Range(0, "tcp", "192.0.2.0", 0, 65535, None, True)
    low, high = whole._replace(port_max=30000), whole._replace(port_min=30001)
    uses = pool4_use([whole, low, high], ("tcp", "udp"), in_use)
    truth = {one.ipv4_local_l4_id for one in table if one.protocol == "tcp" and one.ipv4_local_address == "192.0.2.0"}
    assert uses[0].ports_used == len(truth) == uses[1].ports_used + uses[2].ports_used
    assert uses[0].ports_total == 65536


def test_a_range_without_protocol_is_for_all() -> None:
    """Up to 3.3 pool4 has addresses and nothing else."""
    uses = pool4_use([Pool4Range(None, None, "192.0.2.1", None, None, None, None)], ("tcp", "icmp"), PortsInUse())
    assert [(use.protocol, use.port_min, use.port_max) for use in uses] == [("tcp", 0, 65535), ("icmp", 0, 65535)]


def test_a_range_of_a_protocol_that_nobody_counted() -> None:
    assert pool4_use([Pool4Range(0, "udp", "192.0.2.1", 1, 2, None, None)], ("tcp",), PortsInUse()) == []
