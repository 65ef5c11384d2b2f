# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates of the user's: what they override, that they cannot forget an escape, and what is said when they fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.errors import TemplateFailed
from ansible_collections.nat64.jool.plugins.module_utils.report.view import Limits
from ansible_collections.nat64.jool.tests.unit.report.fleets import hostile, mixed, quiet
from ansible_collections.nat64.jool.tests.unit.report.rendering import TEMPLATES, report
from ansible_collections.nat64.jool.tests.unit.report.test_formats import Page

BLOCKS = (
    "policy",
    "title",
    "style",
    "symbols",
    "header",
    "verdict",
    "navigation",
    "findings",
    "pools",
    "hosts",
    "sessions",
    "tops",
    "pairs",
    "coverage",
    "warnings",
    "notes",
    "footer",
    "script",
)
"""The blocks that the role's README promises."""


@pytest.fixture
def template(tmp_path: Path):
    def written(text: str, name: str = "ours.j2") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


@pytest.mark.parametrize("block", BLOCKS)
def test_each_block_can_be_overridden_by_itself(template, block: str) -> None:
    path = template(
        '{% extends "nat64.jool/fleet.html.j2" %}{% block ' + block + " %}/* ours {{ extra.desk }} */{% endblock %}"
    )
    text = report("html", mixed(20), template=path, extra={"desk": "<b>7</b>"})
    assert "/* ours &lt;b&gt;7&lt;/b&gt; */" in text
    # The others are as they were.
    assert ("All are in <b>pools.csv</b>" in text) == (block != "pools")


def test_a_block_can_add_to_what_there_is(template) -> None:
    path = template('{% extends "nat64.jool/fleet.html.j2" %}{% block notes %}{{ super() }}<p>ours</p>{% endblock %}')
    text = report("html", mixed(3), template=path)
    assert "How it was counted</h2>" in text
    assert "<p>ours</p>" in text


def test_a_template_of_the_same_name_can_extend_the_built_in_one(template) -> None:
    path = template('{% extends "nat64.jool/fleet.html.j2" %}{% block title %}ours{% endblock %}', name="fleet.html.j2")
    assert "<title>ours</title>" in report("html", mixed(3), template=path)


def test_a_template_finds_what_lies_beside_it(template) -> None:
    template("beside {{ fleet.title }}", name="part.j2")
    assert (
        report("html", mixed(1), template=template('{% include "part.j2" %}'))
        == "beside Sample &lt;fleet&gt; &amp; more"
    )


def test_the_policy_follows_the_script(template) -> None:
    path = template('{% extends "nat64.jool/fleet.html.j2" %}{% block script %}console.log("ours");{% endblock %}')
    policies = {
        one["content"]
        for text in (report("html", mixed(3)), report("html", mixed(3), template=path))
        for one in Page(text).all("meta")
        if one.get("http-equiv")
    }
    assert len(policies) == 2


CARELESS = [
    ("html", "{{ fleet.title }}", "&lt;i&gt;|a"),
    ("html", "{% macro x(a) %}{{ a }}{% endmacro %}{{ x(fleet.title) }}", "&lt;i&gt;|a"),
    ("html", "{% set x = fleet.title ~ '!' %}{{ x }}", "&lt;i&gt;|a!"),
    ("html", "{{ '<p>%s</p>' | safe | format(fleet.title) }}", "<p>&lt;i&gt;|a</p>"),
    ("html", "{{ [fleet.title, '<br>' | safe] | join }}", "&lt;i&gt;|a<br>"),
    ("html", "{{ fleet.title | upper }}", "&lt;I&gt;|A"),
    ("html", "{{ fleet.title | safe }}", "<i>|a"),
    ("markdown", "{{ fleet.title }}", r"&lt;i&gt;\|a"),
    ("markdown", "{% macro x(a) %}|{{ a }}|{% endmacro %}{{ x(fleet.title) }}", r"|&lt;i&gt;\|a|"),
    ("markdown", "{% set x %}|{{ fleet.title }}{% endset %}{{ x }}", r"|&lt;i&gt;\|a"),
    ("markdown", "{{ [fleet.title, fleet.title] | join('|') }}", r"&lt;i&gt;\|a\|&lt;i&gt;\|a"),
    ("markdown", "{{ [fleet.title, '|' | safe] | join }}", r"&lt;i&gt;\|a|"),
    ("markdown", "{{ [{'a': fleet.title}, {'a': '|' | safe}] | join(attribute='a') }}", r"&lt;i&gt;\|a|"),
    ("hosts_csv", "{{ fleet.title }},{{ '=1' }}\n", "<i>|a,'=1\r\n"),
    ("hosts_csv", "{% set x = [fleet.title, 'b'] | join(',') %}{{ x }}", '"<i>|a,b"'),
    ("prometheus", 'x{a="{{ fleet.title }}\\"}', 'x{a="<i>|a\\"}'),
    ("prometheus", 'x{a="{{ "b\\"c" }}"}', 'x{a="b\\"c"}'),
]


@pytest.mark.parametrize(("form", "text", "expected"), CARELESS)
def test_a_careless_template_escapes_all_the_same(template, form: str, text: str, expected: str) -> None:
    structure = {**mixed(1), "title": "<i>|a"}
    assert report(form, structure, template=template(text)) == expected


def test_a_value_is_no_template(template) -> None:
    assert "49" not in report("html", hostile("{{ 7*7 }}"), template=template("{{ fleet.title }}"))


FAILING = [
    ("html", "one\n{{ fleet.nothing }}", "ours.j2, line 2: .*no attribute 'nothing'"),
    ("html", "one\n\n{{ nothing }}", "ours.j2, line 3: 'nothing' is undefined"),
    ("html", "{{ nothing | number }}", "ours.j2, line 1: 'nothing' is undefined"),
    ("html", "{{ fleet.nothing | moment }}", "ours.j2, line 1: .*no attribute 'nothing'"),
    ("html", "{% if x %}", "ours.j2, line 1: Unexpected end of template"),
    ("html", "a\n{{ 1 / 0 }}", "ours.j2, line 2: ZeroDivisionError: division by zero"),
    ("html", "a\n{{ fleet.title | number }}", "ours.j2, line 2: TypeError: a number is needed, this is str"),
    ("html", "{{ fleet.title | moment }}", "ours.j2, line 1: ValueError: a time in ISO 8601 is needed"),
    ("html", "a\n{{ fleet.title | to_nice_json }}", "ours.j2, line 2: No filter named 'to_nice_json'"),
    ("html", "\n{% include 'nowhere.j2' %}", "ours.j2, line 2: there is no template 'nowhere.j2'"),
    ("html", "{% macro x() %}{{ x() }}{% endmacro %}\n{{ x() }}", "ours.j2, line 1: RecursionError"),
    ("html", '{% extends "nat64.jool/fleet.html.j2" %}\n{% block pools %}{{ oops }}{% endblock %}', "ours.j2, line 2"),
    ("prometheus", "a {{ none }}", "ours.j2, line 1: ValueError: .*leave the line out"),
]


@pytest.mark.parametrize(("form", "text", "words"), FAILING)
def test_a_template_that_fails_says_where_and_why(template, form: str, text: str, words: str) -> None:
    with pytest.raises(TemplateFailed, match=words) as caught:
        report(form, mixed(3), template=template(text))
    assert str(caught.value).startswith("The template of a report failed: /")
    assert "This report was not written" in str(caught.value)


def test_a_part_that_fails_is_named_and_not_the_whole(template) -> None:
    template("{{ 1 }}\n{{ nothing }}", name="part.j2")
    with pytest.raises(TemplateFailed, match=r"part\.j2, line 2: 'nothing' is undefined"):
        report("html", mixed(1), template=template('{% include "part.j2" %}'))


def test_no_template_there(tmp_path: Path) -> None:
    with pytest.raises(TemplateFailed, match=r"gone\.j2: there is no template 'gone\.j2'"):
        report("html", mixed(1), template=str(tmp_path / "gone.j2"))


def test_no_text_at_all(tmp_path: Path) -> None:
    path = tmp_path / "ours.j2"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateFailed, match=r"ours\.j2: UnicodeDecodeError"):
        report("html", mixed(1), template=str(path))


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_limits(form: str) -> None:
    text = report(form, mixed(300), limits=Limits(pools=3, hosts=5, rows=2))
    assert "295 more" in text
    # Those that need a look come first.
    assert "edge-unloaded" in text
    assert "edge00299" not in text


def test_templates_compute_nothing() -> None:
    """Numbers are finished before a template sees them."""
    arithmetic = ("+", "-", "*", "/", "//", "%", "**", "sum", "round", "int", "float")
    from jinja2 import Environment, nodes

    environment = Environment(autoescape=True)
    for path in Path(TEMPLATES).rglob("*.j2"):
        tree = environment.parse(path.read_text(encoding="utf-8"))
        kinds = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow, nodes.Neg)
        assert list(tree.find_all(kinds)) == [], path
        assert not {one.name for one in tree.find_all(nodes.Filter)} & set(arithmetic), path


def test_a_quiet_fleet_shows_what_is_closest_to_trouble() -> None:
    text = Page(report("html", quiet(5))).text
    assert "Closest to trouble" in text
    assert "Nothing needs a look." in text
    assert "Closest to trouble" not in Page(report("html", mixed(20))).text
