# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which failures another try may mend, and how long to wait before it."""

from __future__ import annotations

import random
import socket

from ..errors import ConnectionFailed, ConnectionLost, JoolError

LONGEST_SECONDS = 60.0
"""Nobody waits longer than this between two tries, before chance is added."""

FACTOR = 2.0

_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def may_mend(error: JoolError) -> bool:
    """Whether asking again may end otherwise.

    A host that refuses a key or a command refuses it the next time, too, and is only made to count failed logins. What
    took too long would take too long again.
    """
    if isinstance(error, ConnectionLost):
        return True
    if not isinstance(error, ConnectionFailed):
        return False
    cause = error.__cause__
    if isinstance(cause, socket.gaierror):
        return cause.errno not in _NO_SUCH_NAME  # EAI_AGAIN: the name server did not answer
    # ValueError: arguments or a configuration that cannot be read. None: a loop of jump hosts.
    return cause is not None and not isinstance(cause, ValueError)


def pause(failed_tries: int, first_seconds: float, chance: random.Random) -> float:
    """Seconds before the next try.

    :param failed_tries: so far, at least 1.
    :param first_seconds: before the second try.
    :param chance: spreads hosts that failed together (a router between, MaxStartups of sshd) over half of the time.
    """
    longest = min(first_seconds * FACTOR ** min(failed_tries - 1, 32), max(first_seconds, LONGEST_SECONDS))
    return longest * (0.5 + chance.random() / 2)
