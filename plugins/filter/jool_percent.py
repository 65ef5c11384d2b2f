# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter that writes a percentage as a person reads it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: jool_percent
short_description: Write a percentage
version_added: 0.2.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Writes V(93.24) as V(93.2 %). What is not nothing is never rounded to nothing, and what is not all is never rounded to all.
  - What was not gathered (V(none)) says so.
positional: _input
options:
  _input:
    description: The percentage.
    type: float
seealso:
  - module: nat64.jool.jool_fleet_report
"""

EXAMPLES = r"""
- name: Say how full the fullest pool is
  ansible.builtin.debug:
    msg: "{{ fleet.pools[0].percent_used | nat64.jool.jool_percent }}"
  when: fleet.pools | length > 0
"""

RETURN = r"""
_value:
  description: The percentage, for example V(93.2 %).
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils.report.numbers import Number, percent


def jool_percent(value: Number | None) -> str:
    """A percentage."""
    try:
        return percent(value)
    except TypeError as error:
        raise AnsibleFilterError(f"jool_percent: {error}") from error


class FilterModule:
    """Ansible asks this for the filters of the file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"jool_percent": jool_percent}
