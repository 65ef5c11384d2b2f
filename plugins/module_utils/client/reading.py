# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides, when an output has ended, whether what was read of it was all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, Union, cast

from ..errors import (
    AmbiguousCapture,
    CommandTimeout,
    DumpCutShort,
    DumpNeverEnds,
    JoolError,
    OutputNotKept,
    UnreadableOutput,
)
from ..grammar.grammar_error import EndsInsideRecord, GrammarError
from ..grammar.text_blocks import LineTooLong
from ..records.bib_block import BibBlock
from ..records.repeats import RowsRepeatForEver
from ..records.session import ProtocolUnknown
from ..records.session_block import SessionBlock
from ..transport.base import Ended
from .verdict import failure, says

Record = TypeVar("Record")
Problem = Union[GrammarError, ValueError, RowsRepeatForEver]

_PROBLEMS = (GrammarError, ValueError, RowsRepeatForEver)


def checked(
    records: Iterator[Record], end: Callable[[], Ended], host: str, argv: Sequence[str] = ()
) -> Iterator[Record]:
    """The same records; an error in place of an end that is none.

    :param records: read while the command runs.
    :param end: waits for the command and tells how it ended.
    :raises DumpCutShort: when the output stopped in the middle, or after rows with a bad exit status.
    :raises DumpNeverEnds: see `records.repeats`.
    :raises AmbiguousCapture: when nothing says which protocol the rows are of.
    :raises UnreadableOutput: for a line that no rule of the grammar knows.
    :raises JoolError: what the tool's words mean, see `client.verdict`.
    """
    count = 0
    problem: Problem | None = None
    try:
        for record in records:
            count += len(record) if isinstance(record, (SessionBlock, BibBlock)) else 1
            yield record
    except _PROBLEMS as error:
        problem = error
    _refuse(problem, end, host, argv, count)


def checked_whole(read: Callable[[], Record], end: Callable[[], Ended], host: str, argv: Sequence[str] = ()) -> Record:
    """The same for an answer that is read in one piece.

    :param read: reads the output while the command runs.
    :raises JoolError: see `checked`; never `DumpCutShort` for a bad exit status, since nothing was given out.
    """
    problem: Problem | None = None
    record: Record | None = None
    try:
        record = read()
    except _PROBLEMS as error:
        problem = error
    _refuse(problem, end, host, argv, 0)
    return cast(Record, record)


def _refuse(problem: Problem | None, end: Callable[[], Ended], host: str, argv: Sequence[str], count: int) -> None:
    # These are clear without the command's own words, and the command may go on for ever: nobody waits for its end.
    if isinstance(problem, RowsRepeatForEver):
        raise DumpNeverEnds(str(problem), host=host, argv=argv) from problem
    if isinstance(problem, ProtocolUnknown):
        raise AmbiguousCapture(str(problem), host=host, argv=argv) from problem
    if isinstance(problem, LineTooLong):
        raise UnreadableOutput(str(problem), host=host, argv=argv) from problem
    try:
        ended = end()
    except (CommandTimeout, OutputNotKept):
        if problem is None:
            raise
        raise UnreadableOutput(str(problem), host=host, argv=argv) from problem
    if problem is not None or ended.status:
        words = ended.stderr.decode("utf-8", "replace")
        raise _error(host, argv, ended.status, words, problem, count) from problem


def _error(host: str, argv: Sequence[str], status: int, words: str, problem: Problem | None, count: int) -> JoolError:
    line = problem.line if isinstance(problem, GrammarError) else ""
    # Up to 3.3.5 the message is on standard output; any other line there may be a row, which no error repeats.
    told = line if says(line) and not says(words) else words
    shown = status if argv else None
    if status or says(told):
        cause = failure(host, argv, status, told)
        cause.status = shown
        if not count:
            return cause
        why = f"{cause.condition}: {cause.detail}" if cause.detail else cause.condition
        return DumpCutShort(f"after {count} rows; {why}", host=host, argv=argv, status=shown, output=cause.output)
    kind = DumpCutShort if isinstance(problem, EndsInsideRecord) else UnreadableOutput
    return kind(str(problem), host=host, argv=argv, status=shown)
