# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of the busiest, merged: whatever the tables are, the true counts lie within the bounds."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.fleet.top_counts import NOTHING, TopCounts, merge, merge_all

KEYS = "abcdefgh"

tables = st.dictionaries(st.sampled_from(KEYS), st.integers(1, 9), max_size=8)
lists = st.tuples(
    tables,
    st.integers(0, 8),  # length of the list
    st.sampled_from(["all", "no list", "no number", "nothing"]),  # what was gathered
    st.integers(0, 3),  # rows without a key
)


def told(table: dict[str, int], length: int, gathered: str, keyless: int) -> TopCounts:
    """What a host tells of a table."""
    busiest = dict(Counter(table).most_common(length))
    return TopCounts.of_list(
        busiest if gathered in ("all", "no number") else None,
        len(table) if gathered in ("all", "no list") else None,
        sum(table.values()) + keyless,
    )


def check(merged: TopCounts, truth: Counter[str], keys: str = KEYS) -> None:
    for key in keys:
        least, most = merged.bounds(key)
        assert least <= truth[key] <= most
    distinct = sum(1 for number in truth.values() if number)
    assert merged.distinct_at_least <= distinct <= merged.distinct_at_most
    assert all(truth[key] <= merged.unlisted_at_most for key in keys if key not in merged.listed)
    unlisted = {key: number for key, number in truth.items() if number and key not in merged.listed}
    assert len(unlisted) <= merged.unlisted_keys_at_most
    assert sum(unlisted.values()) <= merged.unlisted_total_at_most


@given(st.lists(lists, max_size=5))
def test_true_counts_lie_within_the_bounds(parts: list[tuple[dict[str, int], int, str, int]]) -> None:
    merged = merge_all(told(*part) for part in parts)
    truth: Counter[str] = Counter()
    for table, *_rest in parts:
        truth.update(table)
    check(merged, truth)


@given(st.lists(lists, max_size=4), st.lists(lists, max_size=3))
def test_groups_of_keys_keep_to_their_bounds(
    fine: list[tuple[dict[str, int], int, str, int]], coarse: list[tuple[dict[str, int], int, str, int]]
) -> None:
    """Some lists are of keys, some of groups; groups are upper case pairs of keys."""

    def group(key: str) -> str:
        return "PQRS"[KEYS.index(key) // 2]

    truth: Counter[str] = Counter()
    for table, *_rest in (*fine, *coarse):
        for key, number in table.items():
            truth[group(key)] += number
    grouped = []
    for table, *rest in coarse:
        together: Counter[str] = Counter()
        for key, number in table.items():
            together[group(key)] += number
        grouped.append(told(dict(together), *rest))
    parts = [*(told(*part).regrouped(group) for part in fine), *grouped]
    check(merge_all(parts), truth, "PQRS")
    check(merge_all([merge_all(told(*part) for part in fine).regrouped(group), *grouped]), truth, "PQRS")


@given(lists, lists, lists)
def test_merging_is_associative_commutative_and_has_a_neutral_element(one, two, three) -> None:
    a, b, c = told(*one), told(*two), told(*three)
    assert merge(a, NOTHING) == merge(NOTHING, a) == a
    assert merge(a, b) == merge(b, a)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))
    assert all(merge_all(order) == merge_all((a, b, c)) for order in permutations((a, b, c)))


@pytest.mark.parametrize(
    ("listed", "distinct", "total", "unlisted", "keys"),
    [
        ({"a": 5, "b": 3}, 2, 8, 0, 0),  # everything is listed
        ({"a": 5, "b": 3}, 2, 9, 0, 0),  # one row has no key
        ({"a": 5, "b": 3}, 4, 11, 2, 2),  # three rows for two keys: one has two at most
        ({"a": 5, "b": 3}, 3, 18, 3, 1),  # not more than the last of the list
        ({}, 3, 8, 6, 3),  # an empty list
        (None, None, 8, 8, 8),  # no list: one key may have it all
        (None, 8, 8, 1, 8),
        ({"a": 5}, None, 8, 3, 3),
        (None, None, 0, 0, 0),
        ({"a": 5}, 9, 5, 0, 0),  # more keys than rows: nobody can have counted that
    ],
)
def test_what_one_list_says(listed, distinct, total, unlisted, keys) -> None:
    counts = TopCounts.of_list(listed, distinct, total)
    assert (counts.unlisted_at_most, counts.unlisted_keys_at_most) == (unlisted, keys)
    assert all(counts.bounds(key) == (number, number) for key, number in (listed or {}).items())


def test_complete_lists_add_up_exactly() -> None:
    merged = merge(TopCounts.of_list({"a": 5, "b": 3}, 2, 8), TopCounts.of_list({"b": 4}, 1, 4))
    assert merged.top(2) == [("b", 7, 7), ("a", 5, 5)]
    assert (merged.distinct_at_least, merged.distinct_at_most) == (2, 2)


def test_a_list_that_was_cut_gives_bounds() -> None:
    merged = merge(TopCounts.of_list({"a": 5}, 3, 9), TopCounts.of_list({"b": 4}, 1, 4))
    # "b" may have up to three of the four rows of the first table that are in no list.
    assert merged.top(5) == [("a", 5, 5), ("b", 4, 7)]
    assert merged.unlisted_at_most == 3
    assert (merged.distinct_at_least, merged.distinct_at_most) == (3, 4)


def test_nothing_is_dropped_by_merging_and_only_the_list_that_is_shown_is_cut() -> None:
    merged = merge_all(TopCounts.of_list({f"k{number}": number + 1}, 1, number + 1) for number in range(100))
    assert len(merged.listed) == 100
    assert merged.top(2) == [("k99", 100, 100), ("k98", 99, 99)]
    assert merged.top(0) == []
