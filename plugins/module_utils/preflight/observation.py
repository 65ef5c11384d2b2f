# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is seen on a host before anything is changed there, and what an operator is told of it.

Seeing is mechanism (the checks), how bad it is, is policy (`policy.py`).
"""

from __future__ import annotations

from typing import NamedTuple

ERROR, WARNING, NOTE = "error", "warning", "note"


class Observation(NamedTuple):
    """Something that was seen.

    :ivar code: what it is, for programs; one of `policy.SEVERITIES`.
    :ivar subject: what of the host, in a few words.
    :ivar evidence: a sentence with what was read.
    :ivar remedy: a sentence that says what to do.
    """

    code: str
    subject: str
    evidence: str
    remedy: str


class Finding(NamedTuple):
    """An observation with what follows from it.

    :ivar severity: `ERROR` (nothing is changed), `WARNING` (it is told), `NOTE`.
    :ivar accepted: whether the operator said beforehand that it is to be no error. It is a warning then.
    """

    severity: str
    code: str
    subject: str
    evidence: str
    remedy: str
    accepted: bool = False

    @property
    def sentence(self) -> str:
        """All of it in one line."""
        return f"{self.subject}: {self.evidence} {self.remedy} [{self.code}]"
