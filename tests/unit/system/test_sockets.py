# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sockets that wait for packets, as ss prints them."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system.programs import FormatError, Programs
from ansible_collections.nat64.jool.plugins.module_utils.system.sockets import Socket, read_sockets, sockets
from ansible_collections.nat64.jool.tests.unit.replay import Answer, ReplayTransport
from ansible_collections.nat64.jool.tests.unit.system.recorded import read_or_refuse


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("tcp   LISTEN 0      128          0.0.0.0:22        0.0.0.0:*", [Socket("tcp", None, 22)]),
        ("tcp   LISTEN 0      128             [::]:22           [::]:*", [Socket("tcp", None, 22)]),
        ("tcp   LISTEN 0      511                *:80              *:*", [Socket("tcp", None, 80)]),
        (
            "udp   UNCONN 0      0     10.0.2.15%eth0:68        0.0.0.0:*",
            [Socket("udp", IPv4Address("10.0.2.15"), 68)],
        ),
        ("udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*", [Socket("udp", IPv4Address("127.0.0.53"), 53)]),
        ("udp UNCONN 213 0 192.0.2.1:53 0.0.0.0:* ", [Socket("udp", IPv4Address("192.0.2.1"), 53)]),
        ("tcp LISTEN 0 5 192.0.2.1:7 0.0.0.0:* uid:0 ino:1 sk:1 <->", [Socket("tcp", IPv4Address("192.0.2.1"), 7)]),
        ("tcp LISTEN 0 128 [2001:db8::1]:22 [::]:*", []),
        ("udp UNCONN 0 0 [fe80::1]%eth0:546 [::]:*", []),
        ("", []),
    ],
)
def test_lines(line: str, found: list[Socket]) -> None:
    assert read_sockets(f"{line}\n") == found


def test_both_families_are_one_socket() -> None:
    assert read_sockets("tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\ntcp LISTEN 0 128 [::]:22 [::]:*\n") == [
        Socket("tcp", None, 22)
    ]


@pytest.mark.parametrize(
    "line", ["Netid State Recv-Q", "tcp LISTEN 0 128 0.0.0.0:ssh 0.0.0.0:*", "tcp LISTEN 0 128 a.b:22 0.0.0.0:*"]
)
def test_other_lines(line: str) -> None:
    with pytest.raises(FormatError):
        read_sockets(line)


@given(st.text())
def test_any_text(text: str) -> None:
    read_or_refuse(read_sockets, text)


def test_no_ss() -> None:
    programs = Programs(ReplayTransport({"ss -H": Answer()}))
    assert sockets(programs, "", ()) is None
    assert "no program 'ss'" in programs.notices[0]
