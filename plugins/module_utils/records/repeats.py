# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows that old releases print more than once.

Releases 3.1.5 to 3.3.1 ask for the next part of a table by pool4 address alone, so that a part that ends among the
sessions of an address is followed by all sessions of that address, from its first; with more of them than one reply
holds the dump never ends (NICMx/Jool#147).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .session import Session
from .session_block import SessionBlock


class RowsRepeatForEver(Exception):
    """A session was printed for the third time: this dump has no end."""


def skip_repeats(blocks: Iterable[SessionBlock], notice: Callable[[str], None]) -> Iterator[SessionBlock]:
    """Each session once. Holds the keys of one pool4 address at a time.

    :param notice: told in a sentence when the table has ended and rows were left out.
    :raises RowsRepeatForEver: when a row comes for the third time.
    """
    seen = _Seen()
    for block in blocks:
        yield SessionBlock.of_sessions([session for session in block.sessions() if seen.is_new(session)])
    if seen.skipped:
        notice(
            f"This release prints some sessions twice (NICMx/Jool#147): {seen.skipped} repeated rows were counted once."
        )


class _Seen:
    """The sessions of the pool4 address that is being printed, and how often each came."""

    def __init__(self) -> None:
        self.skipped = 0
        self._group: tuple[str, str] | None = None
        self._times: dict[tuple[object, ...], int] = {}

    def is_new(self, session: Session) -> bool:
        if self._group != (session.protocol, session.ipv4_local_address):
            self._group = (session.protocol, session.ipv4_local_address)
            self._times.clear()
        key = (
            session.ipv4_local_l4_id,
            session.ipv4_remote_address or session.ipv4_remote_name,
            session.ipv4_remote_l4_id if session.ipv4_remote_service is None else session.ipv4_remote_service,
        )
        times = self._times[key] = self._times.get(key, 0) + 1
        if times > 2:
            raise RowsRepeatForEver(
                f"the session of {session.protocol} {session.ipv4_local_address}#{session.ipv4_local_l4_id}"
                " came for the third time"
            )
        self.skipped += times == 2
        return times == 1
