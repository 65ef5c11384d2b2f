# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What records that follow one another have in common: it need not be looked for in each, nor taken out of it.

The expression of a template's record is for all records that there can be. Those of one output are alike: they are of
one protocol, and have a state or none. An expression for records like the first is found here, which matches no other
text, and gives the same values, as the one that it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from .line_breaks import codes, may_take, parser

_CHOICE = re.compile(r"(?<!\\)\(\?P<([A-Z0-9_]+)>((?:\w+\|)+\w+)\)")
"""A Value that is one of some words. A Value's name is in capitals."""

_LITERAL = r"(?:\\\W|[^\\()\[\]{}|.^$*+?])"

_PART = re.compile(rf"(?<!\\)\(\?:(({_LITERAL}){_LITERAL}*\(\?P<([A-Z0-9_]+)>[^()]*\){_LITERAL}*)\|\)(?![*+?{{])")
"""A part that a record may be without: a Value between characters that stand for themselves."""

_USUAL = re.compile(r"(?<!\\)\(\?P<([A-Z0-9_]+)>(\w+)\|(\[(?:\\.|[^\]\\])+\]\+\+?)\)")
"""A Value that is one word or anything of some characters: a template that says so expects the word."""


class Kind(NamedTuple):
    """What records may have in common.

    :ivar words: of each of the choices.
    :ivar parts: whether each of the parts is there.
    """

    words: tuple[str, ...]
    parts: tuple[bool, ...]


class OneKind(NamedTuple):
    """The expression for records of one kind.

    :ivar pattern: it matches their text alone.
    :ivar words: Values that have no group, since they are one word in all these records.
    :ivar otherwise: Values whose group takes no part where they are the word that the template expects.
    """

    pattern: str
    words: Mapping[str, str]
    otherwise: Mapping[str, str]


class Variety:
    """In what the records of an expression can differ, as far as kinds are told apart by it."""

    def __init__(self, pattern: str, optional: Collection[str]) -> None:
        """Find it.

        :param optional: Values that a record may be without.
        """
        self._pattern = pattern
        self._optional = optional
        self._choices = tuple(
            name
            for name, words in ((name, words.split("|")) for name, words in _CHOICE.findall(pattern))
            # A text has one of the words, or none: no word begins another.
            if name not in optional
            and not any(one.startswith(other) for one in words for other in words if one is not other)
        )
        self._parts = {
            part[3]: part
            for part in _PART.finditer(pattern)
            # With its first character in its place: then it stands in no repetition or choice itself.
            if _as_often_in_all(pattern.replace(part[0], part[2]), part[2][-1])
        }

    def __bool__(self) -> bool:
        """Whether there are kinds at all."""
        return bool(self._choices or self._parts)

    def kind(self, record: re.Match[str]) -> Kind:
        """The kind of a record that the expression matched."""
        return Kind(
            tuple(str(record[name]) for name in self._choices), tuple(record[name] is not None for name in self._parts)
        )

    def of(self, kind: Kind) -> OneKind:
        """The expression for records of a kind."""
        words = dict(zip(self._choices, kind.words))
        there = dict(zip(self._parts, kind.parts))
        pattern = _CHOICE.sub(lambda group: words.get(group[1], group[0]), self._pattern)
        for name, part in self._parts.items():
            pattern = pattern.replace(part[0], part[1] if there[name] else "")
        otherwise: dict[str, str] = {}

        def unless_usual(group: re.Match[str]) -> str:
            name, word, others = group.groups()
            if name in self._optional and not there.get(name):
                return group[0]
            otherwise[name] = word
            return f"(?:{word}|(?P<{name}>{others}))"

        return OneKind(_USUAL.sub(unless_usual, pattern), words, otherwise)


def _as_often_in_all(pattern: str, character: str) -> bool:
    """Whether a character comes equally often in all that an expression matches.

    Then it says whether a part that begins with it is there: in one way only can a text be read.
    """
    left: list[tuple[Any, Any]] = list(parser.parse(pattern))
    while left:
        code, argument = left.pop()
        if code is codes.SUBPATTERN:
            left.extend(argument[-1])
        elif code is not codes.LITERAL and may_take(character, code, argument):
            return False
    return True
