# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Spans of time on a clock (``1:59:58.232``), a whole column at a time: what `records.span.read_span` says of each.

Without its marks such a time is one number: 15958232. What is in a whole column is done to one long text.
"""

from __future__ import annotations

from collections.abc import Sequence

from .span import read_span

_BELOW_MINUTES = 100_000
"""The number without seconds and milliseconds: 159."""

_HOURS = 100
"""Longer times are read one by one."""

_SURPLUS = [
    (hours * 100_00000 + minutes * 1_00000) - (hours * 3_600_000 + minutes * 60_000)
    for hours in range(_HOURS)
    for minutes in range(100)
]
"""Hours and minutes in that number to what it has too much of milliseconds because of them."""

_POINTS = bytes(octet == ord(".") for octet in range(256))
_BLANKS = bytes(octet == ord(" ") for octet in range(256))


def clock_seconds(times: Sequence[str]) -> list[float] | None:
    """The seconds of times; None where one is in words."""
    text = _joined(times)
    if not text:
        if any(":" not in time for time in times):
            return None
        text = _joined([time if "." in time else f"{time}.000" for time in times])
    if text:
        surplus = _SURPLUS
        numbers = map(int, text.replace(":", "").replace(".", "").split())
        try:
            return [(number - surplus[number // _BELOW_MINUTES]) / 1000 for number in numbers]
        except IndexError:
            pass
    return [read_span(time).seconds for time in times]


def _joined(times: Sequence[str]) -> str:
    """The times with a blank behind each; nothing unless all have a fraction of three digits.

    3.2 to 3.5 print 7 milliseconds as ``.7``.
    """
    text = " ".join(times) + " "
    octets = text.encode()
    # Four characters behind each point is a blank, and nowhere else.
    return text if octets.translate(_POINTS)[:-4] == octets.translate(_BLANKS)[4:] else ""
