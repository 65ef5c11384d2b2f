# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""MTU of interfaces, and default routes that go away with forwarding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system.networks import (
    lost_with_forwarding,
    read_advertised,
    read_ipv4_addresses,
    read_mtus,
)
from ansible_collections.nat64.jool.plugins.module_utils.system.programs import FormatError, Programs
from ansible_collections.nat64.jool.tests.unit.replay import Answer, ReplayTransport
from ansible_collections.nat64.jool.tests.unit.system.recorded import having, read_or_refuse, recorded

ROUTE = "ip -6 route show default"
BY_ADVERTISEMENT = "default via fe80::2 dev eth0 proto ra metric 1024 expires 1700sec hoplimit 64 pref medium\n"


@pytest.mark.parametrize("guest", having("ip-link"))
def test_a_guest_of_the_lab(guest: str) -> None:
    assert set(read_mtus(recorded(guest, "ip-link")).values()) == {1500}


@pytest.mark.parametrize(
    ("line", "mtus"),
    [
        ("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN", {}),
        ("3: eth0@if2: <BROADCAST,UP> mtu 9000 qdisc noqueue state UP", {"eth0": 9000}),
        ("4: sit0@NONE: <NOARP,UP> mtu 1480 qdisc noop state DOWN", {"sit0": 1480}),
    ],
)
def test_mtus(line: str, mtus: dict[str, int]) -> None:
    assert read_mtus(line) == mtus


@pytest.mark.parametrize("line", ["eth0: mtu 1500", "1: eth0: <UP> qdisc noqueue", "x"])
def test_no_interface(line: str) -> None:
    with pytest.raises(FormatError):
        read_mtus(line)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("", []),
        (
            "2: eth0    inet 192.0.2.7/24 brd 192.0.2.255 scope global dynamic eth0\\       valid_lft 9sec\n",
            ["192.0.2.7"],
        ),
        ("3: ppp0    inet 192.0.2.8 peer 192.0.2.9/32 scope global ppp0\n", ["192.0.2.8"]),
        ("4: wg0    inet 192.0.2.8/32 scope global wg0\n5: wg1    inet 192.0.2.8/32 scope global wg1\n", ["192.0.2.8"]),
    ],
)
def test_addresses(text: str, addresses: list[str]) -> None:
    assert read_ipv4_addresses(text) == addresses


@pytest.mark.parametrize("line", ["2: eth0    inet6 fe80::1/64 scope link", "eth0 inet 192.0.2.7/24", "x"])
def test_no_address(line: str) -> None:
    with pytest.raises(FormatError):
        read_ipv4_addresses(line)


@pytest.mark.parametrize(
    ("text", "interfaces"),
    [
        ("", []),
        (BY_ADVERTISEMENT, ["eth0"]),
        (BY_ADVERTISEMENT * 2, ["eth0"]),
        ("default via 2001:db8::1 dev eth0 proto static metric 1024 pref medium\n", []),
        ("default proto ra metric 1024 pref medium\n\tnexthop via fe80::1 dev eth0 weight 1\n", []),
        ("default dev tun0 metric 1024 pref medium\n", []),
    ],
)
def test_routes(text: str, interfaces: list[str]) -> None:
    assert read_advertised(text) == interfaces


def test_no_route() -> None:
    with pytest.raises(FormatError):
        read_advertised("2001:db8::/64 dev eth0\n")


@given(st.text())
def test_any_text(text: str) -> None:
    read_or_refuse(read_mtus, text)
    read_or_refuse(read_advertised, text)


@pytest.mark.parametrize(("accepted", "lost"), [(b"0\n", ["eth0"]), (b"1\n", ["eth0"]), (b"2\n", [])])
def test_who_loses_its_route(accepted: bytes, lost: list[str]) -> None:
    answers = {
        ROUTE: Answer(BY_ADVERTISEMENT.encode()),
        "cat /proc/sys/net/ipv6/conf/eth0/accept_ra": Answer(accepted),
    }
    assert lost_with_forwarding(Programs(ReplayTransport(answers))) == lost


def test_no_ip() -> None:
    programs = Programs(ReplayTransport({}))
    assert lost_with_forwarding(programs) == []
    assert "no program 'ip'" in programs.notices[0]
