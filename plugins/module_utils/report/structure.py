# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report is made of: the finished structure of a fleet. Looked at once, before any template sees it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import NotAFleet

KIND = "nat64.jool/fleet"
SCHEMA = 1

PARTS: Mapping[str, type] = {
    "title": str,
    "generated_at": str,
    "verdict": dict,
    "coverage": dict,
    "totals": dict,
    "findings": list,
    "pools": list,
    "hosts": list,
    "states": list,
    "protocols": list,
    "top_clients": list,
    "top_destinations": list,
    "top_services": list,
    "top_bounds": dict,
    "pairs": list,
    "warnings": list,
}
"""What must be there, and as what. ``expires_in`` and ``changes`` may be None."""


def checked(value: Any) -> dict[str, Any]:
    """A copy of the structure as plain data, without what a front end hung onto its values.

    :raises NotAFleet: when it is something else, of another schema, or lacks a part.
    """
    if not isinstance(value, Mapping) or value.get("kind") != KIND:
        raise NotAFleet(
            "it has no 'kind' that says so" if isinstance(value, Mapping) else f"it is a {type(value).__name__}"
        )
    schema = value.get("schema")
    if schema != SCHEMA:
        newer = isinstance(schema, int) and schema > SCHEMA
        raise NotAFleet(
            f"its schema is {schema!r:.20}, this collection writes reports of schema {SCHEMA}"
            + (": it was made by a newer release" if newer else "")
        )
    for name, kind in PARTS.items():
        if not isinstance(value.get(name), kind):
            raise NotAFleet(f"its part '{name}' {'is no ' + kind.__name__ if name in value else 'is missing'}")
    try:
        plain = json.loads(json.dumps(value))
    except (TypeError, ValueError) as error:
        raise NotAFleet(f"it holds what JSON cannot: {error}") from error
    return {"expires_in": None, "changes": None, **plain}
