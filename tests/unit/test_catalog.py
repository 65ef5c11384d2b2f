# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue of templates, and that the corpus tests leave nothing out."""

from __future__ import annotations

import importlib
import io
import re
from collections import Counter
from pathlib import Path

import pytest
import textfsm

from ansible_collections.nat64.jool.plugins.module_utils.grammar.catalog import TEMPLATES
from ansible_collections.nat64.jool.plugins.module_utils.grammar.executor import read_rows
from ansible_collections.nat64.jool.plugins.module_utils.grammar.grammar_error import EndsInsideRecord, GrammarError
from ansible_collections.nat64.jool.plugins.module_utils.grammar.kernel_log import KERNEL_LOG
from ansible_collections.nat64.jool.plugins.module_utils.grammar.template import Template
from ansible_collections.nat64.jool.tests.unit import corpus

each_template = pytest.mark.parametrize("template", TEMPLATES.values(), ids=list(TEMPLATES))
WHOLE = [
    capture
    for capture in corpus.CAPTURES
    if capture.kind != "error" and (capture.complete or capture.case == "session-follow-line")
]


def test_names_are_sorted_and_unique() -> None:
    assert list(TEMPLATES) == sorted(TEMPLATES)
    assert all(name == template.name for name, template in TEMPLATES.items())


@each_template
def test_stock_textfsm_loads_it(template: Template) -> None:
    assert textfsm.TextFSM(io.StringIO(template.text)).header


@each_template
def test_every_state_ends_in_an_error(template: Template) -> None:
    for name, rules in template.load().states.items():
        assert rules[-1].line_op == "Error", name
        # "^." lets a blank line pass.
        assert rules[-1].match in {"^", "^."}, name


@each_template
def test_accepting_states_exist(template: Template) -> None:
    assert template.accepting <= set(template.load().states)
    assert template.accepting


@each_template
def test_no_pattern_matches_a_line_break(template: Template) -> None:
    """Used elsewhere, a template may meet a text that is not cut into lines."""
    for rules in template.load().states.values():
        for rule in rules:
            classes = re.findall(r"\[\^[^\]]*\]", rule.regex)
            assert all(r"\n" in found or r"\s" in found for found in classes), rule.regex
            assert not re.search(r"\\[DW]|\(\?[aiLmux]*s", rule.regex), rule.regex


def whole(template: Template) -> list[bytes]:
    """Outputs of a template's format that came to their end."""
    if template is KERNEL_LOG:
        return corpus.KERNEL_LOGS
    return [capture.stdout for capture in WHOLE if capture.template is template]


@each_template
def test_a_capture_uses_it(template: Template) -> None:
    assert any(list(read_rows(template, [text])) for text in whole(template))


def middle_capture(template: Template) -> bytes:
    """A capture that is longer than the shorter half of the template's."""
    found = sorted(whole(template), key=len)
    return found[len(found) // 2]


@pytest.mark.parametrize("size", [1, 7, 4096])
@each_template
def test_chunks_do_not_matter(template: Template, size: int) -> None:
    text = middle_capture(template)
    chunks = [text[start : start + size] for start in range(0, len(text), size)]
    assert list(read_rows(template, chunks)) == list(read_rows(template, [text]))


@each_template
def test_cut_captures_have_no_other_rows(template: Template) -> None:
    text = middle_capture(template)
    whole = list(read_rows(template, [text]))
    for cut in [end + offset for end, byte in enumerate(text) if byte == ord("\n") for offset in (0, 1)][:80]:
        rows, ended = corpus.as_far_as_it_goes(read_rows(template, [text[:cut]]))
        assert corpus.is_prefix(rows, whole)
        assert not ended or text[cut - 1 : cut] in (b"\n", b"")


@pytest.mark.parametrize("name", ["pool4_console", "instance_console", "eamt_console", "denylist4_console"])
def test_a_table_without_its_last_line_is_cut(name: str) -> None:
    template = TEMPLATES[name]
    tables = [capture.stdout for capture in WHOLE if capture.template is template and capture.stdout.endswith(b"-+\n")]
    filled = [text for text in tables if text.count(b" |\n") > 1]
    assert filled
    for text in filled:
        with pytest.raises(EndsInsideRecord):
            list(read_rows(template, [text[: text.rindex(b"\n", 0, -1) + 1]]))


@pytest.mark.parametrize(
    "line", ["Oops. Something went wrong.", "Usage", "=====", "TCP", "Netlink error message: x (Code 1)"]
)
@each_template
def test_foreign_lines_are_refused(template: Template, line: str) -> None:
    with pytest.raises(GrammarError) as caught:
        list(read_rows(template, [line.encode() + b"\n"]))
    assert caught.value.line_number == 1
    assert caught.value.line == line


def test_every_capture_is_claimed_by_one_test() -> None:
    claims: Counter[str] = Counter(corpus.REPEATED_ROWS)
    for path in sorted(Path(__file__).parent.glob("test_corpus_*.py")):
        module = importlib.import_module(f"ansible_collections.nat64.jool.tests.unit.{path.stem}")
        for value in vars(module).values():
            claims.update(getattr(value, "claims", ()))
    assert [capture.id for capture in corpus.CAPTURES if claims[capture.id] != 1] == []
    assert set(claims) == {capture.id for capture in corpus.CAPTURES}


def test_every_recorded_file_belongs_to_a_capture() -> None:
    named = {name for capture in corpus.CAPTURES for name in (capture.stdout_name, capture.stderr_name) if name}
    present = {str(path.relative_to(corpus.HERE)) for path in corpus.HERE.glob("*/*")}
    assert named == present
