# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every format, for no host, a few, and a thousand; what was not gathered; texts that mean harm."""

from __future__ import annotations

import csv
import html.parser
import io
import json
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.errors import NotAFleet
from ansible_collections.nat64.jool.plugins.module_utils.report.findings import TITLES
from ansible_collections.nat64.jool.plugins.module_utils.report.render import FORMS
from ansible_collections.nat64.jool.plugins.module_utils.report.visible import visible
from ansible_collections.nat64.jool.tests.unit.report.fleets import HOSTILE, bad, hostile, mixed, night, quiet
from ansible_collections.nat64.jool.tests.unit.report.rendering import report

FLEETS = {
    "none": mixed(0),
    "three": mixed(3),
    "twenty": mixed(20),
    "night": night(),
    "quiet": quiet(4),
    "bad": bad(40),
    "thousand": mixed(1000),
}

VOID = {"meta", "link", "br", "input", "col", "hr", "img"}


class Page(html.parser.HTMLParser):
    """What a browser would see: tags, attributes, texts. Tags that do not match are an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] not in ("style", "script"):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("name", FLEETS)
@pytest.mark.parametrize("form", FORMS)
def test_every_format_of_every_fleet(form: str, name: str) -> None:
    text = report(form, FLEETS[name])
    assert text.endswith("\n")
    assert "StrictUndefined" not in text
    assert "None" not in text.replace("None that is not listed", "")
    if form == "html":
        page = Page(text)
        ids = [attributes["id"] for _tag, attributes in page.tags if "id" in attributes]
        assert len(ids) == len(set(ids))
        targets = {f"#{name}" for name in ids}
        assert {href for one in page.all("a") if (href := one.get("href"))} <= targets
        assert {one["href"] for one in page.all("use")} <= targets


def test_json_is_the_structure() -> None:
    for structure in [*FLEETS.values(), hostile()]:
        assert json.loads(report("json", structure)) == structure


@pytest.mark.parametrize("name", FLEETS)
def test_csv_has_everything(name: str) -> None:
    structure = FLEETS[name]
    for form, key in (("hosts_csv", "hosts"), ("pools_csv", "pools")):
        text = report(form, structure)
        assert text.count("\r\n") == text.count("\n")
        rows = cells(text)
        assert len(rows) == len(structure[key])
        for row, expected in zip(rows, structure[key]):
            assert row.keys() == expected.keys()
            for column, value in expected.items():
                assert row[column] == plain(value), column


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = " ".join(value) if isinstance(value, list) else "" if value is None else visible(str(value))
    return f"'{text}" if isinstance(value, str) and text.startswith(("=", "+", "-", "@")) else text


@pytest.mark.parametrize("name", FLEETS)
def test_the_first_screen_answers_the_question(name: str) -> None:
    structure = FLEETS[name]
    page = Page(report("html", structure))
    first_screen = page.text.split("How it was counted", maxsplit=1)[0]
    assert structure["verdict"]["sentence"] in first_screen
    assert f"{structure['coverage']['answered']:,} of {structure['coverage']['asked']:,} hosts" in first_screen
    assert structure["verdict"]["severity"] in first_screen.lower()
    worst = [one for one in structure["findings"] if one["severity"] == structure["verdict"]["severity"]]
    if worst:
        since = min(one["since"] for one in worst)
        assert f"known since {since[:10]} {since[11:16]} UTC" in first_screen
        assert TITLES[worst[0]["code"]] in first_screen


def test_every_code_of_a_finding_has_a_title() -> None:
    assert {finding["code"] for structure in FLEETS.values() for finding in structure["findings"]} <= set(TITLES)


def test_a_page_says_what_it_does_not_show() -> None:
    structure = FLEETS["thousand"]
    hidden = len(structure["pools"]) - 20
    assert hidden > 1000
    assert f"{hidden:,} more ranges are not shown here. All are in pools.csv" in Page(report("html", structure)).text
    assert f"{hidden:,} more are not shown here; all are in pools.csv." in report("markdown", structure)
    assert len(Page(report("html", structure)).all("tr")) > 1000


def none_gathered() -> dict[str, Any]:
    """A host that answered and told nothing of what may be None."""
    structure = mixed(3)
    host = next(one for one in structure["hosts"] if one["status"] == "answered")
    structure["hosts"] = [host]
    structure["pools"] = structure["pools"][:1]
    keep = ("host", "status", "severity", "instances", "groups", "stale", "complete")
    host.update({key: None for key in host if key not in keep})
    host["host"] = "edge-knows-nothing"
    for key in ("percent_used", "ports_used", "ports_free", "ports_total", "mark"):
        structure["pools"][0][key] = None
    totals = structure["totals"]
    for part in (totals, totals["at_least"]):
        part.update(dict.fromkeys(("sessions", "by_state", "by_mark", "bib")))
    totals["clients"] = dict.fromkeys(("at_least", "at_most", "prefix_length"))
    structure.update(states=[], expires_in=None, top_clients=[], top_destinations=[], top_services=[], protocols=[])
    structure["coverage"].update(oldest_gathered_at=None, newest_gathered_at=None, percent=None)
    return structure


def test_what_was_not_gathered_is_never_zero() -> None:
    structure = none_gathered()
    row = Page(report("html", structure)).text.split("Worst finding, or instances")[1].split("Protocols were")[0]
    assert row.count("not gathered") == 8
    assert " 0 " not in row
    line = next(line for line in report("markdown", structure).splitlines() if line.startswith("| edge-knows-nothing"))
    assert line.count("not gathered") == 8
    assert "| 0" not in line
    (host,) = cells(report("hosts_csv", structure))
    assert [host[key] for key in ("sessions", "tcp", "udp", "icmp", "clients", "age_seconds")] == [""] * 6
    (pool,) = cells(report("pools_csv", structure))
    assert [pool[key] for key in ("ports_used", "percent_used", "mark")] == [""] * 3


def test_html_keeps_text_text() -> None:
    structure = hostile()
    page = Page(report("html", structure))
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert not any(name.startswith("on") for _tag, attributes in page.tags for name in attributes)
    assert page.text.count(" ".join(visible(HOSTILE).split())) > 100
    assert "\u202e" not in page.text
    assert "49" not in structure["title"]
    assert "{{ 7*7 }}" in page.text


def test_nothing_is_taken_from_elsewhere() -> None:
    text = report("html", mixed(20))
    page = Page(text)
    assert "http:" not in text.replace('http-equiv="', "")
    assert "https:" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert {one["href"] for one in page.all("link")} == {"data:,"}
    assert not any("src" in attributes or "style" in attributes for _tag, attributes in page.tags)
    (policy,) = [one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_csv_keeps_formulas_from_running() -> None:
    for form in ("hosts_csv", "pools_csv"):
        for row in cells(report(form, hostile("=1+1"))):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())
            assert "'=1+1" in row.values()


BROKEN: list[tuple[Any, str]] = [
    ("fleet", "it is a str"),
    ({}, "no 'kind'"),
    ({"kind": "nat64.jool/fleet-summary"}, "no 'kind'"),
    ({**mixed(1), "schema": 2}, "schema is 2.*made by a newer release"),
    ({**mixed(1), "schema": None}, "schema is None"),
    ({key: value for key, value in mixed(1).items() if key != "pools"}, "its part 'pools' is missing"),
    ({**mixed(1), "hosts": None}, "its part 'hosts' is no list"),
    ({**mixed(1), "hosts": [{}]}, "not the shape that is documented"),
    ({**mixed(1), "warnings": [object()]}, "what JSON cannot"),
]


@pytest.mark.parametrize(("structure", "words"), BROKEN)
@pytest.mark.parametrize("form", ["html", "prometheus"])
def test_something_else(form: str, structure: Any, words: str) -> None:
    with pytest.raises(NotAFleet, match=words):
        report(form, structure)
