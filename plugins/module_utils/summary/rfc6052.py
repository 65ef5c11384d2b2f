# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the address that a client knows a server by holds the server's own, as RFC 6052 2.2 says.

A row for which this is not so was damaged on its way, or belongs to another pool6.
"""

from __future__ import annotations

from collections import Counter
from ipaddress import IPv6Network
from socket import AF_INET6, inet_aton, inet_pton

from ..records.session_block import SessionBlock

PREFIX_LENGTHS = (32, 40, 48, 56, 64, 96)
"""RFC 6052 2.2."""


def embed(prefix: IPv6Network, server: bytes) -> bytes:
    """The IPv6 address, packed, that stands for an IPv4 address.

    :param prefix: of one of `PREFIX_LENGTHS`.
    :param server: the IPv4 address, packed.
    """
    octets = prefix.prefixlen // 8
    # The octet with bits 64 to 71 is zero and is left out (RFC 6052 2.2).
    before = 4 if octets == 12 else 8 - octets
    head = prefix.network_address.packed[:octets] + server[:before]
    tail = b"" if octets == 12 else b"\0" + server[before:]
    return (head + tail).ljust(16, b"\0")


class EmbeddingCheck:
    """Counts rows that keep RFC 6052, and those that do not.

    :param pool6: the translator's prefix.
    :ivar checked: rows that were looked at: those that show the server's address and not a name.
    :ivar mismatched: rows of them whose two addresses do not belong together.
    :raises ValueError: for a prefix of another length than `PREFIX_LENGTHS`.
    """

    def __init__(self, pool6: str) -> None:
        self.pool6 = IPv6Network(pool6)
        if self.pool6.prefixlen not in PREFIX_LENGTHS:
            raise ValueError(f"{pool6} is no prefix for RFC 6052, which knows the lengths {PREFIX_LENGTHS}")
        self.checked = 0
        self.mismatched = 0

    def add_block(self, block: SessionBlock) -> None:
        """Look at many sessions."""
        for (mapped, server), count in Counter(zip(block.mapped_servers, block.servers)).items():
            if server:
                self.checked += count
                self.mismatched += 0 if self._belong(mapped, server) else count

    def _belong(self, mapped: str, server: str) -> bool:
        try:
            return inet_pton(AF_INET6, mapped) == embed(self.pool6, inet_aton(server))
        except OSError:
            return False
