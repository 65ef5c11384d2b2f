# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans on a model of the kernel: they lead where they should, and nothing is left to do afterwards."""

from __future__ import annotations

import json
import tempfile
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.client.instance import InstanceClient
from ansible_collections.nat64.jool.plugins.module_utils.config.configuration import (
    Configuration,
    as_options,
    differences,
)
from ansible_collections.nat64.jool.plugins.module_utils.config.desired import read_desired, together
from ansible_collections.nat64.jool.plugins.module_utils.config.plan import Manner, plan, small_steps
from ansible_collections.nat64.jool.plugins.module_utils.config.pool4 import Block, Place, Pool4, merged, without
from ansible_collections.nat64.jool.plugins.module_utils.config.rendering import jool_document, jool_json, lines
from ansible_collections.nat64.jool.plugins.module_utils.config.target import target
from ansible_collections.nat64.jool.plugins.module_utils.converge.reading import read_running
from ansible_collections.nat64.jool.plugins.module_utils.converge.sending import send
from ansible_collections.nat64.jool.plugins.module_utils.errors import NotChangeable
from ansible_collections.nat64.jool.plugins.module_utils.records.release import Release
from ansible_collections.nat64.jool.tests.unit.config.kernel_model import JoolModel
from ansible_collections.nat64.jool.tests.unit.config.model_host import ModelTransport

RELEASE = Release(4, 1, 9)

ports = st.integers(1, 40)
ranges = st.tuples(ports, ports).map(sorted).map(lambda pair: f"{pair[0]}-{pair[1]}")
pool4 = st.lists(
    st.fixed_dictionaries(
        {
            "protocol": st.sampled_from(["tcp", "UDP", "icmp"]),
            "prefix": st.sampled_from(["192.0.2.0/30", "192.0.2.1", "192.0.2.2/31", "192.0.2.3/32"]),
            "port_range": ranges,
            "mark": st.sampled_from([0, 7]),
        }
    ),
    max_size=6,
)
iterations = st.dictionaries(
    st.tuples(st.sampled_from(["tcp", "udp", "icmp"]), st.sampled_from([0, 7])),
    st.sampled_from(["auto", "infinity", 5, 9]),
)
parameters = st.fixed_dictionaries(
    {"pool6": st.just("64:ff9b::/96")},
    optional={
        "udp-timeout": st.integers(120, 9999).map(lambda seconds: seconds + 0.25),
        "icmp timeout": st.integers(0, 100),
        "TOS": st.integers(0, 255),
        "mtu_plateaus": st.lists(st.integers(1, 65535), min_size=1, max_size=5),
        "manually-enabled": st.booleans(),
    },
)


@st.composite
def nat64_options(draw: Any) -> dict[str, Any]:
    entries = draw(pool4)
    numbers = draw(iterations)
    for entry in entries:
        number = numbers.get((entry["protocol"].lower(), entry["mark"]))
        if number is not None:
            entry["max_iterations"] = number
    bib = []
    for position, entry in enumerate(entries):
        if draw(st.booleans()):
            # The first port of the first address of each entry: distinct ends are asked for, so once an address.
            address = str(IPv4Network(entry["prefix"])[0])
            ipv4 = f"{address}#{entry['port_range'].split('-')[0]}"
            if ipv4 not in {one["ipv4_address"] for one in bib if one["protocol"] == entry["protocol"]}:
                bib.append(
                    {
                        "protocol": entry["protocol"],
                        "ipv6_address": f"2001:DB8::{draw(st.integers(0, 1)) * 16 + position}#80",
                        "ipv4_address": ipv4,
                    }
                )
    if len({(one["protocol"].lower(), one["ipv4_address"]) for one in bib}) < len(bib):
        bib = []
    return {"global": draw(parameters), "pool4": entries, "bib": bib}


prefixes4 = st.sampled_from(["192.0.2.0/28", "192.0.2.16/29", "198.51.100.7", "203.0.113.0/24"])


@st.composite
def siit_options(draw: Any) -> dict[str, Any]:
    fours = draw(st.lists(prefixes4, unique=True))
    sixes = draw(st.permutations([f"2001:db8:{number}::/104" for number in range(4)]))
    return {
        "translator": "siit",
        "global": draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "pool6": st.sampled_from([None, "2001:db8:64::/96"]),
                    "rfc6791v4-prefix": st.sampled_from([None, "192.0.2.0/24"]),
                    "eam-hairpin-mode": st.sampled_from([False, "simple", "Intrinsic"]),
                },
            )
        ),
        "eamt": [{"ipv6 prefix": six, "ipv4 prefix": four} for six, four in zip(sixes, fours)],
        "denylist4": draw(st.lists(prefixes4)),
    }


class Host:
    """A host in memory, and its client."""

    def __init__(self, translator: str) -> None:
        self.place = tempfile.TemporaryDirectory()
        self.translator = translator
        self.model = JoolModel(translator)
        self.transport = ModelTransport(self.model, Path(self.place.name))
        self.client = InstanceClient(self.transport, translator, "default")

    def read(self) -> Configuration | None:
        return read_running(self.client, self.translator, with_bib=True).configuration

    def bring(self, options: dict[str, Any], purge: bool, manner: Manner) -> Configuration:
        desired = read_desired(together(None, options))
        before = self.read()
        wanted = target(before, desired, RELEASE, purge=purge)
        made = plan(before, wanted, manner)
        send(self.client, made.steps)
        return wanted


def check(translator: str, first: dict[str, Any], second: dict[str, Any], manner: Manner) -> None:
    host = Host(translator)
    wanted = host.bring(first, True, manner)
    found = host.read()
    assert found is not None
    assert differences(wanted, found) == []
    host.model.instances["default"]["sessions"] = []
    wanted = host.bring(second, True, manner)
    former, found = found, host.read()
    assert found is not None
    assert differences(wanted, found) == []
    # A second plan is empty.
    again = target(found, read_desired(together(None, second)), RELEASE, purge=True)
    assert plan(found, again, manner).steps == ()
    # What runs, given back as options, in either meaning of purge, changes nothing.
    for purge in (True, False):
        echo = target(found, read_desired(together(as_options(found), {})), RELEASE, purge=purge)
        assert plan(found, echo, manner).steps == ()
    # The way back.
    send(host.client, plan(found, former, Manner(force=True)).steps)
    back = host.read()
    assert back is not None
    assert differences(former, back) == []


@settings(max_examples=60, deadline=None)
@given(nat64_options(), nat64_options(), st.booleans())
def test_nat64(first: dict[str, Any], second: dict[str, Any], atomic: bool) -> None:
    check("nat64", first, second, Manner(atomic=atomic))


@settings(max_examples=40, deadline=None)
@given(siit_options(), siit_options(), st.booleans())
def test_siit(first: dict[str, Any], second: dict[str, Any], atomic: bool) -> None:
    check("siit", first, second, Manner(atomic=atomic))


@settings(max_examples=40, deadline=None)
@given(nat64_options(), nat64_options())
def test_without_purge_nothing_goes(first: dict[str, Any], second: dict[str, Any]) -> None:
    one, two = read_desired(together(None, first)), read_desired(together(None, second))
    before = target(None, one, RELEASE, purge=False)
    after = target(before, two, RELEASE, purge=False)
    assert before.pool4.minus(after.pool4).ranges == {}
    assert (before.bib or frozenset()) <= (after.bib or frozenset())
    assert set(before.parameters) <= set(after.parameters)


@settings(max_examples=40, deadline=None)
@given(nat64_options(), nat64_options())
def test_each_step_has_a_way_back(first: dict[str, Any], second: dict[str, Any]) -> None:
    one, two = read_desired(together(None, first)), read_desired(together(None, second))
    before = target(None, one, RELEASE, purge=False)
    for step in small_steps(before, target(before, two, RELEASE, purge=True), Manner()):
        assert str(step)
        assert str(step.reverse().reverse())


@settings(max_examples=40, deadline=None)
@given(nat64_options())
def test_rendering_is_read_again(options: dict[str, Any]) -> None:
    """What is rendered for Jool is a configuration for this module, and the same one."""
    wanted = target(None, read_desired(together(None, options)), RELEASE, purge=False)
    document = json.loads(jool_json(wanted, RELEASE))
    assert target(None, read_desired(together(document, {})), RELEASE, purge=False) == wanted
    assert lines(wanted) == lines(target(None, read_desired(together(document, {})), RELEASE, purge=False))


@settings(max_examples=40, deadline=None)
@given(siit_options())
def test_rendering_of_siit_is_read_again(options: dict[str, Any]) -> None:
    wanted = target(None, read_desired(together(None, options)), RELEASE, purge=False)
    for release in (RELEASE, Release(4, 1, 3)):
        document = json.loads(jool_json(wanted, release))
        assert ("blacklist4" in document) == (release == Release(4, 1, 3))
        again = read_desired(together(document, {"translator": "siit"}))
        assert target(None, again, RELEASE, purge=False) == wanted


spans = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)).map(lambda pair: (min(pair), max(pair))))


@given(spans, spans)
def test_ranges_are_sets(one: list[tuple[int, int]], two: list[tuple[int, int]]) -> None:
    def members(given_ranges: Any) -> set[int]:
        return {port for low, high in given_ranges for port in range(low, high + 1)}

    assert members(merged(one)) == members(one)
    assert all(first[1] + 1 < second[0] for first, second in zip(merged(one), merged(one)[1:]))
    assert members(without(merged(one), merged(two))) == members(one) - members(two)


def test_order_notation_and_splits_are_no_difference() -> None:
    one = {
        "global": {"pool6": "64:FF9B::/96", "udp_timeout": 300, "mtu-plateaus": [68, 1280]},
        "pool4": [
            {"protocol": "tcp", "prefix": "192.0.2.0/31", "port_range": "1-100"},
            {"protocol": "tcp", "prefix": "192.0.2.0", "port_range": "101-200"},
            {"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "200-101"},
        ],
        "bib": [{"protocol": "TCP", "ipv6_address": "2001:db8:0::1#1", "ipv4_address": "192.0.2.1#7"}],
    }
    other = {
        "global": {"mtu_plateaus": "1280,68,68", "pool6": "64:ff9b:0:0::/96", "UDP-Timeout": "5:00"},
        "pool4": [{"protocol": "TCP", "prefix": "192.0.2.0/31", "port range": "1-200", "mark": "0"}],
        "bib": [{"protocol": "tcp", "ipv6 address": "2001:DB8::1#1", "ipv4 address": "192.0.2.1#7"}],
    }
    made = [target(None, read_desired(together(None, options)), RELEASE, purge=False) for options in (one, other)]
    assert made[0] == made[1]


def test_blocks_are_few_and_never_need_force() -> None:
    place = [Place(0, "udp", address) for address in IPv4Network("10.0.0.0/23")]
    pool = Pool4(dict.fromkeys(place, ((1, 9),)))
    assert pool.blocks() == [
        Block(0, "udp", IPv4Network("10.0.0.0/24"), 1, 9),
        Block(0, "udp", IPv4Network("10.0.1.0/24"), 1, 9),
    ]
    assert pool.by_address()["udp", IPv4Address("10.0.1.7")] == [(1, 9)]
    assert len(pool.by_address()) == 512


BASE = {"global": {"pool6": "64:ff9b::/96"}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"global": {"pool6": "2001:db8::/96"}}, "pool6 from 64:ff9b::/96 to 2001:db8::/96"),
        ({"framework": "iptables"}, "framework from netfilter to iptables"),
    ],
)
def test_what_cannot_be_changed(change: dict[str, Any], words: str) -> None:
    before = target(None, read_desired(together(None, BASE)), RELEASE, purge=False)
    after = target(before, read_desired(together(None, change)), RELEASE, purge=False)
    with pytest.raises(NotChangeable, match=words):
        plan(before, after, Manner())
    made = plan(before, after, Manner(recreate=True))
    assert [str(step) for step in made.steps] == ["remove instance 'default'", "create instance 'default'"]
    assert made.removes_instance


def test_pool6_of_siit_changes_in_place() -> None:
    before = target(None, read_desired(together(None, {"translator": "siit", **BASE})), RELEASE, purge=False)
    options = {"translator": "siit", "global": {"pool6": None}}
    after = target(before, read_desired(together(None, options)), RELEASE, purge=False)
    assert [str(step) for step in plan(before, after, Manner()).steps] == ["set pool6 from 64:ff9b::/96 to null"]


def test_words_of_a_plan() -> None:
    one = {
        **BASE,
        "pool4": [{"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "1-100", "mark": 5}],
        "bib": [{"protocol": "tcp", "ipv6_address": "2001:db8::1#1", "ipv4_address": "192.0.2.1#7"}],
    }
    two = {"pool4": [{"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "50-120", "mark": 5}], "bib": []}
    before = target(None, read_desired(together(None, one)), RELEASE, purge=False)
    after = target(before, read_desired(together(None, two)), RELEASE, purge=True)
    assert [str(step) for step in plan(before, after, Manner(drop_sessions=True)).steps] == [
        "add to pool4: tcp 192.0.2.1/32 101-120 mark 5 (max-iterations auto)",
        "remove from the BIB: tcp 2001:db8::1#1 - 192.0.2.1#7",
        "remove from pool4: tcp 192.0.2.1/32 1-49 mark 5 and its sessions",
    ]


def test_purge_sets_defaults() -> None:
    host = Host("nat64")
    host.bring({"global": {"pool6": "64:ff9b::/96", "tos": 9, "udp-timeout": 400}}, False, Manner())
    assert host.model.instances["default"]["global"]["tos"] == "9"
    host.bring({"global": {"udp-timeout": 400}}, True, Manner())
    assert host.model.instances["default"]["global"]["tos"] == "0"
    assert host.model.instances["default"]["global"]["udp-timeout"] == "0:06:40"
    host.bring({"pool4": []}, True, Manner())  # without `global` no parameter is touched
    assert host.model.instances["default"]["global"]["udp-timeout"] == "0:06:40"


def test_single_commands_keep_statistics_and_a_file_does_not() -> None:
    for atomic in (False, True):
        host = Host("nat64")
        host.bring({"global": {"pool6": "64:ff9b::/96"}}, False, Manner())
        host.model.instances["default"]["stats"] = 7
        host.bring({"global": {"tos": 4}}, False, Manner(atomic=atomic))
        assert host.model.instances["default"]["stats"] == (0 if atomic else 7)


def test_rendered_document() -> None:
    options = {
        **BASE,
        "pool4": [{"protocol": "tcp", "prefix": "192.0.2.1", "port_range": 80, "max_iterations": 3}],
        "bib": [{"protocol": "tcp", "ipv6_address": "2001:db8::1#1", "ipv4_address": "192.0.2.1#80"}],
    }
    options["global"] = {**BASE["global"], "udp_timeout": 300.5, "drop_icmpv6_info": "yes", "mtu_plateaus": 1280}
    wanted = target(None, read_desired(together(None, options)), RELEASE, purge=False)
    assert jool_document(wanted, RELEASE) == {
        "instance": "default",
        "framework": "netfilter",
        "global": {
            "pool6": "64:ff9b::/96",
            "udp-timeout": "0:05:00.500",
            "drop-icmpv6-info": True,
            "mtu-plateaus": [1280],
        },
        "pool4": [{"protocol": "TCP", "prefix": "192.0.2.1/32", "port range": "80-80", "mark": 0, "max-iterations": 3}],
        "bib": [{"protocol": "TCP", "ipv6 address": "2001:db8::1#1", "ipv4 address": "192.0.2.1#80"}],
    }
