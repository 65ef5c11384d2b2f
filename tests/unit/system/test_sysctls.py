# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kernel parameters, as sysctl prints them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system.programs import FormatError
from ansible_collections.nat64.jool.plugins.module_utils.system.sysctls import NAMES, read_sysctls
from ansible_collections.nat64.jool.tests.unit.system.recorded import having, read_or_refuse, recorded

RANGE, RESERVED, FORWARD = "net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_forward"


@pytest.mark.parametrize("guest", having("sysctl"))
def test_a_guest_of_the_lab(guest: str) -> None:
    assert read_sysctls(recorded(guest, "sysctl")) == {
        FORWARD: 1,
        "net.ipv6.conf.all.forwarding": 1,
        "net.ipv4.conf.all.rp_filter": 0,
        "net.ipv4.conf.default.rp_filter": 0,
        RANGE: [32768, 60999],
        RESERVED: "",
    }


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        (f"{FORWARD} = 0", FORWARD, 0),
        (f"{FORWARD} = -1", FORWARD, -1),
        (f"{RANGE} = 1024\t65535", RANGE, [1024, 65535]),
        (f"{RANGE} = 1024 65535", RANGE, [1024, 65535]),
        (f"{RESERVED} = ", RESERVED, ""),
        (f"{RESERVED} =", RESERVED, ""),
        (f"{RESERVED} = 8080,9148-9150", RESERVED, "8080,9148-9150"),
        ("net.core.somaxconn = 1", FORWARD, None),
        ("", FORWARD, None),
    ],
)
def test_lines(line: str, name: str, value: object) -> None:
    assert read_sysctls(f"{line}\n")[name] == value


@pytest.mark.parametrize("line", ["sysctl: cannot stat", "net.ipv4.ip_forward: 1", f"{RANGE} = 1024", f"{RANGE} = a b"])
def test_lines_that_are_none(line: str) -> None:
    with pytest.raises(FormatError):
        read_sysctls(f"{line}\n")


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    found = read_or_refuse(read_sysctls, text)
    assert found is None or tuple(found) == NAMES
