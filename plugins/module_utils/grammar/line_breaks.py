# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which regular expressions mean the same over many lines as over one.

TextFSM matches a rule against one line at a time. Over a text of many lines the same expression finds the same only if
it cannot take a line break for part of a line, cannot look behind the line's beginning, and has no way to refer to what
another line matched. This looks at a parsed expression and says why not, if not.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

# The standard library's own parser of expressions; before 3.11 its parts are modules of their own.
_NEW = sys.version_info >= (3, 11)
codes: Any = importlib.import_module("re._constants" if _NEW else "sre_constants")
parser: Any = importlib.import_module("re._parser" if _NEW else "sre_parse")

LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
"""What `str.splitlines` cuts at, and with it TextFSM."""

_CATEGORIES = {
    codes.CATEGORY_DIGIT: re.compile(r"\d"),
    codes.CATEGORY_NOT_DIGIT: re.compile(r"\D"),
    codes.CATEGORY_SPACE: re.compile(r"\s"),
    codes.CATEGORY_NOT_SPACE: re.compile(r"\S"),
    codes.CATEGORY_WORD: re.compile(r"\w"),
    codes.CATEGORY_NOT_WORD: re.compile(r"\W"),
}

_REPEATS = {
    codes.MAX_REPEAT,
    codes.MIN_REPEAT,
    *(getattr(codes, name) for name in ("POSSESSIVE_REPEAT",) if hasattr(codes, name)),
}
_LOOKS = {codes.ASSERT, codes.ASSERT_NOT}
_ANCHORS = {codes.AT_BEGINNING, codes.AT_END, codes.AT_BOUNDARY, codes.AT_NON_BOUNDARY}


class NotLineBound(ValueError):
    """The expression means something else over many lines; the text says why."""


def refuse_unless_line_bound(expression: str) -> None:
    """Check that an expression stays within one line.

    :raises NotLineBound: when it can match a line break, looks behind, refers to what a group took, or sets flags of
        its own.
    """
    try:
        parsed = parser.parse(expression)
    except re.error as error:
        raise NotLineBound(f"it is no expression: {error}") from error
    if parsed.state.flags & ~re.UNICODE:
        raise NotLineBound("it sets flags of its own")
    _check(parsed)


def always_taken(expression: str) -> set[str]:
    """The named groups that take part in every match of an expression: those outside of choices and repetitions."""
    parsed = parser.parse(expression)
    names = {number: name for name, number in parsed.state.groupdict.items()}
    return {names[what[0]] for code, what in parsed if code is codes.SUBPATTERN and what[0] in names}


def may_take(character: str, code: Any, argument: Any) -> bool:
    """Whether a part of a parsed expression can match a text that has the character in it.

    :raises NotLineBound: for a part of which that is not known.
    """
    if code is codes.AT or code in _LOOKS:
        return False
    parts = _parts(code, argument)
    if parts is None:
        return _takes(character, code, argument)
    return any(may_take(character, *item) for part in parts for item in part)


def _check(items: Iterable[tuple[Any, Any]]) -> None:
    for code, argument in items:
        if code is codes.AT:
            if argument not in _ANCHORS:
                raise NotLineBound("it asks for the beginning or the end of the whole text")
            continue
        parts = _parts(code, argument)
        if parts is None:
            _check_character(code, argument)
        for part in parts or ():
            _check(part)


def _parts(code: Any, argument: Any) -> list[Any] | None:
    """The expressions that one of these is made of; None for one that matches a character."""
    if code is codes.SUBPATTERN:
        _group, added, dropped, inner = argument
        if added or dropped:
            raise NotLineBound("a part of it has flags of its own")
        return [inner]
    if code is codes.BRANCH:
        return list(argument[1])
    if code in _REPEATS:
        return [argument[2]]
    if code is codes.GROUPREF_EXISTS:  # asks whether a group of this match has taken part, and not what it took
        return [part for part in argument[1:] if part is not None]
    if code in _LOOKS:
        direction, inner = argument
        if direction < 0:
            raise NotLineBound("it looks behind")
        return [inner]
    return None


def _check_character(code: Any, argument: Any) -> None:
    for character in LINE_BREAKS:
        if _takes(character, code, argument):
            raise NotLineBound(f"it can match the line break {character!r}")


def _takes(character: str, code: Any, argument: Any) -> bool:
    """Whether an expression for one character matches it."""
    if code is codes.LITERAL:
        return ord(character) == int(argument)
    if code is codes.NOT_LITERAL:
        return ord(character) != int(argument)
    if code is codes.IN:
        return _within(character, argument)
    if code is codes.ANY:
        return character != "\n"
    raise NotLineBound(f"it uses {code}, of which it is not known what it does over many lines")


def _within(character: str, items: Iterable[tuple[Any, Any]]) -> bool:
    parts = list(items)
    negated = bool(parts) and parts[0][0] is codes.NEGATE
    return negated != any(_matches(character, code, argument) for code, argument in _members(parts))


def _members(parts: list[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    return (part for part in parts if part[0] is not codes.NEGATE)


def _matches(character: str, code: Any, argument: Any) -> bool:
    if code is codes.LITERAL:
        return ord(character) == int(argument)
    if code is codes.RANGE:
        return bool(argument[0] <= ord(character) <= argument[1])
    if code is codes.CATEGORY:
        return _CATEGORIES[argument].match(character) is not None
    raise NotLineBound(f"it uses {code} in a set of characters")
