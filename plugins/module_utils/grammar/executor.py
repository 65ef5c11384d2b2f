# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a template over a stream of bytes: rows come out while text goes in.

The states, rules and values are TextFSM's own; only its loop over a whole text is replaced, because it keeps every row
and does not count lines. Memory does not grow with the output.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from .. import libraries
from .template import Template

LINE_LIMIT = 1024 * 1024
"""Characters. Jool's longest line (a resolved name at both ends) has less than 1,500."""

SHOWN = 200
"""Characters of an offending line that an error shows."""


class GrammarError(Exception):
    """The output does not follow the template.

    :ivar line_number: the line, counted from 1.
    :ivar line: its text, at most `SHOWN` characters.
    """

    def __init__(self, template: str, line_number: int, line: str) -> None:
        self.template = template
        self.line_number = line_number
        self.line = line if len(line) <= SHOWN else f"{line[:SHOWN]}..."
        shown = f": {self.line!r}" if self.shows_line else ""
        super().__init__(f"line {line_number} {self.what}{shown} (template {template})")

    what = "is wrong"
    shows_line = True


class UnknownLine(GrammarError):
    """No rule of the current state knows the line."""

    what = "is known to no rule"


class EndsInsideRecord(GrammarError):
    """The text ended in the middle of a line or of a record."""

    what = "is where the text ends, in the middle of a record"
    shows_line = False  # a piece of a session, which is personal data and says nothing about the cut


class LineTooLong(GrammarError):
    """A line has no end within `LINE_LIMIT` characters."""

    what = f"is longer than {LINE_LIMIT} characters"


def lines(template: str, chunks: Iterable[bytes]) -> Iterator[list[str]]:
    """Cut a stream into lists of whole lines.

    Bytes that are no UTF-8 (a resolver may hand out any) show as ``\\xNN``, so that an error can show them.

    :param template: a name for messages.
    :raises LineTooLong: before more than `LINE_LIMIT` characters of one line are held.
    :raises EndsInsideRecord: when the last line has no line break: Jool ends every line that it finishes.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="backslashreplace")
    rest = ""
    seen = 0
    for chunk in chunks:
        whole, line_break, tail = decoder.decode(chunk).rpartition("\n")
        if not line_break:
            rest += tail
        else:
            # Not splitlines(): it drops a blank line at the end of a chunk and also cuts at other characters.
            block = (rest + whole).split("\n")
            if "\r" in rest or "\r" in whole:
                block = [line.removesuffix("\r") for line in block]
            yield block
            seen += len(block)
            rest = tail
        if len(rest) > LINE_LIMIT:
            raise LineTooLong(template, seen + 1, rest)
    rest += decoder.decode(b"", final=True)
    if rest:
        raise EndsInsideRecord(template, seen + 1, rest)


def read_rows(template: Template, chunks: Iterable[bytes]) -> Iterator[dict[str, str]]:
    """The rows of an output, one dictionary a record: Value name to text, "" where the record has none.

    A Value with the option List has a list of texts instead; of those templates only `grammar.stats` has one.

    :raises UnknownLine, EndsInsideRecord, LineTooLong: with the line; rows before it have been given out by then, so a
        caller that counts must throw away what it counted.
    :raises LibraryMissing: where TextFSM is not installed.
    """
    machine = template.load()
    failure = libraries.textfsm().TextFSMError
    names = list(machine.header)
    # TextFSM offers no call that takes a line and keeps the state, but this is the one that its own loop makes.
    check, results = machine._CheckLine, machine._result  # noqa: SLF001
    number = 0
    line = ""
    for block in lines(template.name, chunks):
        for line in block:
            number += 1
            try:
                check(line)
            except failure as error:
                raise UnknownLine(template.name, number, line) from error
            if results:
                for row in results:
                    yield dict(zip(names, row))
                results.clear()
    if machine._cur_state_name not in template.accepting:  # noqa: SLF001
        raise EndsInsideRecord(template.name, number, line)
