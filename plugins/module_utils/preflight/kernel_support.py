# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which kernels each release of Jool is made for.

Source: docs/en/intro-jool.md at each tag of NICMx/Jool; what it says of kernels of RHEL counts for their rebuilds.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..records.release import Release

Numbers = tuple[int, int]

FITS, TOO_NEW, TOO_OLD, UNTESTED, NOT_KNOWN = "fits", "too new", "too old", "untested", "not known"

_KERNEL = re.compile(r"(?P<major>\d+)\.(?P<minor>\d+)(?:\D.*)?")
_ENTERPRISE = re.compile(r"\.el(?P<major>\d+)(?:_(?P<minor>\d+))?(?=[._]|$)")


class Row(NamedTuple):
    """What one release is documented for.

    :ivar lowest: the oldest kernel, `highest` the newest: major and minor number.
    :ivar enterprise: the same of RHEL, a range for each of its major releases.
    :ivar older_may_do: whether the documentation takes older kernels to work, untested.
    :ivar seen: kernels beyond the documentation that it was seen to work on (`tests/lab`).
    """

    release: tuple[int, int, int]
    lowest: Numbers
    highest: Numbers
    enterprise: tuple[tuple[Numbers, Numbers], ...]
    older_may_do: bool = False
    seen: tuple[Numbers, ...] = ()


ROWS = (
    Row((3, 5, 8), (3, 2), (4, 18), (((7, 0), (7, 4)),)),
    Row((4, 0, 1), (3, 13), (5, 0), (((7, 0), (7, 5)),)),
    Row((4, 0, 5), (3, 13), (5, 3), (((7, 0), (7, 6)),)),
    Row((4, 0, 7), (3, 13), (5, 4), (((7, 0), (7, 7)),)),
    Row((4, 0, 8), (3, 13), (5, 5), (((7, 0), (7, 7)),)),
    Row((4, 0, 9), (3, 13), (5, 6), (((7, 0), (7, 7)),)),
    Row((4, 1, 0), (3, 16), (5, 7), (((7, 6), (7, 7)),)),
    Row((4, 1, 2), (3, 16), (5, 7), (((7, 6), (7, 7)), ((8, 0), (8, 0)))),
    Row((4, 1, 3), (3, 16), (5, 9), (((7, 6), (7, 7)), ((8, 0), (8, 0)))),
    Row((4, 1, 5), (3, 16), (5, 11), (((7, 6), (7, 7)), ((8, 0), (8, 0)))),
    Row((4, 1, 6), (4, 4), (5, 15), (((8, 5), (8, 5)),)),
    Row((4, 1, 8), (4, 9), (5, 16), (((8, 5), (8, 5)),)),
    Row((4, 1, 9), (4, 9), (6, 1), (((8, 6), (8, 7)), ((9, 0), (9, 1)))),
    Row((4, 1, 10), (4, 14), (6, 3), (((8, 6), (8, 7)), ((9, 0), (9, 3)))),
    Row((4, 1, 11), (4, 18), (6, 7), (((8, 6), (8, 9)), ((9, 0), (9, 3)))),
    Row((4, 1, 12), (4, 19), (6, 10), (((8, 9), (8, 10)), ((9, 0), (9, 4)))),
    # Debian 13 ships it with 6.12.
    Row((4, 1, 13), (5, 15), (6, 11), (((9, 0), (9, 4)),), older_may_do=True, seen=((6, 12),)),
    Row((4, 1, 14), (5, 15), (6, 15), (((9, 0), (9, 5)),), older_may_do=True),
    Row((4, 1, 15), (5, 15), (6, 18), (((9, 0), (9, 7)),), older_may_do=True),
)
"""The oldest release first. One between two of them is documented like the one before it."""

CANDIDATES_ARE_LIKE = (4, 1, 14)
"""What the candidates of 4.2.0 are made of."""


class Support(NamedTuple):
    """What a release is for one kernel.

    :ivar verdict: `FITS`, `TOO_NEW`, `TOO_OLD`, `UNTESTED` (older than documented, and said to do) or `NOT_KNOWN`.
    :ivar documented: which kernels the release is documented for, in words; "" where that is not known.
    """

    verdict: str
    documented: str = ""


def support(release: Release, kernel: str) -> Support:
    """What a release of Jool is for a kernel.

    :param kernel: as ``uname -r`` names it.
    """
    row = row_of(release)
    enterprise = _ENTERPRISE.search(kernel)
    numbers = _KERNEL.match(kernel)
    if row is None or numbers is None:
        return Support(NOT_KNOWN)
    if enterprise:
        minor = enterprise["minor"]
        return _enterprise(row, int(enterprise["major"]), None if minor is None else int(minor))
    return _mainline(row, (int(numbers["major"]), int(numbers["minor"])))


def row_of(release: Release) -> Row | None:
    """The row of a release; None for one that is older or newer than all of them."""
    wanted = CANDIDATES_ARE_LIKE if release.series == (4, 2) else (release.major, release.minor, release.patch)
    if wanted > ROWS[-1].release:
        return None
    return next((row for row in reversed(ROWS) if row.release <= wanted and row.release[0] == wanted[0]), None)


def _mainline(row: Row, kernel: Numbers) -> Support:
    words = f"{_dotted(row.lowest)} to {_dotted(row.highest)}"
    if row.lowest <= kernel <= row.highest or kernel in row.seen:
        return Support(FITS, words)
    if kernel > row.highest:
        return Support(TOO_NEW, words)
    return Support(UNTESTED if row.older_may_do else TOO_OLD, words)


def _enterprise(row: Row, major: int, minor: int | None) -> Support:
    words = ", ".join(f"{_dotted(low)} to {_dotted(high)}" for low, high in row.enterprise) + " of RHEL"
    majors = [low[0] for low, _high in row.enterprise]
    if major not in majors:
        return Support(TOO_NEW if major > max(majors) else TOO_OLD, words)
    low, high = next(pair for pair in row.enterprise if pair[0][0] == major)
    if minor is None or low <= (major, minor) <= high:  # a stream does not say where it stands
        return Support(FITS, words)
    if (major, minor) > high:
        return Support(TOO_NEW, words)
    return Support(UNTESTED if row.older_may_do else TOO_OLD, words)


def _dotted(numbers: Numbers) -> str:
    return f"{numbers[0]}.{numbers[1]}"
