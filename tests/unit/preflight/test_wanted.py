# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which version a host is to have."""

from __future__ import annotations

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.preflight.wanted import (
    NEWEST,
    choose,
    of_packages,
    of_release,
    upstream,
)
from ansible_collections.nat64.jool.plugins.module_utils.records.release import Release
from ansible_collections.nat64.jool.plugins.module_utils.system.apt_packages import Package

THREE = Package("4.1.9-1", "4.1.13-1.1", ("4.1.13-1.1", "4.1.13-1", "4.1.9-1"))
NEW = THREE._replace(installed=None)
BY_HAND = Package("4.1.14-1", "4.1.14-1", ("4.1.9-1",))
NONE = Package()


@pytest.mark.parametrize(
    ("package", "wanted", "version"),
    [
        (THREE, "", "4.1.9-1"),
        (NEW, "", "4.1.13-1.1"),
        (NONE, "", None),
        (THREE, NEWEST, "4.1.13-1.1"),
        (NONE, NEWEST, None),
        (THREE, "4.1.9", "4.1.9-1"),
        (THREE, "4.1.13", "4.1.13-1.1"),
        (THREE, "4.1.13-1", "4.1.13-1"),
        (THREE, "4.1.15", None),
        (THREE, "4.1.1", None),
        (THREE, "4.1", None),
        (THREE, "no version", None),
        (NONE, "4.1.9", None),
        (BY_HAND, "4.1.14", "4.1.14-1"),  # installed from a file, and in no list
        (BY_HAND, "4.1.14-1", "4.1.14-1"),
    ],
)
def test_choice(package: Package, wanted: str, version: str | None) -> None:
    assert choose(package, wanted) == version


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("4.1.9-1", "4.1.9"),
        ("4.1.13-1.1+b1", "4.1.13"),
        ("1:4.1.9-1~bpo12+1", "4.1.9"),
        ("4.1.15", "4.1.15"),
        ("4.1.9.0", "4.1.9"),
        ("jool", None),
        ("", None),
    ],
)
def test_upstream(version: str, release: str | None) -> None:
    found = upstream(version)
    assert (found.name if found else None) == release


def test_packages() -> None:
    target = of_packages("jool-dkms", "jool-tools", {"jool-dkms": THREE, "jool-tools": NEW}, "")
    assert (target.module, target.tool) == (Release(4, 1, 9), Release(4, 1, 13))
    assert target.packages == {"jool-dkms": "4.1.9-1", "jool-tools": "4.1.13-1.1"}
    assert target.missing == {}


def test_one_package_that_is_not_to_be_had() -> None:
    target = of_packages("jool-dkms", "jool-tools", {"jool-dkms": THREE}, "4.1.9")
    assert (target.module, target.tool) == (Release(4, 1, 9), None)
    assert target.missing == {"jool-tools": ()}


def test_one_package_with_all_of_it() -> None:
    target = of_packages("jool", "jool", {"jool": THREE}, NEWEST)
    assert target.packages == {"jool": "4.1.13-1.1"}
    assert target.module == target.tool == Release(4, 1, 13)


@pytest.mark.parametrize(
    ("wanted", "release"), [("", None), (NEWEST, None), ("4.1.15", Release(4, 1, 15)), ("x", None)]
)
def test_sources(wanted: str, release: Release | None) -> None:
    target = of_release(wanted)
    assert (target.module, target.tool, target.packages, target.missing) == (release, release, {}, {})
