# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An earlier report of the same fleet in a file, which tells since when a finding is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import NotAFleet
from .data import KIND, SCHEMA


def read_earlier_report(path: str) -> Mapping[str, Any] | None:
    """The report, or None where there is no such file: then this is the first one.

    :raises NotAFleet: when the file cannot be read, or is something else.
    """
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is no whole JSON document"
        raise NotAFleet(f"{path}: {said}") from error
    if not isinstance(document, dict) or (document.get("kind"), document.get("schema")) != (KIND, SCHEMA):
        raise NotAFleet(f"{path}: it is no report of a fleet of schema {SCHEMA}")
    return document
