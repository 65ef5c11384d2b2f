# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from elsewhere, made harmless for every eye and every terminal.

Host names, messages and resolved names are chosen by others. Control characters can move a terminal's cursor, and the
signs that turn the direction of writing can make a line read otherwise than it is (CVE-2021-42574).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)

REPLACEMENT = "\ufffd"


def visible(text: str) -> str:
    """The text on one line, with a replacement character for each sign that cannot be seen."""
    return _UNSEEN.sub(REPLACEMENT, _BREAKS.sub(" ", text))


def visible_tree(value: Any) -> Any:
    """A copy of plain data in which every text, keys too, is `visible`."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible_tree(key): visible_tree(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [visible_tree(inner) for inner in value]
    return value
