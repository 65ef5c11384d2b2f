# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter that draws a percentage."""

from __future__ import annotations

DOCUMENTATION = r"""
name: jool_bar
short_description: Draw a percentage as a bar of characters
version_added: 0.2.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Draws a bar for a terminal or a text. It is full only when all is in use, and empty only when nothing is.
  - What was not gathered (V(none)) is blank.
positional: _input, width
options:
  _input:
    description: The percentage.
    type: float
  width:
    description: How many characters the bar has.
    type: int
    default: 20
seealso:
  - module: nat64.jool.jool_fleet_report
"""

EXAMPLES = r"""
- name: Draw how full the pools are
  ansible.builtin.debug:
    msg: "{{ item.percent_used | nat64.jool.jool_bar(10) }} {{ item.host }} {{ item.address }}"
  loop: "{{ fleet.pools }}"
  loop_control:
    label: "{{ item.host }}"
"""

RETURN = r"""
_value:
  description: The bar.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils.report.bars import text_bar
from ..module_utils.report.numbers import Number


def jool_bar(value: Number | None, width: int = 20) -> str:
    """A bar."""
    try:
        return text_bar(value, width)
    except TypeError as error:
        raise AnsibleFilterError(f"jool_bar: {error}") from error


class FilterModule:
    """Ansible asks this for the filters of the file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"jool_bar": jool_bar}
