# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host in a fleet's summary, and in the file of one: a line of JSON with a digest.

A line whose digest fits is as it was written, so its content needs no second look: ten thousand hosts are read in a
moment. The digest finds damage, and is no protection against somebody who means harm.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from ..checks import Malformed, count, place
from .host_part import as_plain, check_part, pack

HostKey = tuple[str, str]
"""The inventory's name of a host, and its identity where the facts have one (else empty)."""

_DIGEST_OCTETS = 16
_BEFORE_DIGEST, _AFTER_DIGEST = b',"digest":"', b'","part":'


class HostEntry(NamedTuple):
    """What is kept of a host.

    :ivar answers: how often the host answered; each time but one it was superseded.
    :ivar gathered_at: empty where it did not answer.
    :ivar packed: see `host_part.pack`.
    """

    answers: int
    gathered_at: str
    packed: bytes

    @property
    def answered(self) -> bool:
        """Whether there are facts."""
        return bool(self.gathered_at)

    def merged(self, other: HostEntry) -> HostEntry:
        """The entry of a host of which there are two: the newer answer.

        An answer is newer than none, and of two with the same time it is always the same one, whatever the order.
        """
        newer = max(self, other, key=lambda entry: entry[1:])
        return newer._replace(answers=self.answers + other.answers)


def entry_of(part: Mapping[str, Any], answers: int) -> tuple[HostKey, HostEntry]:
    """The entry of a host's part that was checked, in the form of dictionaries."""
    facts = part["facts"]
    gathered_at = "" if facts is None else str(facts["gathered_at"])
    return (str(part["host"]), str(part["identity"] or "")), HostEntry(answers, gathered_at, pack(part))


def plain_entry(key: HostKey, entry: HostEntry) -> dict[str, Any]:
    """The entry as plain data, see `entry_of_plain`."""
    head = _head(key, entry)
    return {**json.loads(head + b"}"), "digest": _digest(head, entry.packed), "part": as_plain(entry.packed)}


def entry_of_plain(plain: Mapping[str, Any]) -> tuple[HostKey, HostEntry]:
    """An entry from plain data that came from elsewhere.

    :raises Malformed: for what is none, and for what is not as it was written.
    """
    for name in ("answers", "digest", "part"):
        if name not in plain:
            raise Malformed("is missing", f".{name}")
    with place(".answers"):
        count(plain["answers"])
    with place(".part"):
        check_part(plain["part"])
    key, entry = entry_of(plain["part"], plain["answers"])
    if plain["digest"] != _digest(_head(key, entry), entry.packed):
        raise Malformed("does not fit: something was altered after this was saved", ".digest")
    return key, entry


def entry_line(key: HostKey, entry: HostEntry) -> bytes:
    """The entry as a line of JSON, without the line break: `plain_entry`, several times as fast."""
    head = _head(key, entry)
    return b"".join((head, _BEFORE_DIGEST, _digest(head, entry.packed).encode(), _AFTER_DIGEST, entry.packed, b"}"))


def entry_of_line(line: bytes) -> tuple[HostKey, HostEntry] | None:
    """The entry of a line; None unless it is as it was written."""
    head, _mark, rest = line.partition(_BEFORE_DIGEST)
    digest, _mark, part = rest.partition(_AFTER_DIGEST)
    packed = part[:-1]
    if not line.endswith(b"}}") or digest != _digest(head, packed).encode():
        return None
    fields = json.loads(head + b"}")
    return (fields["host"], fields["identity"]), HostEntry(fields["answers"], fields["gathered_at"], packed)


def _head(key: HostKey, entry: HostEntry) -> bytes:
    """The beginning of a line, without the closing brace."""
    fields = {"host": key[0], "identity": key[1], "gathered_at": entry.gathered_at, "answers": entry.answers}
    return json.dumps(fields, separators=(",", ":"))[:-1].encode("ascii")


def _digest(head: bytes, packed: bytes) -> str:
    return blake2b(head + packed, digest_size=_DIGEST_OCTETS).hexdigest()
