# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter that writes a length of time as a person reads it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: jool_age
short_description: Write a length of time
version_added: 0.2.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Writes seconds with the two largest units, for example V(3 h 5 min).
  - What was not gathered (V(none)) says so.
positional: _input
options:
  _input:
    description: Seconds.
    type: float
seealso:
  - module: nat64.jool.jool_fleet_report
"""

EXAMPLES = r"""
- name: Say how old an answer is
  ansible.builtin.debug:
    msg: "{{ item.host }}: {{ item.age_seconds | nat64.jool.jool_age }}"
  loop: "{{ fleet.hosts }}"
  loop_control:
    label: "{{ item.host }}"
"""

RETURN = r"""
_value:
  description: The length of time, for example V(2 d 4 h).
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils.report.moments import age
from ..module_utils.report.numbers import Number


def jool_age(value: Number | None) -> str:
    """A length of time."""
    try:
        return age(value)
    except TypeError as error:
        raise AnsibleFilterError(f"jool_age: {error}") from error


class FilterModule:
    """Ansible asks this for the filters of the file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"jool_age": jool_age}
