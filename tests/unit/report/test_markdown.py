# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Markdown file, read by a parser of CommonMark with GitHub's tables."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ansible_collections.nat64.jool.plugins.module_utils.report.visible import visible
from ansible_collections.nat64.jool.tests.unit.report.fleets import HOSTILE, bad, hostile, mixed
from ansible_collections.nat64.jool.tests.unit.report.rendering import report

OURS = {"text", "softbreak", "strong_open", "strong_close", "text_special"}


def tokens(text: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)


@pytest.mark.parametrize("first", ["", "# ", "- ", "1. ", "```", "|", "---", "> ", "    ", "http://a.example/"])
def test_text_stays_text(first: str) -> None:
    parsed = tokens(report("markdown", hostile(first + HOSTILE)))
    assert {token.type for token in parsed}.isdisjoint({"html_block", "fence", "code_block", "blockquote_open", "hr"})
    inline = [child for token in parsed for child in token.children or ()]
    assert {child.type for child in inline} <= OURS
    expected = " ".join(visible(first + HOSTILE).split())  # a line of Markdown has no space at its ends
    read = ["".join(child.content for child in token.children or ()) for token in parsed if token.type == "inline"]
    assert sum(text == expected for text in read) > 50


@pytest.mark.parametrize("hosts", [0, 3, 40, 1000])
def test_tables_are_tables(hosts: int) -> None:
    text = report("markdown", mixed(hosts))
    parsed = tokens(text)
    rows = sum(token.type == "tr_open" for token in parsed)
    # Each line that begins with a bar is a row, but for those that rule off the head.
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert rows == len([line for line in lines if not line.startswith("|---")])
    assert sum(token.type == "heading_open" for token in parsed) >= 8


def test_every_table_has_a_line_before_it() -> None:
    lines = report("markdown", bad(60)).splitlines()
    for before, line in zip(lines, lines[1:]):
        if line.startswith("|") and not before.startswith("|"):
            assert before == "", line
