# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outputs that do not follow their template."""

from __future__ import annotations

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
        quoted = repr(self.line)  # longer where the line is not for people to read
        shown = f": {quoted if len(quoted) <= 2 * SHOWN else quoted[:SHOWN] + '...'}" if self.shows_line else ""
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
