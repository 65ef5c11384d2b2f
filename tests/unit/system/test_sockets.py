# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sockets that wait for packets, as ss prints them."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system.programs import FormatError, Programs
from ansible_collections.nat64.jool.plugins.module_utils.system.sockets import Socket, read_netstat, read_ss, sockets
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
        (
            "tcp LISTEN 0      128    [::ffff:127.100.100.100]:61104       *:*",
            [Socket("tcp", IPv4Address("127.100.100.100"), 61104)],
        ),
        ("tcp LISTEN 0 128 [2001:db8::1]:22 [::]:*", []),
        ("udp UNCONN 0 0 [fe80::1]%eth0:546 [::]:*", []),
        ("", []),
    ],
)
def test_lines(line: str, found: list[Socket]) -> None:
    assert read_ss(f"{line}\n") == found


def test_both_families_are_one_socket() -> None:
    assert read_ss("tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\ntcp LISTEN 0 128 [::]:22 [::]:*\n") == [
        Socket("tcp", None, 22)
    ]


@pytest.mark.parametrize(
    "line", ["Netid State Recv-Q", "tcp LISTEN 0 128 0.0.0.0:ssh 0.0.0.0:*", "tcp LISTEN 0 128 a.b:22 0.0.0.0:*"]
)
def test_other_lines(line: str) -> None:
    with pytest.raises(FormatError):
        read_ss(line)


@pytest.mark.parametrize("read", [read_ss, read_netstat])
@given(text=st.text())
def test_any_text(read: Callable[[str], list[Socket]], text: str) -> None:
    read_or_refuse(read, text)


BUSYBOX = """Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State       
tcp        0      0 0.0.0.0:61102           0.0.0.0:*               LISTEN      
tcp        0      0 127.0.0.1:61101         0.0.0.0:*               LISTEN      
tcp        0      0 :::61108                :::*                    LISTEN      
tcp        0      0 ::1:61104               :::*                    LISTEN      
tcp        0      0 ::ffff:127.100.100.100:61109 :::*                    LISTEN      
udp        0      0 127.0.0.1:61105         0.0.0.0:*                           
udp        0      0 0.0.0.0:61106           0.0.0.0:*                           
udp        0      0 :::61107                :::*                                
"""  # noqa: W291 - recorded from 1.35
NET_TOOLS = """Active Internet connections (only servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State      
tcp        0      0 0.0.0.0:61102           0.0.0.0:*               LISTEN     
tcp        0      0 127.0.0.1:61101         0.0.0.0:*               LISTEN     
tcp6       0      0 :::61108                :::*                    LISTEN     
tcp6       0      0 ::1:61104               :::*                    LISTEN     
tcp6       0      0 127.100.100.100:61109   :::*                    LISTEN     
udp        0      0 127.0.0.1:61105         0.0.0.0:*                          
udp        0      0 0.0.0.0:61106           0.0.0.0:*                          
udp6       0      0 :::61107                :::*                               
"""  # noqa: W291 - recorded from 2.10


@pytest.mark.parametrize("text", [BUSYBOX, NET_TOOLS])
def test_netstat(text: str) -> None:
    assert read_netstat(text) == [
        Socket("tcp", None, 61102),
        Socket("tcp", IPv4Address("127.0.0.1"), 61101),
        Socket("tcp", None, 61108),
        Socket("tcp", IPv4Address("127.100.100.100"), 61109),
        Socket("udp", IPv4Address("127.0.0.1"), 61105),
        Socket("udp", None, 61106),
        Socket("udp", None, 61107),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "netstat: showing only processes with your user ID",
        "unix  2 [ ACC ] STREAM LISTENING 1 /run/x",
        "tcp 0 0 0.0.0.0:ssh 0.0.0.0:* LISTEN",
        "tcp 0 0 a.b:22 0.0.0.0:* LISTEN",
        "tcp 0 0 0.0.0.0 0.0.0.0:* LISTEN",
    ],
)
def test_other_lines_of_netstat(line: str) -> None:
    with pytest.raises(FormatError):
        read_netstat(f"{BUSYBOX}{line}\n")


def test_a_host_without_ss_has_netstat() -> None:
    """So it is on OpenWrt."""
    programs = Programs(ReplayTransport({"netstat -l -n -t -u": Answer(BUSYBOX.encode())}))
    found = sockets(programs, "", ())
    assert found is not None
    assert len(found) == 7
    assert programs.notices == []


def test_neither() -> None:
    programs = Programs(ReplayTransport({"ss -H": Answer()}))
    assert sockets(programs, "", ()) is None
    assert "no program 'ss' or 'netstat'" in programs.notices[0]
