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


class RowsRepeatForEver(Exception):
    """A session was printed for the third time: this dump has no end."""


def skip_repeats(sessions: Iterable[Session], notice: Callable[[str], None]) -> Iterator[Session]:
    """Each session once. Holds the keys of one pool4 address at a time.

    :param notice: told in a sentence when the table has ended and rows were left out.
    :raises RowsRepeatForEver: when a row comes for the third time.
    """
    group: tuple[str, str] | None = None
    times: dict[tuple[object, ...], int] = {}
    skipped = 0
    for session in sessions:
        if group != (session.protocol, session.ipv4_local_address):
            group = (session.protocol, session.ipv4_local_address)
            times.clear()
        key = (
            session.ipv4_local_l4_id,
            session.ipv4_remote_address or session.ipv4_remote_name,
            session.ipv4_remote_l4_id if session.ipv4_remote_service is None else session.ipv4_remote_service,
        )
        times[key] = times.get(key, 0) + 1
        if times[key] == 1:
            yield session
        elif times[key] == 2:
            skipped += 1
        else:
            raise RowsRepeatForEver(
                f"the session of {session.protocol} {session.ipv4_local_address}#{session.ipv4_local_l4_id}"
                " came for the third time"
            )
    if skipped:
        notice(f"This release prints some sessions twice (NICMx/Jool#147): {skipped} repeated rows were counted once.")
