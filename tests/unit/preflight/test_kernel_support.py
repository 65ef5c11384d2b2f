# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which kernels a release is for: both ends of each range, and what is beyond them."""

from __future__ import annotations

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.preflight.kernel_support import (
    FITS,
    NOT_KNOWN,
    ROWS,
    TOO_NEW,
    TOO_OLD,
    UNTESTED,
    Support,
    row_of,
    support,
)
from ansible_collections.nat64.jool.plugins.module_utils.records.release import Release
from ansible_collections.nat64.jool.tests.unit.system.recorded import KERNELS, RELEASES


@pytest.mark.parametrize("guest", list(KERNELS))
def test_the_guests_of_the_lab_fit(guest: str) -> None:
    assert support(Release.parse(RELEASES[guest]), KERNELS[guest]).verdict == FITS


@pytest.mark.parametrize(
    ("release", "kernel", "verdict"),
    [
        ("4.1.5", "5.11.0-1-amd64", FITS),
        ("4.1.5", "5.12.0-1-amd64", TOO_NEW),
        ("4.1.5", "3.16.0-6-amd64", FITS),
        ("4.1.5", "3.13.0-1-generic", TOO_OLD),
        ("4.1.7", "5.15.0-53-generic", FITS),  # documented like 4.1.6
        ("4.1.7", "6.8.0-45-generic", TOO_NEW),  # Ubuntu 22.04 with the kernel of 24.04
        ("4.1.9", "4.9.0-19-amd64", FITS),
        ("4.1.9", "4.4.0-19-generic", TOO_OLD),
        ("4.1.9", "5.19.0", FITS),
        ("4.1.9", "6.1.0-28-amd64", FITS),
        ("4.1.9", "6.2.0", TOO_NEW),
        ("4.1.9", "6.12.9+bpo-amd64", TOO_NEW),  # bookworm with a backport
        ("4.1.9", "6.12~rc1-amd64", TOO_NEW),
        ("4.1.13", "6.11.0", FITS),
        ("4.1.13", "6.12.118+deb13-cloud-amd64", FITS),  # not documented, and seen in the lab
        ("4.1.13", "6.13.0", TOO_NEW),
        ("4.1.13", "5.14.0", UNTESTED),
        ("4.1.15", "6.18.1", FITS),
        ("4.1.15", "6.19.0", TOO_NEW),
        ("4.1.15", "7.0.0", TOO_NEW),
        ("4.1.16", "6.1.0", NOT_KNOWN),
        ("4.1.255.5", "6.15.0", FITS),  # 4.2.0-rc3
        ("4.1.255.5", "6.16.0", TOO_NEW),
        ("3.5.8", "4.18.0", FITS),
        ("3.5.8", "4.19.0", TOO_NEW),
        ("3.4.0", "4.1.0", NOT_KNOWN),
        ("4.0.0", "4.1.0", NOT_KNOWN),  # not like 3.5.8, which comes before it
        ("4.0.3", "5.0.0", FITS),
        ("4.0.3", "5.1.0", TOO_NEW),
        ("4.1.9", "custom", NOT_KNOWN),
        # RHEL: its own number decides, whatever the kernel's.
        ("4.1.9", "5.14.0-162.6.1.el9_1.x86_64", FITS),
        ("4.1.9", "5.14.0-362.8.1.el9_3.x86_64", TOO_NEW),
        ("4.1.9", "4.18.0-425.el8_7.x86_64", FITS),
        ("4.1.9", "4.18.0-348.el8_5.x86_64", TOO_OLD),
        ("4.1.9", "3.10.0-1160.el7.x86_64", TOO_OLD),
        ("4.1.9", "5.14.0-500.el9.x86_64", FITS),  # a stream does not say where it stands
        ("4.1.9", "6.12.0-55.el10_0.x86_64", TOO_NEW),
        ("4.1.13", "5.14.0-503.el9_5.x86_64", TOO_NEW),
        ("4.1.14", "5.14.0-503.el9_5.x86_64", FITS),
        ("4.1.13", "4.18.0-553.el8_10.x86_64", TOO_OLD),
    ],
)
def test_both_ends(release: str, kernel: str, verdict: str) -> None:
    assert support(Release.parse(release), kernel).verdict == verdict


def test_what_is_documented_is_told() -> None:
    assert support(Release(4, 1, 9), "6.2.0") == Support(TOO_NEW, "4.9 to 6.1")
    assert support(Release(4, 1, 9), "6.12.0.el10.x86_64").documented == "8.6 to 8.7, 9.0 to 9.1 of RHEL"


def test_the_table_is_in_order() -> None:
    assert [row.release for row in ROWS] == sorted(row.release for row in ROWS)
    for row in ROWS:
        assert row.lowest < row.highest
        assert all(low <= high and low[0] == high[0] for low, high in row.enterprise)
        assert row_of(Release(*row.release)) == row
    series = [row for row in ROWS if row.release[:2] == (4, 1)]
    assert [row.highest for row in series] == sorted(row.highest for row in series)
