# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a template over a stream of bytes: columns come out while text goes in.

The states, rules and values are TextFSM's own. Ordinary records, which are nearly all of a large output, are found by
one expression over a whole block of text (see `record_loop`). Every line that this does not cover, and every record
that comes while the machine is not at the head of that loop, goes through the template's own states. The result is that
of the stock engine, row for row and error for error, and memory does not grow with the output.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from .. import libraries
from .columns import Columns, UsualText
from .grammar_error import EndsInsideRecord, GrammarError, UnknownLine
from .record_loop import Beginning, NoRecordLoop, RecordLoop, Wanted, record_loop
from .template import Template
from .text_blocks import BLOCK_BYTES, LineTooLong, blocks

if TYPE_CHECKING:
    from textfsm import TextFSM


def read_columns(
    template: Template,
    chunks: Iterable[bytes],
    wanted: Wanted | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[Columns]:
    """The rows of an output, in blocks.

    :param wanted: the Values that somebody looks at; None: all. Others may be "" in any row. Where a `Beginning` is
        enough, a row has that or all of its text: see `Columns.begun`.
    :param block_bytes: about how much is read at a time; the result does not depend on it.
    :raises UnknownLine, EndsInsideRecord, LineTooLong: with the line; rows before it have been given out by then, so a
        caller that counts must throw away what it counted.
    :raises LibraryMissing: where TextFSM is not installed.
    """
    run = _Run(template)
    loop = loop_of(template, wanted)
    held = ""
    try:
        for block in blocks(template.name, chunks, block_bytes):
            if isinstance(loop, RecordLoop):
                held = yield from run.block(loop, held + block)
            else:
                yield from run.lines(block)
    except (EndsInsideRecord, LineTooLong) as error:
        # An error in what was held comes first, as it stands first.
        yield from run.lines(held)
        raise run.numbered(error) from None
    yield from run.lines(held)
    run.finish()


def read_rows(template: Template, chunks: Iterable[bytes]) -> Iterator[dict[str, str]]:
    """The rows of an output, one dictionary a record: Value name to text, "" where the record has none.

    A Value with the option List has a list of texts instead; of those templates only `grammar.stats` has one.

    :raises GrammarError: see `read_columns`.
    """
    for columns in read_columns(template, chunks):
        yield from columns.rows()


@cache
def loop_of(template: Template, wanted: Wanted | None = None) -> RecordLoop | NoRecordLoop:
    """The record loop of a template, or why it has none and is run line by line.

    :param wanted: see `read_columns`.
    """
    beginnings = [one for one in wanted or () if isinstance(one, Beginning)]
    try:
        loop = record_loop(template.load(), template.accepting, beginnings)
        if wanted is None:
            return loop
        return loop.with_only([one.value if isinstance(one, Beginning) else one for one in wanted])
    except NoRecordLoop as refusal:
        return refusal


class _Machine:
    """A loaded template.

    :ivar fsm: TextFSM's, with its states.
    :ivar names: of its Values.
    :ivar places: of the names.
    :ivar passing: Values that a record takes with it.
    :ivar kept: those that stay, or have another option.
    """

    def __init__(self, template: Template) -> None:
        self.fsm: TextFSM = template.load()
        self.names = tuple(self.fsm.header)
        self.places = {name: place for place, name in enumerate(self.names)}
        self.passing = [value for value in self.fsm.values if not value.options]
        self.kept = [value for value in self.fsm.values if value.options]


_idle: dict[Template, deque[_Machine]] = {}
"""Machines in their first state that nobody uses: making one takes longer than reading a short output. There are as
many as outputs were read at once, in threads or in turn."""


def _machine(template: Template) -> _Machine:
    try:
        return _idle[template].pop()
    except (KeyError, IndexError):
        return _Machine(template)


class _Run:
    """One pass of a template over one output."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._machine = _machine(template)
        self._fsm = self._machine.fsm
        self._failure = libraries.textfsm().TextFSMError
        self._nothing_left = True
        self._special: RecordLoop | None = None
        self._number = 0
        self._line = ""

    def lines(self, text: str) -> Iterator[Columns]:
        """Whole lines, through the template's own states."""
        # TextFSM offers no call that takes a line and keeps the state, but this is the one that its own loop makes.
        check, results = self._fsm._CheckLine, self._fsm._result  # noqa: SLF001
        problem: UnknownLine | None = None
        self._nothing_left = False
        for self._line in text.splitlines():
            self._number += 1
            try:
                check(self._line)
            except self._failure as error:
                problem = UnknownLine(self._template.name, self._number, self._line)
                problem.__cause__ = error
                break
        if results:
            columns = Columns(self._machine.names, [list(column) for column in zip(*results)])
            results.clear()
            yield columns
        if problem is not None:
            raise problem

    def block(self, loop: RecordLoop, text: str) -> Generator[Columns, None, str]:
        """A text of whole lines; returns those at its end that may be the beginning of a record."""
        special = self._special_loop(loop, text)
        if special is not None:
            parts = special.expression.split(text)
            *between, rest = parts[:: special.expression.groups + 1]
            if between.count("") == len(between):
                yield self._columns(special, parts, len(between))
                if not rest:
                    return ""
                text = rest
        parts = loop.expression.split(text)
        gaps = parts[:: loop.expression.groups + 1]
        if len(gaps) == 1:
            return (yield from self._all_but_a_beginning(loop, text))
        if any(gaps[1:-1]):
            return (yield from self._record_by_record(loop, text))
        yield from self.lines(gaps[0])
        if not self._at_head(loop):
            return (yield from self._record_by_record(loop, text[len(gaps[0]) :]))
        yield self._columns(loop, parts, len(gaps) - 1)
        return (yield from self._all_but_a_beginning(loop, gaps[-1]))

    def _special_loop(self, loop: RecordLoop, text: str) -> RecordLoop | None:
        """The loop for records like the first one: mostly that of the text before."""
        if not self._at_head(loop):
            return None
        if self._special is None or self._special.expression.match(text) is None:
            self._special = loop.of_one_kind(text)
        return self._special

    def numbered(self, error: GrammarError) -> GrammarError:
        """The same error of the line that comes next."""
        return type(error)(self._template.name, self._number + 1, error.line)

    def finish(self) -> None:
        """The output has ended.

        :raises EndsInsideRecord: in a state in which it cannot end.
        """
        if self._fsm._cur_state_name not in self._template.accepting:  # noqa: SLF001
            raise EndsInsideRecord(self._template.name, self._number, self._line)
        self._fsm.Reset()
        _idle.setdefault(self._template, deque()).append(self._machine)

    def _at_head(self, loop: RecordLoop) -> bool:
        """Whether the machine would do with a record what the loop does: it is there, and no value is left over."""
        if not self._nothing_left:
            self._nothing_left = all(value.value is None for value in self._machine.passing)
        return self._nothing_left and bool(self._fsm._cur_state_name == loop.head)  # noqa: SLF001

    def _columns(self, loop: RecordLoop, parts: list[str], count: int) -> Columns:
        """The columns of records that follow one another."""
        self._number += count * loop.lines
        width = loop.expression.groups + 1
        places = self._machine.places
        values: list[Sequence[str]] = [[""] * count] * len(places)
        for value in self._machine.kept:
            if value.value:  # from before (Filldown)
                values[places[value.name]] = [value.value] * count
        for name, word in loop.words.items():
            values[places[name]] = [word] * count
        for name, group in loop.groups.items():
            column, otherwise = parts[group::width], loop.otherwise.get(name)
            values[places[name]] = column if otherwise is None or all(column) else UsualText(column, otherwise)
        return Columns(self._machine.names, values, loop.begins)

    def _record_by_record(self, loop: RecordLoop, text: str) -> Generator[Columns, None, str]:
        """Records with other lines between them."""
        position = 0
        for match in loop.expression.finditer(text):
            yield from self.lines(text[position : match.start()])
            if self._at_head(loop):
                yield self._columns(loop, [match.group(), *match.groups()], 1)
            else:
                yield from self.lines(match.group())
            position = match.end()
        return (yield from self._all_but_a_beginning(loop, text[position:]))

    def _all_but_a_beginning(self, loop: RecordLoop, text: str) -> Generator[Columns, None, str]:
        """Lines that are no record; returns the last of them, too few for one, to be looked at with what comes next."""
        cut = len(text)
        for _line in range(loop.lines - 1):
            cut = text.rfind("\n", 0, max(cut - 1, 0)) + 1
        yield from self.lines(text[:cut])
        return text[cut:]
