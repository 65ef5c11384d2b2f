# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Client prefixes as they are counted: packed, a few octets each, however an address is written.

A summary may hold hundreds of thousands of them, and as text each takes twice the memory.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from socket import AF_INET6, inet_pton
from typing import Optional

Cutter = Callable[[str], Optional[bytes]]


@lru_cache
def prefix_cutter(length: int) -> Cutter:
    """What cuts a client's address to its prefix.

    :param length: bits, 1 to 128.
    :returns: a function from an address to the octets of its prefix, the bits below it zero; None for "", where the
        output had a name. It raises ValueError for any other text.
    """
    octets = -(-length // 8)
    mask = (0xFF << (8 * octets - length)) & 0xFF
    whole = mask == 0xFF

    def cut(client: str) -> bytes | None:
        try:
            prefix = inet_pton(AF_INET6, client)[:octets]
        except (OSError, ValueError) as error:
            if client:
                raise ValueError(f"{client!r} is no IPv6 address") from error
            return None
        return prefix if whole else prefix[:-1] + bytes((prefix[-1] & mask,))

    return cut


def prefix_text(prefix: bytes, length: int) -> str:
    """A packed prefix as it is written."""
    return str(ipaddress.IPv6Network((prefix.ljust(16, b"\0"), length)))
