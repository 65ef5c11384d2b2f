# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter that writes a number as a person reads it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: jool_number
short_description: Write a number with its thousands separated
version_added: 0.2.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Writes V(1234567) as V(1,234,567). With a second number it writes the range that the true number lies in.
  - What was not gathered (V(none)) says so, and is never a zero.
positional: _input, at_most
options:
  _input:
    description: The number, or the lower bound.
    type: float
  at_most:
    description: The upper bound. Left out, the number is exact; V(none) stands for no upper bound.
    type: float
seealso:
  - module: nat64.jool.jool_fleet_report
"""

EXAMPLES = r"""
- name: Say how many there are
  ansible.builtin.debug:
    msg: "{{ fleet.totals.clients.at_least | nat64.jool.jool_number(fleet.totals.clients.at_most) }} clients"
"""

RETURN = r"""
_value:
  description: The number, for example V(1,204) or V(1,204 to 1,310).
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils.report.numbers import Number, number, span


def jool_number(value: Number | None, *at_most: Number | None) -> str:
    """A number, or a range."""
    try:
        return span(value, *at_most) if at_most else number(value)
    except TypeError as error:
        raise AnsibleFilterError(f"jool_number: {error}") from error


class FilterModule:
    """Ansible asks this for the filters of the file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"jool_number": jool_number}
