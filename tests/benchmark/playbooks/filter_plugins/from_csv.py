# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``from_csv`` as the collection community.general has it: each row a dictionary of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable


def from_csv(content: str) -> list[dict[str, str]]:
    """The rows of a text; a column that a row lacks is None."""
    return list(csv.DictReader(io.StringIO(content)))


class FilterModule:
    """Ansible asks `filters` for what this file has."""

    def filters(self) -> dict[str, Callable[..., object]]:
        """Names of filters to functions."""
        return {"from_csv": from_csv}
