# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a work wrote into a file, read back when the clock has stopped."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from .answers import Answer, rows_answer


def json_lines_answer(path: str) -> Answer:
    """Of a file with an object of JSON a line."""
    count, last = _last_line(path)
    return rows_answer(count, json.loads(last) if last else None)


def csv_answer(path: str) -> Answer:
    """Of a CSV file whose header has the names of the fields."""
    count, last = _last_line(path)
    with open(path, encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    row = dict(zip(names, next(csv.reader([last]))))
    return rows_answer(count - 1, dict(_typed(row)) if count > 1 else None)


def _last_line(path: str) -> tuple[int, str]:
    count, last = 0, ""
    with open(path, encoding="utf-8", newline="") as file:
        for line in file:
            last = line
            count += 1
    return count, last


def _typed(row: dict[str, str]) -> Iterator[tuple[str, Any]]:
    for name, text in row.items():
        if name.endswith("_l4_id"):
            yield name, int(text)
        elif name == "expires_in":
            yield name, float(text)
        else:
            yield name, text or None
