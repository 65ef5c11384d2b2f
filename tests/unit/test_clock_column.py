# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A column of times is read as each of them is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.records.clock_column import clock_seconds
from ansible_collections.nat64.jool.plugins.module_utils.records.session_columns import seconds
from ansible_collections.nat64.jool.plugins.module_utils.records.span import read_span

DIGITS = "0123456789"
fractions = st.one_of(st.just(""), st.text(DIGITS, min_size=1, max_size=4).map(lambda digits: f".{digits}"))
padded = st.integers(0, 999).map(lambda number: f".{number:03}")
two = st.text(DIGITS, min_size=2, max_size=2)


def clocks(ending: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    hours = st.one_of(st.integers(0, 3).map(str), st.text(DIGITS, min_size=1, max_size=4))
    return st.builds(lambda hour, minute, second, end: f"{hour}:{minute}:{second}{end}", hours, two, two, ending)


words = st.sampled_from(["2 hours, 0 minutes", "59 minutes, 1 seconds", "3 seconds", "12 milliseconds"])


@given(st.lists(clocks(padded), max_size=30), st.lists(clocks(fractions), max_size=3))
def test_equal(times: list[str], others: list[str]) -> None:
    column = [*others, *times, *others]
    assert clock_seconds(column) == [read_span(time).seconds for time in column]


@given(st.lists(clocks(padded), max_size=30), words)
def test_words_are_not_for_a_clock(times: list[str], word: str) -> None:
    column = [*times, word]
    assert clock_seconds(column) is None
    assert seconds(column) == [read_span(time).seconds for time in column]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ([], []),
        (["1:59:58.232"], [7198.232]),
        (["1:59:58"], [7198.0]),
        (["0:02:57.5"], [177.005]),  # 3.2 to 3.5
        (["0:02:57.5", "0:02:57.500"], [177.005, 177.5]),
        (["0:00:00.05", "0:00:00.1234"], [0.005, 1.234]),  # together as long as two with three digits
        (["99:59:59.999", "100:00:00.000", "4000:00:00.001"], [359999.999, 360000.0, 14400000.001]),
        (["000:00:01.000", "00:00:00.000"], [1.0, 0.0]),
        (["0:99:99.000"], [6039.0]),
    ],
)
def test_known(times: list[str], expected: list[float]) -> None:
    assert clock_seconds(times) == expected
    assert clock_seconds(times) == [read_span(time).seconds for time in times]
