# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How clients are shown: as they are, cut to a shorter prefix, or under pseudonyms."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b

from ..summary.client_prefix import prefix_numbers, prefix_text
from .options import FleetOptions
from .top_counts import TopCounts

PSEUDONYM_OCTETS = 8
"""Of a pseudonym. Two of a million clients get the same one with a probability of one in thirty million."""

_LONGEST_KEY = 64
"""Octets that BLAKE2b takes for a key."""


def shorter_prefix(length: int) -> Callable[[str], str]:
    """What cuts client prefixes to a length that none of them is below.

    :returns: a function from a prefix as text to its first bits, as text.
    """
    texts: dict[int, str] = {}

    def shorten(prefix: str) -> str:
        (number,) = prefix_numbers((prefix.partition("/")[0],), length)
        if number not in texts:
            texts[number] = prefix_text(number, length)
        return texts[number]

    return shorten


def cut_clients(clients: TopCounts, length: int, options: FleetOptions) -> tuple[TopCounts, int]:
    """The clients as they may be counted, and the length of their prefixes.

    :param length: of the prefixes that they were counted by.
    """
    if options.client_privacy != "prefix" or options.client_prefix_length >= length:
        return clients, length
    return clients.regrouped(shorter_prefix(options.client_prefix_length)), options.client_prefix_length


def displayed_client(prefix: str, length: int, options: FleetOptions) -> str:
    """A client of one host's list as it may be shown.

    :param length: of the prefix.
    """
    if options.client_privacy == "prefix" and options.client_prefix_length < length:
        return shorter_prefix(options.client_prefix_length)(prefix)
    return shown_client(prefix, options)


def shown_client(prefix: str, options: FleetOptions) -> str:
    """A client as it may be shown."""
    if options.client_privacy != "pseudonym":
        return prefix
    key = options.pseudonym_key.encode("utf-8", "surrogateescape")
    if len(key) > _LONGEST_KEY:
        key = blake2b(key).digest()
    return f"client-{blake2b(prefix.encode(), digest_size=PSEUDONYM_OCTETS, key=key).hexdigest()}"
