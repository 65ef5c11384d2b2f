# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a report, for front ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .render import FORMS
from .view import Limits

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "fleet": {"type": "dict", "required": True},
    "format": {"type": "str", "required": True, "choices": list(FORMS)},
    "dest": {"type": "path", "required": True},
    "template": {"type": "path"},
    "extra": {"type": "dict", "default": {}},
    "max_pools": {"type": "int", "default": 20},
    "max_hosts": {"type": "int", "default": 2000},
    "max_rows": {"type": "int", "default": 10},
    "make_directory": {"type": "bool", "default": False},
    "world_readable": {"type": "bool", "default": False},
}


def limits(options: Mapping[str, Any]) -> Limits:
    """How much of the long lists a page shows.

    :raises ValueError: for a number that makes no sense.
    """
    for name in ("max_pools", "max_hosts", "max_rows"):
        if options[name] < 1:
            raise ValueError(f"{name}: {options[name]} is not at least 1")
    return Limits(options["max_pools"], options["max_hosts"], options["max_rows"])
