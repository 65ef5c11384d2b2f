# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Repetitions that never give anything back, said so: the same matches, found a little sooner.

In ``[0-9]+,`` no digit that the repetition took can be the comma that comes next, so there is no way back to try. From
Python 3.11 on an expression can say that (``[0-9]++,``); before, it stays as it is.
"""

from __future__ import annotations

import re
import sys

_REPETITION = re.compile(r"(?<!\\)(\[(?:\\.|[^\]\\])+\])([+*]|\{\d+,\d+\})(?=(\)*)(\\?.|\n))", re.DOTALL)
"""A set of characters, its repetition, the ends of groups after it, and what comes next."""

_SPECIAL = set(".^*+?{}[]|()")

CAN_SAY_SO = sys.version_info >= (3, 11)


def without_way_back(expression: str) -> str:
    """The same expression, with possessive repetitions where they mean the same.

    Looked at are repetitions of a set of characters, followed by one literal character that is not in it, or by the
    end of a line, which is no character of any set here (see `line_breaks`). Between them may be ends of groups, which
    are not repeated themselves: what follows such a group's end is no quantifier.
    """
    return _REPETITION.sub(_possessive, expression) if CAN_SAY_SO else expression


def _possessive(found: re.Match[str]) -> str:
    members, quantifier, _ends, following = found.groups()
    if following == "$":
        ends = not re.fullmatch(members, "\n")
    elif following.startswith("\\"):
        # An escaped mark is itself; an escaped letter or digit is a class of characters or a reference.
        ends = not following[1].isalnum() and not re.fullmatch(members, following[1])
    else:
        ends = following not in _SPECIAL and not re.fullmatch(members, following)
    return f"{members}{quantifier}+" if ends else found[0]
