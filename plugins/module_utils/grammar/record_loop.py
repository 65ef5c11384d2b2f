# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The loop of a template that its records come from, as one expression over many lines.

The head of the loop is a state in which an output may end. Following the first rule of each state from there leads back
to it, with one Record at the end of the way: that is what every ordinary record of the output does. Composed, these
rules find records in a large text at once. The template stays the only source of the format; where it does not allow
this, it says why.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Union

from .line_breaks import NotLineBound, always_taken, refuse_unless_line_bound
from .possessive import without_way_back
from .record_kind import Kind, Variety

if TYPE_CHECKING:
    from textfsm import TextFSM

_NAMED_GROUP = re.compile(r"\(\?P<(\w+)>")
_BEGUN = "_begun"
"""Ends the name of the empty group that takes part where a Value is given by its beginning."""

HARMLESS_OPTIONS = {"Filldown"}
"""Such a value does not change within the loop, unless a rule of the loop takes it: see `_refuse_options`."""


class Beginning(NamedTuple):
    """The beginning of a Value, where it says enough: what is read of a text, and kept, is shorter then.

    What `text` and `rest` match together is to be a part of what the Value matches. A Value that does not begin so is
    given as a whole. One that is no more than such a beginning would look like one: it is no record of the loop, and
    comes from the template's own states.

    :ivar value: the Value's name.
    :ivar text: an expression for the beginning.
    :ivar rest: one for what may follow it.
    :ivar characters: the set of those that the Value is made of.
    """

    value: str
    text: str
    rest: str
    characters: str


Wanted = frozenset[Union[str, Beginning]]
"""Values that somebody looks at: a name, or a `Beginning`."""


class NoRecordLoop(ValueError):
    """The template has no loop that could be run over many lines; the text says why."""


@dataclass(frozen=True)
class RecordLoop:
    """One record as an expression.

    :ivar head: the state where it begins and ends.
    :ivar expression: matches the lines of one record, the last line break included.
    :ivar groups: Value name to the number of its group.
    :ivar otherwise: those of them whose group may take no part, to the text that the Value is then.
    :ivar lines: of one record.
    :ivar begins: whether a Value may be given by its `Beginning`.
    :ivar words: Values that have no group, since the expression has the one word for them that they are.
    """

    head: str
    expression: re.Pattern[str]
    groups: dict[str, int]
    otherwise: Mapping[str, str]
    lines: int
    begins: bool = False
    words: Mapping[str, str] = field(default_factory=dict)
    _of_kinds: dict[Kind, RecordLoop] = field(default_factory=dict, init=False, repr=False, compare=False)

    def with_only(self, wanted: Collection[str]) -> RecordLoop:
        """The same loop, which matches the same text and gives these Values alone."""
        kept = {*wanted, *(name + _BEGUN for name in self.groups)}
        names = _NAMED_GROUP.sub(lambda group: group[0] if group[1] in kept else "(?:", self.expression.pattern)
        return self._with(names, self.otherwise, self.words)

    def of_one_kind(self, text: str) -> RecordLoop | None:
        """The loop for records that are like a text's first one, see `record_kind`.

        :returns: None where the text does not begin with a record, or all records are of one kind.
        """
        first = self.expression.match(text) if self._variety else None
        if first is None:
            return None
        kind = self._variety.kind(first)
        if kind not in self._of_kinds:
            special = self._variety.of(kind)
            otherwise = {**self.otherwise, **special.otherwise}
            self._of_kinds[kind] = self._with(without_way_back(special.pattern), otherwise, special.words)
        return self._of_kinds[kind]

    @cached_property
    def _variety(self) -> Variety:
        return Variety(self.expression.pattern, self.otherwise.keys())

    def _with(self, pattern: str, otherwise: Mapping[str, str], words: Mapping[str, str]) -> RecordLoop:
        expression = re.compile(pattern, self.expression.flags)
        groups = _groups(expression)
        left = {name: text for name, text in otherwise.items() if name in groups}
        return replace(self, expression=expression, groups=groups, otherwise=left, words=words)


def _groups(expression: re.Pattern[str]) -> dict[str, int]:
    """The numbers of the Values' groups."""
    return {name: number for name, number in expression.groupindex.items() if not name.endswith(_BEGUN)}


def record_loop(machine: TextFSM, accepting: frozenset[str], beginnings: Collection[Beginning] = ()) -> RecordLoop:
    """Find the loop of a loaded template.

    :param accepting: the states in which an output may end.
    :param beginnings: of Values of which no more is looked at.
    :raises NoRecordLoop: when there is none, or more than one, or when it would not be the same over many lines.
    """
    paths = {head: path for head in sorted(accepting) for path in [_path(machine, head)] if path}
    if len(paths) != 1:
        raise NoRecordLoop(f"{len(paths)} of its states are the head of a loop with one record")
    ((head, path),) = paths.items()
    expressions = [_begun(machine, str(rule.regex), beginnings) for rule in path]
    for expression in expressions:
        if not (expression.startswith("^") and expression.endswith("$")) or expression.endswith(r"\$"):
            raise NoRecordLoop(f"{expression!r} is not anchored at both ends")
        try:
            refuse_unless_line_bound(expression)
        except NotLineBound as error:
            raise NoRecordLoop(f"{expression!r}: {error}") from error
    try:
        whole = "".join(f"(?:{expression[:-1]})\n" for expression in expressions)  # `$`: the line break says so
        composed = re.compile(without_way_back(whole), re.MULTILINE)
    except re.error as error:  # a Value in two rules
        raise NoRecordLoop(f"its rules cannot be composed: {error}") from error
    groups = _groups(composed)
    _refuse_options(machine, set(groups))
    taken = frozenset[str]().union(*map(always_taken, expressions))
    if not taken:
        raise NoRecordLoop("a record could be without any value")
    return RecordLoop(head, composed, groups, dict.fromkeys(set(groups) - taken, ""), len(path), bool(beginnings))


def _begun(machine: TextFSM, expression: str, beginnings: Collection[Beginning]) -> str:
    """A rule's expression, in which the group of a Value ends with its beginning where that is enough."""
    templates = {str(value.name): str(value.template) for value in machine.values}
    for value, text, rest, characters in beginnings:
        whole = templates[value].replace(f"(?P<{value}>", "(?:", 1)
        no_more = f"(?!{text}(?!{characters}))"
        group = f"(?P<{value}>{text}(?P<{value}{_BEGUN}>)|{no_more}{whole})(?({value}{_BEGUN}){rest}|)"
        expression = expression.replace(templates[value], group)
    return expression


def _path(machine: TextFSM, head: str) -> list[Any]:
    """The first rule of each state from a head back to it, none where they do not lead there with one record."""
    path: list[Any] = []
    state = head
    while len(path) <= len(machine.states):
        rules = machine.states.get(state)
        if not rules or rules[0].line_op not in ("", "Next") or rules[0].record_op not in ("", "NoRecord", "Record"):
            return []
        path.append(rules[0])
        state = rules[0].new_state or state
        if state == head:
            records = [rule for rule in path if rule.record_op == "Record"]
            # Before the record the values of the way are gathered, after it they would be those of the next one.
            return path if records == path[-1:] else []
    return []


def _refuse_options(machine: TextFSM, taken: set[str]) -> None:
    for value in machine.values:
        options = {type(option).__name__ for option in value.options}
        if options - HARMLESS_OPTIONS or (options and value.name in taken):
            raise NoRecordLoop(f"the value {value.name} has the option {', '.join(sorted(options))}")
