# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who held a transport address at a time: what tables of before and after can tell, and what they cannot.

A table says who held an address when it was read. Of another time it says something only as far as a session cannot
have ended sooner. Everything else is no answer but a list of those who may have been it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..store.finding import Sighting, StoredDump

TRANSITORY_SECONDS = 240.0
"""How long a TCP session stays at least after both ends have closed it, or one has reset it (RFC 6146 section 4,
TCP_TRANS; Jool's default). A session that is seen has as long to live, or what it had left if that was less."""

KNOWN, NOBODY, OUTSIDE, UNKNOWN = "known", "nobody", "outside_pools", "unknown"

READ, LASTING, BOTH = "in_table", "lasting", "before_and_after"
"""Why a holder is known: its session was read then; it had longer to live when it was read; it was there on both
sides."""


class Holder(NamedTuple):
    """A client's binding: one line of the BIB (RFC 6146 section 3.1)."""

    protocol: str
    ipv6_remote_address: str
    ipv6_remote_l4_id: int


@dataclass(frozen=True)
class Look:
    """What one dump says of the address."""

    dump: StoredDump
    sightings: Sequence[Sighting]

    def holders(self) -> dict[Holder, list[Sighting]]:
        """The bindings, and the sessions that use each. There is one a protocol, unless tables were read for long."""
        found: dict[Holder, list[Sighting]] = {}
        for sighting in self.sightings:
            holder = Holder(sighting.protocol, sighting.ipv6_remote_address, sighting.ipv6_remote_l4_id)
            found.setdefault(holder, []).append(sighting)
        return found

    def covers(self, at: float) -> bool:
        """Whether the table was being read at that time."""
        return self.dump.began <= at <= self.dump.ended


@dataclass(frozen=True)
class Verdict:
    """What can be said.

    :ivar word: `KNOWN`, `NOBODY`, `UNKNOWN`, or `OUTSIDE`: the address is in no pool that is known of.
    :ivar holders: who it was, or who it may have been.
    :ivar reasons: why each of them is known, in their order; empty where it is not.
    """

    word: str
    holders: tuple[Holder, ...] = ()
    reasons: tuple[str, ...] = ()


def lasts_until(dump: StoredDump, sessions: Iterable[Sighting]) -> float:
    """Until when a binding cannot have ended by itself: as long as one of its sessions has to live.

    Reading takes time: a session was printed after the reading began, and this counts from there.
    """
    return dump.began + max(
        min(one.expires_in, TRANSITORY_SECONDS) if one.protocol == "tcp" else one.expires_in for one in sessions
    )


def verdict(before: Look | None, after: Look | None, at: float) -> Verdict:
    """What one instance's tables say.

    :param before: the last that was begun by that time.
    :param after: the first that was begun later.
    """
    earlier = before.holders() if before else {}
    later = after.holders() if after else {}
    known: dict[Holder, str] = {}
    for holder, sessions in earlier.items():
        if before is not None and before.covers(at):
            known[holder] = READ
        elif before is not None and at <= lasts_until(before.dump, sessions):
            known[holder] = LASTING
        elif holder in later:
            known[holder] = BOTH
    if known:
        return Verdict(KNOWN, tuple(known), tuple(known.values()))
    if before is not None and before.covers(at):
        return Verdict(NOBODY)
    return Verdict(UNKNOWN, tuple(dict.fromkeys((*earlier, *later))))


def of_all(verdicts: Iterable[Verdict]) -> Verdict:
    """What the instances of a pool say together: members of a synchronised pair hold the same sessions.

    Holders of one protocol that contradict each other make none of them known.
    """
    found = list(verdicts)
    known = {
        holder: reason
        for one in found
        if one.word == KNOWN
        for holder, reason in zip(one.holders, one.reasons)
    }  # fmt: skip
    if known and len({holder.protocol for holder in known}) == len(known):
        return Verdict(KNOWN, tuple(known), tuple(known.values()))
    if found and all(one.word == NOBODY for one in found):
        return Verdict(NOBODY)
    return Verdict(UNKNOWN, tuple(dict.fromkeys(holder for one in found for holder in one.holders)))
