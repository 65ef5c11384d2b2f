# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which sessions a table holds, in a few kilobytes: so that the tables of two translators compare without their rows.

Each session falls into one of `BUCKETS` by a CRC-32 of what is the same on every translator that has it: protocol,
client, pool4 transport address, server. A bucket keeps how many there are and the sum of their CRCs.
"""

from __future__ import annotations

import base64
import binascii
import struct
from array import array
from collections import Counter
from typing import NamedTuple
from zlib import crc32

from ..records.session_block import SessionBlock

BUCKETS = 512
"""A power of 2. An estimate of how many sessions differ is within 6 % of it in two cases of three (√(2 / BUCKETS))."""

_MODULUS = 1 << 32
_LAYOUT = struct.Struct(f"<{BUCKETS}I{BUCKETS}I")


class Difference(NamedTuple):
    """How many sessions are in one of two tables only.

    :ivar at_least: this many for certain; 0 when the tables are the same (but for one chance in 2^32).
    :ivar about: an estimate, never less.
    """

    at_least: int
    about: int


class SessionFingerprint:
    """Counts sessions by bucket.

    :ivar nameless: whether every session showed numbers; names of others cannot be compared.
    """

    def __init__(self) -> None:
        self.nameless = True
        self._counts = [0] * BUCKETS
        self._sums = [0] * BUCKETS

    def add_block(self, block: SessionBlock) -> None:
        """Count many sessions."""
        columns = (
            block.protocols,
            block.clients,
            block.pool4_addresses,
            block.pool4_l4_ids,
            block.servers,
            block.server_l4_ids,
        )
        if any("" in column for column in columns):
            self.nameless = False
        codes = list(map(crc32, map(str.encode, map(" ".join, zip(*columns)))))
        for bucket, number in Counter(map((BUCKETS - 1).__and__, codes)).items():
            self._counts[bucket] += number
        sums = self._sums
        for code in codes:
            sums[code & BUCKETS - 1] += code

    def text(self) -> str | None:
        """The fingerprint for a file, always of the same length; None where names were among the sessions."""
        if not self.nameless:
            return None
        sums = (total % _MODULUS for total in self._sums)
        return base64.b64encode(_LAYOUT.pack(*self._counts, *sums)).decode("ascii")


def difference(one: str, other: str) -> Difference:
    """Compare the tables that two fingerprints are of.

    :raises ValueError: when one is none.
    """
    (counts, sums), (other_counts, other_sums) = map(_parsed, (one, other))
    gaps = [here - there for here, there in zip(counts, other_counts)]
    # As many here as there, and not the same: at least one of each is alone.
    at_least = sum(abs(gap) or 2 * (here != there) for gap, here, there in zip(gaps, sums, other_sums))
    # A bucket's gap is a sum of ones with a sign for each session that is alone: the mean square of such sums is their
    # number, when what all of them have in common is taken away.
    common = sum(gaps) ** 2 / BUCKETS
    about = (sum(gap * gap for gap in gaps) - common) / (1 - 1 / BUCKETS)
    return Difference(at_least, max(at_least, round(about)))


def sessions_of(text: str) -> int:
    """How many sessions a fingerprint is of.

    :raises ValueError: when it is none.
    """
    return sum(_parsed(text)[0])


def _parsed(text: str) -> tuple[array[int], array[int]]:
    try:
        packed = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no fingerprint of sessions: it is not in base64") from error
    if len(packed) != _LAYOUT.size:
        raise ValueError(f"no fingerprint of sessions: it has {len(packed)} bytes and not {_LAYOUT.size}")
    numbers = array("L", _LAYOUT.unpack(packed))
    return numbers[:BUCKETS], numbers[BUCKETS:]
