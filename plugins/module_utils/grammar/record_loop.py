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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .line_breaks import NotLineBound, always_taken, refuse_unless_line_bound
from .possessive import without_way_back

if TYPE_CHECKING:
    from textfsm import TextFSM

_NAMED_GROUP = re.compile(r"\(\?P<(\w+)>")

HARMLESS_OPTIONS = {"Filldown"}
"""Such a value does not change within the loop, unless a rule of the loop takes it: see `_refuse_options`."""


class NoRecordLoop(ValueError):
    """The template has no loop that could be run over many lines; the text says why."""


@dataclass(frozen=True)
class RecordLoop:
    """One record as an expression.

    :ivar head: the state where it begins and ends.
    :ivar expression: matches the lines of one record, the last line break included.
    :ivar groups: Value name to the number of its group.
    :ivar optional: those of them that a record may be without.
    :ivar lines: of one record.
    """

    head: str
    expression: re.Pattern[str]
    groups: dict[str, int]
    optional: frozenset[str]
    lines: int

    def with_only(self, wanted: frozenset[str]) -> RecordLoop:
        """The same loop, which matches the same text and gives these Values alone."""
        names = _NAMED_GROUP.sub(lambda group: group[0] if group[1] in wanted else "(?:", self.expression.pattern)
        expression = re.compile(names, self.expression.flags)
        return RecordLoop(self.head, expression, dict(expression.groupindex), self.optional & wanted, self.lines)


def record_loop(machine: TextFSM, accepting: frozenset[str]) -> RecordLoop:
    """Find the loop of a loaded template.

    :param accepting: the states in which an output may end.
    :raises NoRecordLoop: when there is none, or more than one, or when it would not be the same over many lines.
    """
    paths = {head: path for head in sorted(accepting) for path in [_path(machine, head)] if path}
    if len(paths) != 1:
        raise NoRecordLoop(f"{len(paths)} of its states are the head of a loop with one record")
    ((head, path),) = paths.items()
    expressions = [str(rule.regex) for rule in path]
    for expression in expressions:
        if not (expression.startswith("^") and expression.endswith("$")) or expression.endswith(r"\$"):
            raise NoRecordLoop(f"{expression!r} is not anchored at both ends")
        try:
            refuse_unless_line_bound(expression)
        except NotLineBound as error:
            raise NoRecordLoop(f"{expression!r}: {error}") from error
    try:
        whole = "".join(f"(?:{expression})\n" for expression in expressions)
        composed = re.compile(without_way_back(whole), re.MULTILINE)
    except re.error as error:  # a Value in two rules
        raise NoRecordLoop(f"its rules cannot be composed: {error}") from error
    _refuse_options(machine, set(composed.groupindex))
    taken = frozenset[str]().union(*map(always_taken, expressions))
    if not taken:
        raise NoRecordLoop("a record could be without any value")
    return RecordLoop(head, composed, dict(composed.groupindex), frozenset(composed.groupindex) - taken, len(path))


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
