# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A TextFSM template as a value: its name, its text, and the states in which an output may end."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .. import libraries

if TYPE_CHECKING:
    from textfsm import TextFSM

_CONTINUATION = re.compile(r"\\\n[ \t]*")


@dataclass(frozen=True)
class Template:
    """One output format.

    :ivar name: ``<mode>_<format>``, for messages and for the catalogue.
    :ivar source: the template; a backslash at the end of a line joins it with the next one (a CSV row has more columns
        than a line of code has room). `text` is what TextFSM gets.
    :ivar accepting: the states in which a complete output can end. In any other it ended inside a record.
    """

    name: str
    source: str
    accepting: frozenset[str] = frozenset({"Start"})

    @property
    def text(self) -> str:
        """The template as TextFSM reads it, ready for use elsewhere."""
        return _CONTINUATION.sub("", self.source).strip() + "\n"

    def load(self) -> TextFSM:
        """A machine in its first state.

        :raises LibraryMissing: where TextFSM is not installed.
        :raises textfsm.TextFSMTemplateError: where the template is wrong.
        """
        machine: TextFSM = libraries.textfsm().TextFSM(io.StringIO(self.text))
        return machine
