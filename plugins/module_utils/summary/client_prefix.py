# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions by client prefix.

Prefixes are counted as numbers, however an address is written: a summary may hold hundreds of thousands of them, and as
text each takes twice the memory.
"""

from __future__ import annotations

import ipaddress
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from socket import AF_INET6, inet_pton

ADDRESS_BITS = 128
HALF_BITS = 64
"""What a number of an array holds: prefixes up to here are cut a whole column at a time."""

GROUP_BITS = 16
SUBNET_BITS = 64
"""What the first four groups of an address say."""

TEXTS_HELD = 65_536
"""Subnets that are counted as texts, which is quicker than to make a number of each session's; as texts they take more
memory. Where there are more of them, all become numbers, and the others at once."""

TEXTS_AT_A_TIME = 256


def prefix_numbers(clients: Sequence[str], length: int) -> Sequence[int]:
    """The first bits of each address, as a number.

    :param clients: IPv6 addresses.
    :param length: bits, 1 to 128.
    :raises ValueError: for a text that is no address.
    """
    try:
        octets = b"".join(map(inet_pton, repeat(AF_INET6), clients))
    except (OSError, ValueError) as error:
        wrong = next(client for client in clients if not _is_address(client))
        raise ValueError(f"{wrong!r} is no IPv6 address") from error
    if length > HALF_BITS:
        size, rest = ADDRESS_BITS // 8, ADDRESS_BITS - length
        return [int.from_bytes(octets[at : at + size], "big") >> rest for at in range(0, len(octets), size)]
    halves = array("Q", octets)
    if sys.byteorder == "little":
        halves.byteswap()
    rest = HALF_BITS - length
    return [half >> rest for half in halves[::2]] if rest else halves[::2]


def _whole(text: str) -> str:
    """An address of the subnet that a text names (see `records.session_block.SessionBlock.clients`), or the text."""
    is_subnet = text.count(":") == SUBNET_BITS // GROUP_BITS and text.endswith(":") and "::" not in text
    return f"{text}:" if is_subnet else text


def _is_address(client: str) -> bool:
    try:
        inet_pton(AF_INET6, client)
    except (OSError, ValueError):
        return False
    return True


def prefix_text(number: int, length: int) -> str:
    """A prefix as it is written."""
    return str(ipaddress.IPv6Network((number << ADDRESS_BITS - length, length)))


class ClientCounter:
    """Counts sessions by client prefix. Memory grows with the prefixes, not with the addresses in them.

    :ivar length: bits of a prefix.
    :ivar unnumbered: sessions whose client had a name instead of an address.
    """

    def __init__(self, length: int) -> None:
        self.length = length
        self.unnumbered = 0
        self._prefixes: Counter[int] = Counter()
        self._texts: Counter[str] = Counter()
        self._too_many = False

    @property
    def prefixes(self) -> Counter[int]:
        """Number of a prefix (see `prefix_numbers`) to sessions.

        :raises ValueError: see `settle`.
        """
        self.settle()
        return self._prefixes

    def add(self, clients: Sequence[str]) -> None:
        """Count a column of addresses, "" where the output had a name instead.

        :raises ValueError: for a text that is neither.
        """
        self._prefixes.update(prefix_numbers(self._numbered(clients), self.length))

    def add_subnets(self, texts: Sequence[str]) -> None:
        """The same, where an address may be cut behind the colon of its fourth group; for prefixes up to there.

        :raises ValueError: for a text that is neither, here or in `settle`.
        """
        if self._too_many:
            self.add([_whole(text) for text in texts])
            return
        self._texts.update(texts)
        self.unnumbered += self._texts.pop("", 0)
        if len(self._texts) > TEXTS_HELD:
            self._too_many = True
            self.settle()

    def settle(self) -> None:
        """Make numbers of the texts so far.

        :raises ValueError: for one that is no address.
        """
        texts, sessions = list(self._texts), list(self._texts.values())
        self._texts.clear()
        found = self._prefixes.get
        while texts:
            # The last ones first, and some at a time: what was a text makes room for the numbers.
            numbers = prefix_numbers([_whole(text) for text in texts[-TEXTS_AT_A_TIME:]], self.length)
            for number, count in zip(numbers, sessions[-TEXTS_AT_A_TIME:]):
                self._prefixes[number] = found(number, 0) + count
            del texts[-TEXTS_AT_A_TIME:], sessions[-TEXTS_AT_A_TIME:]

    def _numbered(self, clients: Sequence[str]) -> Sequence[str]:
        if all(clients):
            return clients
        numbered = [client for client in clients if client]
        self.unnumbered += len(clients) - len(numbered)
        return numbered

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
        both._prefixes = self.prefixes + other.prefixes
        both.unnumbered = self.unnumbered + other.unnumbered
        return both
