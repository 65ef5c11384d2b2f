# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repetitions are made possessive only where that changes no match."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.grammar.possessive import CAN_SAY_SO, without_way_back

CASES = [
    ("[0-9]+,", "[0-9]++,"),
    ("(?P<A>[0-9]+),x", "(?P<A>[0-9]++),x"),
    ("[ab]*$", "[ab]*+$"),
    (r"[0-9]+\.", r"[0-9]++\."),
    ("[ab]+\n", "[ab]++\n"),
    # Nothing to say: what comes next may be in the set, or is no single character, or repeats the group.
    ("[0-9,]+,", "[0-9,]+,"),
    (r"[0-9]+\d", r"[0-9]+\d"),
    (r"[0-9.]+\.", r"[0-9.]+\."),
    ("[0-9]+[,]", "[0-9]+[,]"),
    ("[0-9]+|x", "[0-9]+|x"),
    ("(?:[0-9]+)?x", "(?:[0-9]+)?x"),
    ("(?:[0-9]+,)*x", "(?:[0-9]++,)*x"),
    ("(?:[0-9]+){2}x", "(?:[0-9]+){2}x"),
    ("[0-9]+?,", "[0-9]+?,"),
    ("[^a]*$", "[^a]*$"),
    ("[0-9]+", "[0-9]+"),
    (r"\[0-9]+,", r"\[0-9]+,"),
    ("[0-9]+.", "[0-9]+."),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_cases(expression: str, expected: str) -> None:
    assert without_way_back(expression) == (expected if CAN_SAY_SO else expression)


PIECES = st.sampled_from(
    [
        "[a]",
        "[ab]",
        "[^a]",
        "[b-c]",
        "[a.]",
        "a",
        "b",
        r"\.",
        ".",
        ",",
        "$",
        "(?:",
        "(",
        ")",
        "|",
        "*",
        "+",
        "?",
        "\n",
        r"\w",
    ]
)


@given(st.lists(PIECES, max_size=10).map("".join), st.lists(st.text("abc.,\n", max_size=12), max_size=8))
def test_the_same_matches(expression: str, texts: list[str]) -> None:
    try:
        before = re.compile(expression, re.MULTILINE)
    except re.error:
        return
    after = re.compile(without_way_back(expression), re.MULTILINE)
    for text in texts:
        assert [match.regs for match in after.finditer(text)] == [match.regs for match in before.finditer(text)]
