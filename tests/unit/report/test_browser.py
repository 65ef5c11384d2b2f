# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page in a real browser: Chromium without a window."""

from __future__ import annotations

import functools
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_selenium_python import Axe
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ansible_collections.nat64.jool.plugins.module_utils.report.visible import visible
from ansible_collections.nat64.jool.tests.unit.report.browser import Browser, programs
from ansible_collections.nat64.jool.tests.unit.report.fleets import HOSTILE, bad, hostile, mixed, night, quiet
from ansible_collections.nat64.jool.tests.unit.report.rendering import report

PAGES = {
    "none": lambda: mixed(0),
    "three": lambda: mixed(3),
    "twenty": lambda: mixed(20),
    "night": night,
    "quiet": lambda: quiet(3),
    "bad": lambda: bad(60),
    "hostile": hostile,
    "thousand": lambda: mixed(1000),
}


@functools.cache
def structure_of(name: str) -> dict[str, Any]:
    """Made once: a thousand hosts take a moment."""
    return PAGES[name]()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    found = programs()
    if found is None:
        reason = "no chromium and chromedriver here (tests/tooling/install_chromium.sh)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    started = Browser(found, tmp_path_factory.mktemp("profile"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("pages")
    for name in PAGES:
        (place / f"{name}.html").write_text(report("html", structure_of(name)), encoding="utf-8")
    return {name: place / f"{name}.html" for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_and_asks_for_nothing(browser: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    browser.open(pages[name], width)
    wide = browser.run("return [document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide == [width, width]
    assert browser.complaints() == []
    elsewhere = [url for url in browser.requests() if not url.startswith("data:")]
    assert elsewhere == [pages[name].as_uri()]
    assert browser.run("return document.querySelectorAll('script').length") == 1


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("twenty", 1280, "light"),
        ("twenty", 1280, "dark"),
        ("twenty", 390, "dark"),
        ("night", 1280, "light"),
        ("quiet", 1280, "dark"),
        ("quiet", 390, "light"),
        ("none", 1280, "light"),
    ],
)
def test_it_is_accessible(browser: Browser, pages: dict[str, Path], name: str, width: int, scheme: str) -> None:
    """axe-core's rules: WCAG 2.2 AA and good practice, contrast among them."""
    browser.open(pages[name], width, scheme=scheme)
    axe = Axe(browser.driver)
    axe.inject()
    found = axe.run()["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == []


def first_screen(browser: Browser) -> str:
    """What is to be read without scrolling."""
    return str(
        browser.run(
            """
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), words = [];
            while (walker.nextNode()) {
              const range = document.createRange();
              range.selectNodeContents(walker.currentNode);
              const box = range.getBoundingClientRect();
              if (box.height && box.bottom <= window.innerHeight) { words.push(walker.currentNode.textContent.trim()); }
            }
            return words.join(" ").replace(/\\s+/g, " ");
            """
        )
    )


@pytest.mark.parametrize("name", ["three", "night", "bad", "thousand"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_the_first_screen(browser: Browser, pages: dict[str, Path], name: str, width: int, height: int) -> None:
    structure = structure_of(name)
    browser.open(pages[name], width, height)
    text = first_screen(browser)
    assert structure["verdict"]["sentence"] in text
    assert structure["verdict"]["severity"].capitalize() in text
    assert "known since" in text
    assert next(one["host"] for one in structure["findings"] if one["host"]) in text
    coverage = structure["coverage"]
    assert f"{coverage['answered']:,} of {coverage['asked']:,} hosts answered" in text


def column(browser: Browser, number: int) -> list[str]:
    script = """
        const rows = Array.from(document.querySelectorAll("#host-table tbody tr")).filter(row => !row.hidden);
        return rows.map(row => row.cells[arguments[0]].innerText.trim());
    """
    return list(browser.run(script, number))


def sessions(structure: dict[str, Any]) -> list[int]:
    return sorted((one["sessions"] for one in structure["hosts"] if one["sessions"] is not None), reverse=True)


def test_sorting_by_click(browser: Browser, pages: dict[str, Path]) -> None:
    structure = structure_of("twenty")
    browser.open(pages["twenty"])
    heading = browser.driver.find_elements(By.CSS_SELECTOR, "#host-table thead th")[3]
    assert heading.get_attribute("aria-sort") is None
    heading.find_element(By.TAG_NAME, "button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    silent = len(structure["hosts"]) - len(sessions(structure))
    assert silent > 0
    assert column(browser, 3) == [f"{number:,}" for number in sessions(structure)] + ["–\nnot gathered"] * silent
    heading.find_element(By.TAG_NAME, "button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    # What was not gathered is last again, and not the least.
    assert (
        column(browser, 3) == [f"{number:,}" for number in reversed(sessions(structure))] + ["–\nnot gathered"] * silent
    )
    assert browser.run("return document.querySelectorAll('#host-table [aria-sort]').length") == 1
    assert browser.run("return document.getElementById('host-status').innerText") == "Sorted by sessions, ascending."


def test_sorting_by_keyboard(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["night"])
    filter_field = browser.driver.find_element(By.ID, "host-filter")
    filter_field.send_keys(Keys.TAB)  # to the choice of severities, and on to the headings
    browser.driver.switch_to.active_element.send_keys(Keys.TAB)
    focused = browser.driver.switch_to.active_element
    assert (focused.tag_name, focused.text) == ("button", "Host")
    before = column(browser, 0)
    focused.send_keys(Keys.ENTER)
    assert column(browser, 0) == before[::-1]
    focused.send_keys(Keys.SPACE)
    assert column(browser, 0) == before
    focused.send_keys(Keys.TAB)
    severity = browser.driver.switch_to.active_element
    assert severity.text == "Severity"
    outline = browser.run(
        "const style = getComputedStyle(document.activeElement); return style.outlineStyle + style.outlineWidth;"
    )
    assert outline == "solid2px"
    severity.send_keys(Keys.ENTER)
    order = ["Critical", "Warning", "Note", "OK"]
    words = column(browser, 1)
    assert words == sorted(words, key=order.index)
    assert words[0] == "Critical"


def test_numbers_in_names_sort_as_numbers(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["night"])
    assert column(browser, 0) == sorted(column(browser, 0))
    ages = browser.driver.find_elements(By.CSS_SELECTOR, "#host-table thead button")[10]
    ages.click()
    minutes = [int(text.split()[0]) for text in column(browser, 10) if text.endswith("min\nago")]
    assert minutes == sorted(minutes, reverse=True)


def test_filter(browser: Browser, pages: dict[str, Path]) -> None:
    structure = structure_of("thousand")
    browser.open(pages["thousand"])
    field = browser.driver.find_element(By.ID, "host-filter")
    field.send_keys("EDGE-")
    wanted = [one for one in structure["hosts"] if "edge-" in f"{one['host']} {one['message']}"]
    assert 0 < len(wanted) < 200
    assert len(column(browser, 0)) == len(wanted)
    status = browser.driver.find_element(By.ID, "host-status")
    assert status.text == f"{len(wanted)} of 1,000 hosts shown."
    assert status.get_attribute("role") == "status"
    field.send_keys(" modprobe")
    field.clear()
    field.send_keys("unloaded not loaded")
    assert column(browser, 0) == ["edge-unloaded"]
    field.clear()
    field.send_keys(" ")
    browser.driver.find_element(By.CSS_SELECTOR, "input[value=silent]").click()
    assert len(column(browser, 0)) == sum(one["status"] != "answered" for one in structure["hosts"])
    browser.driver.find_element(By.CSS_SELECTOR, "input[value=critical]").send_keys(Keys.SPACE)
    assert set(column(browser, 1)) == {"Critical"}
    browser.driver.find_element(By.CSS_SELECTOR, "input[value='']").click()
    assert len(column(browser, 0)) == 1000
    assert status.text == ""


def test_without_script_it_is_a_plain_table(browser: Browser, pages: dict[str, Path]) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(pages["twenty"])
        command = browser.driver.execute_cdp_cmd
        root = command("DOM.getDocument", {})["root"]["nodeId"]

        def ids(selector: str) -> list[int]:
            return list(command("DOM.querySelectorAll", {"nodeId": root, "selector": selector})["nodeIds"])

        rows = ids("#host-table tbody tr")
        assert len(rows) == 20
        assert all(command("DOM.getBoxModel", {"nodeId": row})["model"]["height"] > 10 for row in rows)
        assert ids("#host-table button") == []
        assert ids("#host-controls[hidden]") == ids("#host-controls")
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def brightness(browser: Browser, selector: str, style: str) -> float:
    color = browser.run(f"return getComputedStyle(document.querySelector(arguments[0])).{style}", selector)
    red, green, blue = (int(part) for part in re.findall(r"\d+", color)[:3])
    return (red + green + blue) / 765


def test_light_and_dark(browser: Browser, pages: dict[str, Path]) -> None:
    for scheme, is_light in (("light", True), ("dark", False)):
        browser.open(pages["twenty"], scheme=scheme)
        assert (brightness(browser, "body", "backgroundColor") > 0.5) == is_light
        assert (brightness(browser, "body", "color") < 0.5) == is_light
        assert (brightness(browser, ".pools .track", "fill") > 0.5) == is_light


def shown(browser: Browser, selector: str) -> str:
    return str(browser.run("return getComputedStyle(document.querySelector(arguments[0])).display", selector))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_printing(browser: Browser, pages: dict[str, Path], scheme: str) -> None:
    browser.open(pages["night"], scheme=scheme)
    pdf = browser.pdf()
    assert pdf.startswith(b"%PDF-")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
    browser.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"media": "print", "features": [{"name": "prefers-color-scheme", "value": scheme}]},
    )
    # Paper is white, whatever the screen is; what only a screen needs is not there.
    assert brightness(browser, "body", "backgroundColor") == 1
    assert brightness(browser, "body", "color") == 0
    for selector in ("nav", "#host-controls"):
        assert shown(browser, selector) == "none"
    # Buttons would keep the headings from coming again on each page.
    assert shown(browser, "#host-table thead button") == "none"
    assert shown(browser, "#host-table thead .printed") == "inline"
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_hostile_text_is_seen_and_does_nothing(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["hostile"])  # an alert would be an error here
    assert browser.run("return document.querySelectorAll('img, iframe, object, a[href^=\"javascript\"]').length") == 0
    expected = " ".join(visible(HOSTILE).split())
    assert browser.run("return document.querySelector('h1').innerText") == expected
    assert column(browser, 0)[0] == expected


def test_the_policy_stops_what_an_escape_would_have_missed(
    browser: Browser, pages: dict[str, Path], tmp_path: Path
) -> None:
    text = pages["three"].read_text(encoding="utf-8")
    path = tmp_path / "injected.html"
    injected = (
        "<script>window.harmed = true</script><img src='https://evil.example/x.png' onerror='window.harmed = true'>"
    )
    path.write_text(text.replace("<main>", f"<main>{injected}"), encoding="utf-8")
    browser.open(path)
    assert browser.run("return window.harmed === undefined")
    assert [url for url in browser.requests() if url != path.as_uri() and not url.startswith("data:")] == []
    assert any("Content Security Policy" in message for message in browser.complaints())


def test_a_thousand_hosts_within_reason(browser: Browser, pages: dict[str, Path]) -> None:
    assert pages["thousand"].stat().st_size < 1_500_000
    started = time.monotonic()
    browser.open(pages["thousand"])
    assert time.monotonic() - started < 30
    started = time.monotonic()
    browser.driver.find_elements(By.CSS_SELECTOR, "#host-table thead button")[3].click()
    assert len(column(browser, 3)) == 1000
    assert time.monotonic() - started < 15
    assert browser.run("return document.querySelectorAll('.map svg').length") == 1000


def test_headings_stay_in_sight(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["night"])
    browser.run("document.querySelector('#host-table tbody tr:nth-child(30)').scrollIntoView()")
    tops = browser.run(
        """
        const boxes = ["nav", "#host-table thead th"].map(one => document.querySelector(one).getBoundingClientRect());
        return boxes.map(box => [box.top, box.bottom]);
        """
    )
    (nav_top, nav_bottom), (heading_top, _bottom) = tops
    assert nav_top == 0
    assert abs(heading_top - nav_bottom) < 4
