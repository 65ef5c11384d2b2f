# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters that playbooks have of the reports."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

PLACE = "ansible_collections.nat64.jool.plugins.filter"

SHOWN = [
    ("jool_number", (1234567,), "1,234,567"),
    ("jool_number", (1204, 1310), "1,204 to 1,310"),
    ("jool_number", (1204, None), "at least 1,204"),
    ("jool_number", (None,), "not gathered"),
    ("jool_percent", (93.24,), "93.2\u00a0%"),
    ("jool_percent", (None,), "not gathered"),
    ("jool_age", (11100,), "3 h 5 min"),
    ("jool_age", (None,), "not gathered"),
    ("jool_bar", (50,), "█" * 10 + "░" * 10),
    ("jool_bar", (50, 4), "██░░"),
]


def the_filter(name: str) -> Any:
    module = importlib.import_module(f"{PLACE}.{name}")
    assert yaml.safe_load(module.DOCUMENTATION)["name"] == name
    return module.FilterModule().filters()[name]


@pytest.mark.parametrize(("name", "values", "expected"), SHOWN)
def test_shown(name: str, values: tuple[Any, ...], expected: str) -> None:
    assert the_filter(name)(*values) == expected


@pytest.mark.parametrize("name", ["jool_number", "jool_percent", "jool_age", "jool_bar"])
def test_no_number(name: str) -> None:
    with pytest.raises(AnsibleFilterError, match=f"{name}: a number is needed, this is str"):
        the_filter(name)("many")
