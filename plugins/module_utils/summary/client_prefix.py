# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions by client prefix.

Prefixes are counted packed, a few octets each, however an address is written: a summary may hold hundreds of thousands
of them, and as text each takes twice the memory.
"""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable
from itertools import repeat
from socket import AF_INET6, inet_pton

PENDING_ADDRESSES = 8192
"""Addresses that are counted before they are cut to their prefixes: a client uses an address more than once."""


def packed_prefixes(clients: Iterable[str], length: int) -> list[bytes]:
    """The octets of each address's prefix, the bits below it zero.

    :param clients: IPv6 addresses.
    :param length: bits, 1 to 128.
    :raises ValueError: for a text that is no address.
    """
    octets, bits = divmod(length, 8)
    try:
        addresses = map(inet_pton, repeat(AF_INET6), clients)
        if not bits:
            return [address[:octets] for address in addresses]
        mask = 0xFF << 8 - bits & 0xFF
        return [address[:octets] + bytes((address[octets] & mask,)) for address in addresses]
    except (OSError, ValueError) as error:
        wrong = next(client for client in clients if not _is_address(client))
        raise ValueError(f"{wrong!r} is no IPv6 address") from error


def _is_address(client: str) -> bool:
    try:
        inet_pton(AF_INET6, client)
    except (OSError, ValueError):
        return False
    return True


def prefix_text(prefix: bytes, length: int) -> str:
    """A packed prefix as it is written."""
    return str(ipaddress.IPv6Network((prefix.ljust(16, b"\0"), length)))


class ClientCounter:
    """Counts sessions by client prefix. Memory grows with the prefixes, not with the addresses in them.

    :param length: bits of a prefix.
    """

    def __init__(self, length: int) -> None:
        self.length = length
        self._pending: Counter[str] = Counter()
        self._prefixes: dict[bytes, int] = {}
        self._unnumbered = 0

    def add(self, clients: Iterable[str]) -> None:
        """Count a column of addresses, "" where the output had a name instead.

        :raises ValueError: for a text that is neither; perhaps not before the counts are looked at.
        """
        self._pending.update(clients)
        if len(self._pending) > PENDING_ADDRESSES:
            self.cut()

    def cut(self) -> None:
        """Cut what was counted so far to prefixes.

        :raises ValueError: for an address that is none.
        """
        self._unnumbered += self._pending.pop("", 0)
        known = self._prefixes
        for prefix, count in zip(packed_prefixes(self._pending, self.length), self._pending.values()):
            known[prefix] = known.get(prefix, 0) + count
        self._pending.clear()

    @property
    def prefixes(self) -> dict[bytes, int]:
        """Packed prefix to sessions."""
        self.cut()
        return self._prefixes

    @property
    def unnumbered(self) -> int:
        """Sessions whose client had a name instead of an address."""
        self.cut()
        return self._unnumbered

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ClientCounter):
            return NotImplemented
        return (self.length, self.prefixes, self.unnumbered) == (other.length, other.prefixes, other.unnumbered)

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: ClientCounter) -> ClientCounter:
        """The counts of both.

        :raises ValueError: when they cut to different lengths.
        """
        if self.length != other.length:
            raise ValueError(f"counts of /{self.length} and of /{other.length} prefixes do not add up")
        both = ClientCounter(self.length)
        both._prefixes = dict(Counter(self.prefixes) + Counter(other.prefixes))
        both._unnumbered = self.unnumbered + other.unnumbered
        return both
