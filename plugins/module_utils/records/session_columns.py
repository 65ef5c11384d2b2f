# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Columns of session rows, converted a whole column at a time.

The same records as `records.session.session_from_row` makes row by row; where a row has a name in place of a number, or
a time in words, the rows of its block go that way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat

from ..grammar.columns import Columns
from .clock_column import clock_seconds
from .session import Session, session_from_row
from .span import read_span

L4_IDS = ("IPV6_REMOTE_L4_ID", "IPV6_LOCAL_L4_ID", "IPV4_LOCAL_L4_ID", "IPV4_REMOTE_L4_ID")
NAMES = ("IPV6_REMOTE_NAME", "IPV6_REMOTE_SERVICE", "IPV4_REMOTE_NAME", "IPV4_REMOTE_SERVICE")

_AFTER_STATE = Session._fields.index("state") + 1
_NO_NAMES = (None,) * len(NAMES)
_RESOLUTION = 0.001
"""Seconds, of times on a clock."""

_LEADING_ZERO = re.compile(" 0[0-9]")

Texts = tuple[Sequence[object], ...]
"""Columns of a record up to `expires_in`, as texts or numbers that are written alike, and that of `state` ("" where
there is none)."""


def records(columns: Columns, protocols: Sequence[str]) -> Iterator[Session]:
    """The rows as records.

    :param protocols: of each row.
    """
    named = dict(zip(columns.names, columns.values))
    times = None if _named(named) else clock_seconds(named["EXPIRES_IN"])
    if times is None:
        return (session_from_row(row, protocol) for row, protocol in zip(columns.rows(), protocols))
    server_l4_ids = list(map(int, named["IPV4_REMOTE_L4_ID"]))
    # But for ICMP, a server's port is the same on both sides.
    same = named["IPV6_LOCAL_L4_ID"] == named["IPV4_REMOTE_L4_ID"]
    fields: tuple[Iterable[object], ...] = (
        protocols,
        named["IPV6_REMOTE_ADDRESS"],
        map(int, named["IPV6_REMOTE_L4_ID"]),
        named["IPV6_LOCAL_ADDRESS"],
        server_l4_ids if same else map(int, named["IPV6_LOCAL_L4_ID"]),
        named["IPV4_LOCAL_ADDRESS"],
        map(int, named["IPV4_LOCAL_L4_ID"]),
        named["IPV4_REMOTE_ADDRESS"],
        server_l4_ids,
        times,
        repeat(_RESOLUTION),
        named["STATE"] if all(named["STATE"]) else (state or None for state in named["STATE"]),
        *(repeat(None),) * 4,
    )
    # What Session._make does, without looking at the length each time: zip gives as many as there are fields.
    return map(partial(tuple.__new__, Session), zip(*fields))


def texts(columns: Columns, protocols: Sequence[str]) -> Texts | None:
    """Columns that can be written without a look at each row.

    :param protocols: of each row.
    :returns: None where a row has a name, a time in words, or a number with a leading zero.
    """
    named = dict(zip(columns.names, columns.values))
    times = None if _named(named) else clock_seconds(named["EXPIRES_IN"])
    if times is None or any(_LEADING_ZERO.search(f" {' '.join(named[name])}") for name in L4_IDS):
        return None
    return (
        protocols,
        named["IPV6_REMOTE_ADDRESS"],
        named["IPV6_REMOTE_L4_ID"],
        named["IPV6_LOCAL_ADDRESS"],
        named["IPV6_LOCAL_L4_ID"],
        named["IPV4_LOCAL_ADDRESS"],
        named["IPV4_LOCAL_L4_ID"],
        named["IPV4_REMOTE_ADDRESS"],
        named["IPV4_REMOTE_L4_ID"],
        list(map(repr, times)),
        named["STATE"],
    )


def texts_of_sessions(sessions: Sequence[Session]) -> Texts | None:
    """The same of records.

    :returns: None where a record has a name, or a time that was printed less finely.
    """
    if not sessions or any(session[_AFTER_STATE:] != _NO_NAMES for session in sessions):
        return None
    *numbers, expires_in, resolutions, states = zip(*(session[:_AFTER_STATE] for session in sessions))
    return (*numbers, expires_in, [state or "" for state in states]) if set(resolutions) == {_RESOLUTION} else None


def seconds(times: Sequence[str]) -> list[float]:
    """The seconds of times in any notation; see `records.span`."""
    known = clock_seconds(times)
    return [read_span(time).seconds for time in times] if known is None else known


def _named(columns: Mapping[str, Sequence[str]]) -> bool:
    """Whether a name stands somewhere where a number can."""
    return any(any(columns[name]) for name in NAMES)
