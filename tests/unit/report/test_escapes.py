# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever text somebody chose, it stays text in each kind of file."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.report.escapes import csv_cell, html, markdown, prometheus
from ansible_collections.nat64.jool.plugins.module_utils.report.visible import REPLACEMENT, visible, visible_tree

UNSEEN = "\x00\x07\x1b\x7f\x9b\u200b\u200f\u202e\u2066\ufeff\U000e0041\ud800"


def test_what_cannot_be_seen_is_shown() -> None:
    assert visible(f"a{UNSEEN}b") == f"a{REPLACEMENT * len(UNSEEN)}b"
    assert visible("one\ntwo\r\nthree\u2028four\tfive") == "one two three four five"
    assert visible("bärlauch ☃ 雪 عربي") == "bärlauch ☃ 雪 عربي"


def test_keys_are_texts_too() -> None:
    assert visible_tree({"a\x1b": ["\u202e", {"b": None}, 1, True, 1.5]}) == {
        f"a{REPLACEMENT}": [REPLACEMENT, {"b": None}, 1, True, 1.5]
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain text, 198.51.100.7 tcp 1024-65535", "plain text, 198.51.100.7 tcp 1024-65535"),
        ("2001:db8:64::/64", "2001:db8:64::/64"),
        ("a|b", r"a\|b"),
        ("`x` *y* _z_ ~~w~~ $v$", r"\`x\` \*y\* \_z\_ \~\~w\~\~ \$v\$"),
        ("[x](javascript:alert(1))", r"\[x\](javascript:alert(1))"),
        ("<img src=x> & co", "&lt;img src=x&gt; &amp; co"),
        ("back\\slash", "back\\\\slash"),
        ("https://evil.example", r"https\://evil.example"),
        ("www.evil.example", r"www\.evil.example"),
        ("mailto:x@evil.example", r"mailto\:x@evil.example"),
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("+ item", r"\+ item"),
        ("1. item", r"1\. item"),
        ("1) item", r"1\) item"),
        ("4.1.9", "4.1.9"),
        ("===", r"\==="),
        ("> quoted", "&gt; quoted"),
        (None, "not gathered"),
        (True, "yes"),
        (False, "no"),
        (12, "12"),
    ],
)
def test_markdown(value: object, expected: str) -> None:
    assert markdown(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", "plain"),
        ("a,b", '"a,b"'),
        ('say "a"', '"say ""a"""'),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1+1", "' =1+1"),
        ("\uff1d1+1", "'\uff1d1+1"),
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        (-1, "-1"),
        (None, ""),
        (True, "true"),
        (0, "0"),
    ],
)
def test_csv(value: object, expected: str) -> None:
    assert csv_cell(value) == expected


@given(st.lists(st.text().map(visible), min_size=2))
def test_csv_reads_back(cells: list[str]) -> None:
    line = ",".join(map(csv_cell, cells)) + "\r\n"
    (read,) = csv.reader(io.StringIO(line, newline=""))
    for cell, found in zip(cells, read):
        assert found in (cell, f"'{cell}")
        assert not found.lstrip().startswith(("=", "+", "-", "@"))
    assert len(read) == len(cells)


def test_prometheus() -> None:
    assert prometheus('a"b\\c\nd') == 'a\\"b\\\\c\\nd'
    assert [prometheus(value) for value in (True, False, 3, 97.25)] == ["1", "0", "3", "97.25"]
    with pytest.raises(ValueError, match="leave the line out"):
        prometheus(None)


def test_html() -> None:
    assert [html(value) for value in (None, True, False, 3, "<b>")] == ["not gathered", "yes", "no", 3, "<b>"]
