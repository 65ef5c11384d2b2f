# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What records have in common is put into the expression only where that changes no value."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.grammar.line_breaks import always_taken
from ansible_collections.nat64.jool.plugins.module_utils.grammar.record_kind import Variety


def variety(pattern: str) -> Variety:
    return Variety(pattern, set(re.compile(pattern).groupindex) - always_taken(pattern))


# Expression, a record of it, the expression for records like that.
KINDS = [
    ("(?P<A>x|y),(?P<B>[0-9]+)", "x,1", "x,(?P<B>[0-9]+)"),
    ("(?P<A>x|yy|z),(?P<B>u|v)", "yy,v", "yy,v"),
    ("(?P<A>[0-9]+)(?:,(?P<B>[a-z]+)|)", "1,a", "(?P<A>[0-9]+),(?P<B>[a-z]+)"),
    ("(?P<A>[0-9]+)(?:,(?P<B>[a-z]+)|)", "1", "(?P<A>[0-9]+)"),
    (r"(?:\((?P<A>[a-z]+)\) |)(?P<B>[0-9]+)", "(a) 1", r"\((?P<A>[a-z]+)\) (?P<B>[0-9]+)"),
    (r"(?:\((?P<A>[a-z]+)\) |)(?P<B>[0-9]+)", "1", "(?P<B>[0-9]+)"),
    ("(?:(?P<A>[0-9]+)(?:,(?P<B>x|y)|))", "1,y", "(?:(?P<A>[0-9]+),(?P<B>x|y))"),
    ("(?P<A>x|y)(?:,(?P<B>on|[a-z]+)|)", "x,up", "x,(?:on|(?P<B>[a-z]+))"),
    ("(?P<A>x|y)(?:,(?P<B>on|[a-z]+)|)", "y", "y"),
    ("(?P<A>x|y),(?P<B>on|[a-z]+)", "x,on", "x,(?:on|(?P<B>[a-z]+))"),
    # Nothing for a Value could not be told from the usual word.
    ("(?P<A>x|y),(?P<B>on|[a-z]*)", "x,on", "x,(?P<B>on|[a-z]*)"),
    ("(?P<A>[0-9]+)(?:,(?P<B>[a-z]+)|)(?:;(?P<C>[a-z]+)|)", "1;c", "(?P<A>[0-9]+);(?P<C>[a-z]+)"),
]

# Expressions of which all records are of one kind, as far as can be told.
NO_KINDS = [
    "(?P<A>x|xy),",  # one word begins another
    "(?:(?P<A>x|y)|)[0-9]",  # a record may be without
    "(?P<A>[^;]+)(?:,(?P<B>[a-z]+)|)",  # what comes before may take the comma, too
    "(?P<A>[a-z])(?:,(?P<B>[a-z]+)|)[a-z,]*",  # what comes after
    "(?P<A>[a-z])(?:,x|y)(?:,(?P<B>[a-z]+)|)",  # a comma that may be there or not
    "(?P<A>[a-z])(?:,|)(?:,(?P<B>[a-z]+)|)",
    "(?:(?P<A>[a-z])(?:,(?P<B>[a-z]+)|)){1,2}",  # part of a repetition
    "(?:x(?:,(?P<B>[a-z]+)|)|y)",  # of a choice
    "(?P<A>[a-z])(?:,(?P<B>[a-z]+)|){1,2}",  # repeated itself
    "(?P<A>[a-z])(?:.(?P<B>[a-z]+)|)",  # begins with no character of its own
    "(?P<A>[a-z])(?:(?P<B>[0-9]+)|)",
    "(?P<A>[a-z])(?:,(?P<B>[a-z]+)|,)",  # without it there is a comma as well
    r"\(?:,(?P<A>[a-z]+)|\)",  # no group, but a parenthesis
    "(?P<A>on|[a-z]+)",  # the word alone makes no kind
]


@pytest.mark.parametrize(("pattern", "record", "expected"), KINDS)
def test_expressions_of_a_kind(pattern: str, record: str, expected: str) -> None:
    found = variety(pattern)
    match = re.fullmatch(pattern, record)
    assert found
    assert match
    assert found.of(found.kind(match)).pattern == expected


@pytest.mark.parametrize("pattern", NO_KINDS)
def test_expressions_without_kinds(pattern: str) -> None:
    assert not variety(pattern)


PATTERNS = [pattern for pattern, _record, _expected in KINDS] + NO_KINDS
LINES = st.text("xyzuvon019abc,;() ", max_size=9) | st.sampled_from(
    ["x,1", "yy,v", "1,a", "(on) 1", "(up) 9", "x,on", "y,online", "y,o", "x,o,n", "1,b;c", "a,,b", "a,b,c", "x,", "y"]
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATTERNS), LINES, LINES)
@example("(?P<A>x|y)(?:,(?P<B>on|[a-z]+)|)", "x,on", "x,online")
@example("(?P<A>x|y)(?:,(?P<B>on|[a-z]+)|)", "x,up", "x,on")
def test_a_kind_has_the_values_of_the_expression_that_it_comes_from(pattern: str, first: str, other: str) -> None:
    found = variety(pattern)
    record = re.fullmatch(pattern, first)
    if not (found and record):
        return
    special = found.of(found.kind(record))
    assert re.fullmatch(special.pattern, first)
    match = re.fullmatch(special.pattern, other)
    if match is None:
        return
    expected = re.fullmatch(pattern, other)
    assert expected is not None
    groups = match.groupdict()
    for name, text in expected.groupdict().items():
        if name in special.words:
            assert text == special.words[name]
        elif name not in groups:
            assert text is None
        elif groups[name] is None and text is not None:
            assert text == special.otherwise[name]
        else:
            assert groups[name] == text
