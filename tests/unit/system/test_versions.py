# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order of kernels is that of dpkg."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.system.versions import newest_first, version_key

ORDERED = [
    "4.19.0-27-amd64",
    "5.4.0-9-generic",
    "5.4.0-100-generic",
    "5.10.0-28-cloud-amd64",
    "6.1.0-rc7-amd64",
    "6.1.0-trunk-amd64",
    "6.1.0-9-amd64",
    "6.1.0-18-amd64",
    "6.1.0-18-cloud-amd64",
    "6.12.9+bpo-amd64",
    "6.12.10+deb13-amd64",
    "6.12.118+deb13-amd64",
]


def test_kernels() -> None:
    assert newest_first(sorted(ORDERED)) == ORDERED[::-1]


def order(sign: str) -> int:
    if sign.isdigit():
        return 0
    if sign.isalpha():
        return ord(sign)
    return -1 if sign == "~" else ord(sign) + 256


def compare(one: str, other: str) -> int:
    """dpkg's own way (verrevcmp in lib/dpkg/version.c)."""
    a, b = list(one), list(other)
    while a or b:
        first = 0
        while (a and not a[0].isdigit()) or (b and not b[0].isdigit()):
            left, right = (order(a[0]) if a else 0), (order(b[0]) if b else 0)
            if left != right:
                return left - right
            a, b = a[1:], b[1:]
        while a and a[0] == "0":
            a = a[1:]
        while b and b[0] == "0":
            b = b[1:]
        while a and a[0].isdigit() and b and b[0].isdigit():
            first = first or ord(a[0]) - ord(b[0])
            a, b = a[1:], b[1:]
        if a and a[0].isdigit():
            return 1
        if b and b[0].isdigit():
            return -1
        if first:
            return first
    return 0


def test_a_number_that_is_missing_is_zero() -> None:
    assert version_key("") == version_key("0")
    assert version_key("1.") == version_key("1.0")
    assert version_key("1~") < version_key("1") < version_key("1a") < version_key("1+")


versions = st.text("019abz.+~", max_size=10)


@given(versions, versions)
def test_the_same_order_as_dpkg(one: str, other: str) -> None:
    found, expected = (
        (version_key(one) > version_key(other)) - (version_key(one) < version_key(other)),
        compare(one, other),
    )
    assert found == (expected > 0) - (expected < 0)
