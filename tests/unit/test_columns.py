# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Columns count and give their texts, however they hold them."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.grammar.columns import Columns, UsualText, count_texts

TEXTS = st.lists(st.sampled_from(["a", "b", ""]))


@given(TEXTS)
def test_counts_of_texts(column: list[str]) -> None:
    assert count_texts(column) == Counter(column)


@given(st.lists(st.sampled_from(["a", "b", "", None])), st.sampled_from(["a", ""]))
def test_a_usual_text(others: list[str | None], usual: str) -> None:
    texts = [usual if text is None else text for text in others]
    column = UsualText(others, usual)
    assert count_texts(column) == Counter(texts)
    assert list(column) == texts
    assert len(column) == len(texts)
    assert column[:2] == texts[:2]
    assert [column[place] for place in range(len(texts))] == texts


@given(TEXTS)
def test_rows(texts: list[str]) -> None:
    columns = Columns(("ONE", "OTHER"), [texts, UsualText([None] * len(texts), "x")])
    assert len(columns) == len(texts)
    assert list(columns.rows()) == [{"ONE": text, "OTHER": "x"} for text in texts]
