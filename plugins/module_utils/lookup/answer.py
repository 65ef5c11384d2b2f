# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer to who held a transport address, as plain data and as a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ..facts.shape import timestamp
from ..store.finding import Question
from .holder import BOTH, KNOWN, LASTING, NOBODY, OUTSIDE, READ, Holder, Verdict
from .log import LOST, MAPPED

REASONS = {
    READ: "its session was in a table that was being read then",
    LASTING: "its session had longer to live when the table before was read",
    BOTH: "the same binding is in the table before and in the one after",
    MAPPED: "the kernel's log has the line that gave it the address",
    LOST: "the kernel's log has the line that took the address back, and none that gave it",
}
"""Why a holder is known, in words."""


@dataclass(frozen=True)
class Answer:
    """What is known.

    :ivar evidence: what each table or log says, as plain data.
    :ivar why_not: where nothing is known, what keeps it from being known; else empty.
    """

    question: Question
    at: datetime
    verdict: Verdict
    evidence: Sequence[dict[str, Any]]
    why_not: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain data; every key is always there."""
        reasons = self.verdict.reasons or (None,) * len(self.verdict.holders)
        return {
            "address": str(self.question.address),
            "l4_id": self.question.l4_id,
            "protocols": list(self.question.protocols),
            "clients": [],
            "peers": [],
            "at": timestamp(self.at),
            "verdict": self.verdict.word,
            "holders": [
                {**holder._asdict(), "reason": reason} for holder, reason in zip(self.verdict.holders, reasons)
            ],
            "sessions": [],
            "bindings": [],
            "hosts": [],
            "missing": [],
            "evidence": list(self.evidence),
            "sentence": self.sentence(),
        }

    def sentence(self) -> str:
        """What a person reads, and may pass on."""
        protocols = "/".join(self.question.protocols)
        what = f"{self.question.address}#{self.question.l4_id} ({protocols}) at {timestamp(self.at)}"
        holders, reasons = self.verdict.holders, self.verdict.reasons
        if self.verdict.word == KNOWN:
            who = " and ".join(f"{_name(one)}: {REASONS[reason]}" for one, reason in zip(holders, reasons))
            return f"{what} was {who}."
        if self.verdict.word == NOBODY:
            return f"{what} was nobody's."
        if self.verdict.word == OUTSIDE:
            return f"{what} is in no pool of the translators whose tables are there."
        maybe = f" It may have been {' or '.join(map(_name, holders))}, or somebody else." if holders else ""
        return f"{what} is not known: {self.why_not}.{maybe}"


def moment(seconds: float) -> str:
    """A time of a table or a log, as facts write it."""
    return timestamp(datetime.fromtimestamp(seconds, timezone.utc))


def _name(holder: Holder) -> str:
    return f"{holder.ipv6_remote_address}#{holder.ipv6_remote_l4_id} ({holder.protocol})"
