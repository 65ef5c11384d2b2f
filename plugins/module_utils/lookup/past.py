# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who held a transport address at a time, by the stored tables of the whole fleet."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from ..store.database import PATIENCE_SECONDS, reading
from ..store.finding import Question, StoredDump, dumps_around, first_and_last, is_pooled, sightings
from .answer import Answer, moment
from .holder import OUTSIDE, UNKNOWN, Look, Verdict, of_all, verdict


def from_store(path: str, question: Question, at: datetime, patience: float = PATIENCE_SECONDS) -> Answer:
    """What the store says.

    Only instances count whose pool4 has the address, and those of which the pool is not known.

    :param at: with its time zone.
    :param patience: seconds to wait for an audit that is written to the store.
    :raises JoolError: when the store cannot be read, see `store.database.reading`.
    """
    with reading(path, patience) as connection:
        span = first_and_last(connection)
        if span is None:
            return Answer(question, at, Verdict(UNKNOWN), (), "the store has no tables")
        verdicts, evidence = [], []
        for before, after in dumps_around(connection, at.timestamp()):
            looks = _look(connection, before, question), _look(connection, after, question)
            seen = any(look and look.sightings for look in looks)
            if seen or any(is_pooled(connection, one, question) is not False for one in (before, after) if one):
                verdicts.append(verdict(*looks, at.timestamp()))
                evidence.append(_evidence(*looks))
    found = of_all(verdicts) if verdicts else Verdict(OUTSIDE)
    return Answer(question, at, found, evidence, _why_not(found, span, at))


def _look(connection: sqlite3.Connection, dump: StoredDump | None, question: Question) -> Look | None:
    return Look(dump, sightings(connection, dump, question)) if dump else None


def _why_not(found: Verdict, span: tuple[float, float], at: datetime) -> str:
    first, last = span
    if found.word != UNKNOWN:
        return ""
    if at.timestamp() < first:
        return f"the first table in the store was read at {moment(first)}"
    if at.timestamp() > last:
        return f"the last table in the store was read at {moment(last)}, and no session in it had as long to live"
    if len({holder.protocol for holder in found.holders}) < len(found.holders):
        return "the tables around that time contradict each other, or have different clients before and after"
    return "no table was read then, and no session of the one before had as long to live"


def _evidence(before: Look | None, after: Look | None) -> dict[str, Any]:
    one = before or after
    if one is None:  # a place without a table is in no store
        raise AssertionError
    return {
        "host": one.dump.host,
        "netns": one.dump.netns,
        "instance": one.dump.instance,
        "before": _table(before),
        "after": _table(after),
    }


def _table(look: Look | None) -> dict[str, Any] | None:
    if look is None:
        return None
    return {
        "began": moment(look.dump.began),
        "ended": moment(look.dump.ended),
        "sessions": [one._asdict() for one in look.sightings],
    }
