# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A finding: something about the fleet that an operator should know, with its numbers and what to do about it."""

from __future__ import annotations

from typing import NamedTuple

CRITICAL, WARNING, NOTE, OK = "critical", "warning", "note", "ok"
SEVERITIES = (CRITICAL, WARNING, NOTE)
"""Most severe first. A note asks for nothing now."""


class Finding(NamedTuple):
    """One finding.

    :ivar code: what it is, for programs.
    :ivar host: None where it is about the fleet, likewise `instance`.
    :ivar subject: what of it, in a few words.
    :ivar evidence: a sentence with the numbers.
    :ivar remedy: a sentence that says what to do.
    :ivar since: since when it is known, ISO 8601.
    :ivar accepted: whether the operator said that it is to be a note only.
    """

    severity: str
    code: str
    subject: str
    evidence: str
    remedy: str
    host: str | None = None
    instance: str | None = None
    since: str | None = None
    accepted: bool = False


def worst(severities: list[str]) -> str:
    """The severity of a whole: that of its worst finding, `OK` where there are only notes."""
    return next((severity for severity in (CRITICAL, WARNING) if severity in severities), OK)


def listed(names: list[str], most: int = 3) -> str:
    """Names in a sentence, not more than these."""
    rest = len(names) - most
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:most])} and {rest} more"


def number_of(number: int, word: str) -> str:
    """A number with its noun: 1 host, 2 hosts."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def duration(seconds: float) -> str:
    """A time in a sentence, in the largest unit of which there are two: 90 minutes, 3 days."""
    for unit, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * unit or seconds == unit:
            return number_of(round(seconds / unit), word)
    return number_of(round(seconds), "second")
