# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts that are configured unlike their group: who is compared with whom, in what, and what is said."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import HostAnswer
from ansible_collections.nat64.jool.tests.unit.host_facts_sample import GLOBALS, instance, pool4

from .states import evidence, findings, looked_at, report
from .synthetic import Shape


def configured(host: str, groups: tuple[str, ...] = ("site",), module: str = "4.1.9", **more: Any) -> HostAnswer:
    """A host with a pool4 of its own address, as it should be."""
    address = f"192.0.2.{sum(host.encode()) % 200}"
    options = {"pool4": pool4(address), **more}
    return looked_at(host, groups, tool=module, module=module, instances=[instance(**options)])


def drift(*answers: HostAnswer, **options: Any) -> list[tuple[str | None, str]]:
    found = report(*answers, **options)["findings"]
    return [(one["host"], one["evidence"]) for one in found if one["code"] == "configuration_drift"]


ALIKE = [configured("a"), configured("b")]


def test_alike() -> None:
    """Addresses of pool4 are a host's own."""
    assert findings(*ALIKE, configured("c")) == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"parameters": {"udp_timeout": 200}}, "udp-timeout is 200, and 300 on 2 other hosts (a, b)."),
        ({"parameters": {"ss_enabled": True}}, "ss-enabled is on, and off on 2 other hosts (a, b)."),
        ({"parameters": {"pool6": None}}, "pool6 is not set, and 64:ff9b::/96 on 2 other hosts (a, b)."),
        ({"parameters": {"mtu_plateaus": [1500, 1280]}}, "mtu-plateaus is 1500, 1280, and 65535, "),
        ({"framework": "iptables"}, "framework is iptables, and netfilter on 2 other hosts (a, b)."),
        (
            {"pool4": pool4("192.0.2.1", ports="1024-65535")},
            "pool4 has also icmp mark 0: 1 address with 1024-65535, tcp mark 0: 1 address with 1024-65535, ",
        ),
        ({"pool4": pool4("192.0.2.1", "192.0.2.2")}, "pool4 has also icmp mark 0: 2 addresses with 61001-65535"),
        ({"pool4": []}, "pool4 lacks icmp mark 0: 1 address with 61001-65535"),
    ],
    ids=["timeout", "switch", "prefix", "list", "framework", "ports", "addresses", "none"],
)
def test_one_is_unlike_the_others(more: dict[str, Any], said: str) -> None:
    ((host, told),) = drift(*ALIKE, configured("c", **more))
    assert host == "c"
    assert told.startswith(f"Not as in the group: {said}")


def test_all_of_it_is_one_finding() -> None:
    changed = {name: 1 if isinstance(value, int) and value > 1 else value for name, value in GLOBALS.items()}
    ((_host, told),) = drift(*ALIKE, configured("c", parameters={**changed, "tos": 7}))
    assert told.count(";") == 3
    many = {f"new_{number}": number for number in range(9)}
    assert drift(*ALIKE, configured("c", parameters=many)) == []  # of what only one of them has, nothing is said
    known = {f"new_{number}": 0 for number in range(9)}
    alike = [configured(name, parameters=known) for name in ("a", "b")]
    ((_host, told),) = drift(*alike, configured("c", parameters=dict.fromkeys(known, 1)))
    assert told.endswith("; and 4 more differences.")


def test_nobody_is_more_usual() -> None:
    (one,) = drift(configured("a"), configured("b", parameters={"udp_timeout": 200}))
    assert one == (None, "The hosts of the group differ: udp-timeout is 300 on a, 200 on b.")


def test_defaults_that_changed_are_no_drift() -> None:
    """ss-flush-asap is true up to 4.1.12 and false from 4.1.13 on."""
    old = configured("a", parameters={"ss_flush_asap": True})
    new = configured("b", module="4.1.13", parameters={"ss_flush_asap": False})
    assert drift(old, new) == []
    assert drift(old, configured("b", module="4.1.13", parameters={"ss_flush_asap": True})) != []


def test_addresses_of_the_host_are_no_drift() -> None:
    def stateless(host: str, own: str, eamt: list[dict[str, str]]) -> HostAnswer:
        entry = instance("s", translator="siit", parameters={"rfc6791v4_prefix": own}, eamt=eamt)
        return looked_at(host, instances=[entry])

    mapping = [{"ipv6_prefix": "2001:db8::/120", "ipv4_prefix": "198.51.100.0/24"}]
    assert drift(stateless("a", "192.0.2.1/32", mapping), stateless("b", "192.0.2.2/32", mapping)) == []
    ((_host, told),) = drift(
        stateless("a", "192.0.2.1/32", mapping),
        stateless("b", "192.0.2.2/32", mapping),
        stateless("c", "192.0.2.3/32", []),
    )
    assert told == "Not as in the group: the EAMT lacks 2001:db8::/120 198.51.100.0/24 against 2 other hosts (a, b)."


def test_sites_may_differ() -> None:
    """A host is compared in the smallest group that has another one."""
    site1 = [configured(name, ("nat64", "site1")) for name in ("a", "b")]
    other = {"udp_timeout": 200}
    site2 = [configured(name, ("nat64", "site2"), parameters=other) for name in ("c", "d", "e")]
    assert drift(*site1, *site2) == []
    assert [host for host, _told in drift(*site1, *site2, drift_groups=("nat64",))] == ["a", "b"]
    assert [
        host
        for host, _told in drift(*site1, *site2, configured("f", ("nat64", "alone"), parameters={"udp_timeout": 100}))
    ] == ["f"]
    assert drift(*site1, *site2, drift_groups=("nobody",)) == []


def test_without_groups_nobody_is_compared() -> None:
    assert drift(configured("a", ()), configured("b", (), parameters={"udp_timeout": 200})) == []


def test_an_instance_that_the_others_have() -> None:
    two = [instance(), instance("blue", "blue")]
    answers = [looked_at("a", instances=two), looked_at("b", instances=two), looked_at("c")]
    assert findings(*answers) == [("note", "instance_missing", "c", None)]
    assert evidence(*answers) == ["2 hosts of the 3 in group nat64 have it, this one has not."]
    assert findings(answers[0], answers[2]) == []  # half of them have it


def test_a_pair_with_different_pools() -> None:
    shape = Shape((40.0, 20.0, 5.0), address="203.0.113.1", ss_enabled=True)

    def member(host: str, *addresses: str) -> HostAnswer:
        entry = instance(parameters={"ss_enabled": True}, pool4=pool4(*addresses))
        return looked_at(host, (), shape, instances=[entry])

    alike = [member("a", "192.0.2.1"), member("b", "192.0.2.1")]
    assert "pair_pool4_differs" not in [code for _s, code, _h, _i in findings(*alike, pairs=(("a", "b"),))]
    apart = report(alike[0], member("b", "192.0.2.2"), pairs=(("a", "b"),))["findings"]
    (told,) = [one["evidence"] for one in apart if one["code"] == "pair_pool4_differs"]
    assert told.startswith(
        "pool4 of instance default is not the same: b has also icmp 192.0.2.2/32 61001-65535 mark 0, "
    )
    assert told.endswith(" against a.")
