# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lengths of bars, so that templates need no arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

from .numbers import Number, real

SMALLEST_VISIBLE = 0.6
"""Percent of a bar's length. Something that is there is seen, however little it is."""


def bar_width(percent: Number | None) -> float:
    """The length of a bar out of 100. Nothing is drawn for what was not gathered: the words beside it say so.

    :raises TypeError: when it is no number.
    """
    if percent is None or real(percent) <= 0:
        return 0.0
    return round(min(100.0, max(SMALLEST_VISIBLE, percent)), 2)


def text_bar(percent: Number | None, width: int = 20) -> str:
    """A bar of `width` characters for a terminal or a text.

    :raises TypeError: when it is no number.
    """
    if percent is None:
        return " " * width
    # Whole characters: full only when it is full, empty only when it is empty.
    filled = min(width, max(0, round(real(percent) * width / 100)))
    if 0 < percent < 100 and width > 1:
        filled = min(width - 1, max(1, filled))
    return "█" * filled + "░" * (width - filled)


def segments(amounts: Sequence[Number]) -> list[tuple[float, float]]:
    """Amounts as parts of one bar of length 100: the start and the length of each."""
    whole = sum(amounts)
    found: list[tuple[float, float]] = []
    start = 0.0
    for amount in amounts:
        length = 100.0 * amount / whole if whole else 0.0
        found.append((round(start, 2), round(length, 2)))
        start += length
    return found
