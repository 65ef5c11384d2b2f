# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers, times and bars as a person reads them."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.report.bars import bar_width, segments, text_bar
from ansible_collections.nat64.jool.plugins.module_utils.report.moments import age, ago, moment, timestamp
from ansible_collections.nat64.jool.plugins.module_utils.report.numbers import NOT_GATHERED, number, percent, span

SHOWN: list[tuple[Callable[..., object], tuple[Any, ...], object]] = [
    (number, (0,), "0"),
    (number, (1234567,), "1,234,567"),
    (number, (-1234,), "-1,234"),
    (number, (1234.5,), "1,234.5"),
    (number, (2.0,), "2"),
    (number, (None,), NOT_GATHERED),
    (span, (1204, 1204), "1,204"),
    (span, (1204, 1310), "1,204 to 1,310"),
    (span, (0, 1310), "0 to 1,310"),
    (span, (1204, None), "at least 1,204"),
    (span, (None, 5), "at most 5"),
    (span, (None, None), NOT_GATHERED),
    (percent, (0,), "0.0\u00a0%"),
    (percent, (0.04,), "<0.1\u00a0%"),
    (percent, (93.24,), "93.2\u00a0%"),
    (percent, (99.96,), "99.9\u00a0%"),
    (percent, (100,), "100.0\u00a0%"),
    (percent, (None,), NOT_GATHERED),
    (moment, ("2026-11-25T18:05:12Z",), "2026-11-25 18:05 UTC"),
    (moment, ("2026-11-25T18:05:12.500+02:00",), "2026-11-25 16:05 UTC"),
    (moment, ("2026-11-25T18:05:12",), "2026-11-25 18:05 UTC"),
    (moment, (None,), NOT_GATHERED),
    (timestamp, ("1970-01-02T00:00:00Z",), 86400.0),
    (timestamp, (None,), None),
    (age, (-3,), "0 s"),
    (age, (0,), "0 s"),
    (age, (59.9,), "59 s"),
    (age, (60,), "1 min"),
    (age, (3599,), "59 min"),
    (age, (3600,), "1 h"),
    (age, (11100,), "3 h 5 min"),
    (age, (86399,), "23 h 59 min"),
    (age, (187200,), "2 d 4 h"),
    (age, (86400 * 1234,), "1,234 d"),
    (age, (None,), NOT_GATHERED),
    (ago, ("2026-11-25T18:00:00Z", "2026-11-25T18:00:40Z"), "just now"),
    (ago, ("2026-11-25T18:00:00Z", "2026-11-25T20:03:00Z"), "2 h 3 min"),
    (ago, ("2026-11-25T18:00:00Z", "2026-11-25T17:00:00Z"), "just now"),
    (ago, (None, "2026-11-25T17:00:00Z"), NOT_GATHERED),
    (bar_width, (None,), 0.0),
    (bar_width, (0,), 0.0),
    (bar_width, (0.01,), 0.6),
    (bar_width, (93.238,), 93.24),
    (bar_width, (250,), 100.0),
    (text_bar, (50, 4), "██░░"),
    (text_bar, (0, 4), "░░░░"),
    (text_bar, (0.1, 4), "█░░░"),
    (text_bar, (99.9, 4), "███░"),
    (text_bar, (100, 4), "████"),
    (text_bar, (None, 4), "    "),
]


@pytest.mark.parametrize(("shown", "values", "expected"), SHOWN)
def test_shown(shown: Callable[..., object], values: tuple[Any, ...], expected: object) -> None:
    assert shown(*values) == expected


@pytest.mark.parametrize("shown", [number, percent, age, bar_width, text_bar, lambda value: span(value, 5)])
@pytest.mark.parametrize("value", ["12", True, [], {}])
def test_no_number(shown: Callable[..., object], value: object) -> None:
    with pytest.raises(TypeError, match="a number is needed, this is"):
        shown(value)


@pytest.mark.parametrize("shown", [moment, timestamp])
def test_no_time(shown: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="a time in ISO 8601 is needed"):
        shown("2001:db8::1 at noon")
    with pytest.raises(TypeError, match="a time in ISO 8601 is needed, this is int"):
        shown(5)


def test_an_error_repeats_no_value() -> None:
    with pytest.raises(TypeError) as caught:
        number("2001:db8::1")
    assert "2001" not in str(caught.value)


@given(st.integers(0, 10**15))
def test_a_number_keeps_its_digits(value: int) -> None:
    assert number(value).replace(",", "") == str(value)


@given(st.floats(0, 100))
def test_a_percentage_is_nothing_or_all_only_when_it_is(value: float) -> None:
    assert (percent(value) == "0.0\u00a0%") == (value == 0)
    assert (percent(value) == "100.0\u00a0%") == (value == 100)


@given(st.lists(st.integers(0, 10**9), max_size=8))
def test_segments_fill_the_bar(amounts: list[int]) -> None:
    found = segments(amounts)
    assert len(found) == len(amounts)
    if any(amounts):
        assert sum(length for _start, length in found) == pytest.approx(100, abs=0.05)
    ends = [start + length for start, length in found]
    assert all(start == pytest.approx(end, abs=0.05) for (start, _length), end in zip(found[1:], ends))
