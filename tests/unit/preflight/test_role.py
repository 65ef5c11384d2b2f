# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role install says of itself is what it takes, and what its documentation tells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.plugins.module_utils.client.translator import TOOLS
from ansible_collections.nat64.jool.plugins.module_utils.preflight.look import METHODS
from ansible_collections.nat64.jool.plugins.module_utils.preflight.policy import ACCEPTABLE, SEVERITIES
from ansible_collections.nat64.jool.plugins.module_utils.preflight_options import ARGUMENT_SPEC

ROOT = Path(__file__).resolve().parents[3]
ROLE = ROOT / "roles" / "install"
DISTRIBUTIONS = sorted(path.stem for path in (ROLE / "vars").glob("*.yml") if path.stem != "main")
FILES = sorted((ROLE / "tasks").glob("*.yml"))


def read(path: str) -> Any:
    return yaml.safe_load((ROLE / path).read_text(encoding="utf-8"))


OPTIONS = read("meta/argument_specs.yml")["argument_specs"]["main"]["options"]


def test_every_default_is_documented() -> None:
    defaults = read("defaults/main.yml")
    assert {name: option["default"] for name, option in OPTIONS.items()} == defaults


def test_every_variable_is_in_the_readme() -> None:
    text = (ROLE / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == list(OPTIONS)


def test_choices_are_those_of_the_engine() -> None:
    assert set(OPTIONS["install_accept"]["choices"]) == set(ACCEPTABLE)
    assert OPTIONS["install_method"]["choices"] == ["", *METHODS]
    assert OPTIONS["install_translators"]["choices"] == list(TOOLS)
    assert read("vars/main.yml")["install_modules_of_"] == TOOLS


def test_every_code_is_in_the_documentation() -> None:
    text = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    told = {
        code: row[1].strip()
        for row in (line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| `"))
        if len(row) == 3
        for code in re.findall(r"`(\w+)`", row[0])
        if code in SEVERITIES or row[1].strip() in SEVERITIES.values()
    }
    assert told == SEVERITIES


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_every_distribution_has_every_name(distribution: str) -> None:
    names = read(f"vars/{distribution}.yml")["install_names_"]
    assert names.keys() == read("vars/debian.yml")["install_names_"].keys()
    assert names["method"] in METHODS
    for name in ("module_package", "tools_package", "headers_package", "following_headers", "following_image"):
        assert isinstance(names[name], str)
    if names["method"] == "package":
        assert names["tools_package"]


def test_the_names_of_debian_are_the_defaults_of_the_module() -> None:
    names = read("vars/debian.yml")["install_names_"]
    for name in ("module_package", "tools_package", "headers_package", "following_headers", "following_image"):
        assert ARGUMENT_SPEC[name]["default"] == names[name]


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_every_file_of_tasks_is_used(file: Path) -> None:
    others = "".join(path.read_text(encoding="utf-8") for path in FILES if path != file)
    assert file.name == "main.yml" or f"include_tasks: {file.name}" in others


def test_nothing_is_changed_before_the_preflight() -> None:
    files = [task["ansible.builtin.include_tasks"] for task in read("tasks/present.yml")]
    assert files[:2] == ["look.yml", "refresh.yml"]
    refresh, again = read("tasks/refresh.yml")
    assert refresh["ansible.builtin.include_tasks"] == "refresh_apt.yml"
    (lists,) = read("tasks/refresh_apt.yml")
    assert (lists["changed_when"], "not ansible_check_mode" in lists["when"]) == (False, True)
    assert (again["ansible.builtin.include_tasks"], again["vars"]) == ("look.yml", {"install_stop_": True})
    (look,) = read("tasks/look.yml")
    assert set(look["nat64.jool.jool_preflight"]) == set(ARGUMENT_SPEC) - {"transport", "timeout"}


def test_nobody_is_told_to_turn_secure_boot_off() -> None:
    texts = [
        path.read_text(encoding="utf-8") for path in (ROOT / "plugins" / "module_utils" / "preflight").glob("*.py")
    ]
    texts += [path.read_text(encoding="utf-8") for path in ROLE.rglob("*.yml")]
    for text in texts:
        assert not re.search(
            r"mokutil --disable-validation|disable Secure Boot|turn Secure Boot off", text, re.IGNORECASE
        )
