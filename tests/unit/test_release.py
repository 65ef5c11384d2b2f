# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions as Jool prints them, and the order of its releases."""

from __future__ import annotations

import random

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.records.release import Release, read_version

IN_ORDER = [
    ("NAT64 userspace app 0.1", "3.0.0", (3, 0)),
    ("Jool userspace app 3.1.0", "3.1.0", (3, 1)),
    ("3.1.3", "3.1.3", (3, 1)),
    ("3.3.2.0", "3.3.2", (3, 3)),
    ("3.5.7.0", "3.5.7", (3, 5)),
    ("3.5.7.3", "3.5.7.3", (3, 5)),
    ("3.5.8.0", "3.5.8", (3, 5)),
    ("3.5.7.200", "3.6.0-rc1", (3, 6)),
    ("3.5.7.203", "3.6.0-rc4", (3, 6)),
    ("3.255.5.0", "4.0.0-rc5", (4, 0)),
    ("4.0.0.0", "4.0.0", (4, 0)),
    ("4.0.9.0", "4.0.9", (4, 0)),
    ("4.1.6.1", "4.1.6.1", (4, 1)),
    ("4.1.9.0", "4.1.9", (4, 1)),
    ("4.1.15.0", "4.1.15", (4, 1)),
    ("4.1.255.2", "4.2.0-rc1", (4, 2)),
    ("4.1.255.3", "4.2.0-rc2", (4, 2)),
    ("4.1.255.5", "4.2.0-rc3", (4, 2)),
    ("4.2.0.0", "4.2.0", (4, 2)),
]


@pytest.mark.parametrize(("text", "name", "series"), IN_ORDER)
def test_name(text: str, name: str, series: tuple[int, int]) -> None:
    release = Release.parse(text)
    assert (release.name, str(release), release.series) == (name, name, series)
    assert read_version([text.encode() + b"\n"]) == release


def test_order() -> None:
    releases = [Release.parse(text) for text, _name, _series in IN_ORDER]
    assert sorted(random.Random(7).sample(releases, len(releases))) == releases
    assert all(older < newer and newer > older and older <= newer for older, newer in zip(releases, releases[1:]))


def test_equal() -> None:
    assert Release.parse("4.1.9.0\n") == Release.parse("4.1.9") == Release(4, 1, 9)
    assert Release.parse("Jool userspace app 0.1") == Release(3, 1)
    assert len({Release(4, 1, 9), Release(4, 1, 9, 0), Release(4, 1, 9, 1)}) == 2


@pytest.mark.parametrize("text", ["", "4", "4.1.9.0.1", "jool 4.1.9", "4.1.x", "Usage"])
def test_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="no version of Jool"):
        Release.parse(text)
