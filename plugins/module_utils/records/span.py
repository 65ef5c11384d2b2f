# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jool's notations of a span of time, read into seconds."""

from __future__ import annotations

import re
from typing import NamedTuple

_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d)(?:\.(\d+))?")
_WORDS = re.compile(r"(\d+) (hours|minutes|seconds|milliseconds)")
_UNIT_SECONDS = {"hours": 3600.0, "minutes": 60.0, "seconds": 1.0, "milliseconds": 0.001}


class Span(NamedTuple):
    """A span of time as it was printed.

    :ivar seconds: its length.
    :ivar resolution: the smallest step of the notation in seconds; the true value is less than this above `seconds`.
    """

    seconds: float
    resolution: float


def read_span(text: str) -> Span:
    """Read a span in any notation that Jool prints.

    ``H:MM:SS[.m]`` (3.2 and later): the fraction is a count of milliseconds, not a decimal fraction; releases 3.2 to
    3.5 do not pad it (``0:02:57.5`` is 177.005 s). Words (console of 3.1 to 3.5) drop what is below the second unit.

    :raises ValueError: when it is no such notation.
    """
    clock = _CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds, milliseconds = clock.groups()
        whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        return Span((whole * 1000 + int(milliseconds or 0)) / 1000, 0.001)
    words = _WORDS.findall(text)
    if not words:
        raise ValueError(f"no span of time: {text!r}")
    if words[0][1] == "milliseconds":
        return Span(int(words[0][0]) / 1000, 0.001)
    return Span(sum(int(number) * _UNIT_SECONDS[unit] for number, unit in words), _UNIT_SECONDS[words[-1][1]])
