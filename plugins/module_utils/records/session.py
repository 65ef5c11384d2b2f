# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session records: one shape for every release and format.

The field names are Jool's CSV columns in snake_case. In the terms of RFC 6146: (ipv6_remote, ipv6_local) is the session
entry's (X',x),(Y',y) and (ipv4_local, ipv4_remote) its (T,t),(Z,z); RFC 8512 and RFC 7659 say internal and external.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..grammar import session as templates
from ..grammar.executor import read_rows
from .span import read_span

PROTOCOLS = ("tcp", "udp", "icmp")
"""In the order in which Jool 3.x prints its sections."""

STATES = (
    "ESTABLISHED",
    "V4_INIT",
    "V6_INIT",
    "V4_FIN_RCV",
    "V6_FIN_RCV",
    "V4_FIN_V6_FIN_RCV",
    "TRANS",
    "CLOSED",
    "UNKNOWN",
)
"""Of TCP (RFC 6146 3.5.2.2). CLOSED is printed by 3.2.0 to 3.4.6 only, UNKNOWN is Jool's own fallback."""

HIGHEST_L4_ID = 65535
"""Of a port and of an ICMP identifier: both have 16 bits."""


class Session(NamedTuple):
    """One row of the session table.

    L4-IDs are ports, or the identifier for ICMP. Where the output had a resolved name instead of an address or L4-ID,
    that field is None and the name is in one of the ``_name`` and ``_service`` fields.

    :ivar protocol: ``tcp``, ``udp`` or ``icmp``.
    :ivar expires_in: seconds.
    :ivar expires_in_resolution: seconds; how fine `expires_in` was printed (0.001, but 60 for a 3.x console entry of
        more than an hour). The true value lies less than this above `expires_in`.
    :ivar state: Jool's word; None for UDP and ICMP, and for TCP in the console of 3.1, which does not print it.
    """

    protocol: str
    ipv6_remote_address: str | None
    ipv6_remote_l4_id: int | None
    ipv6_local_address: str
    ipv6_local_l4_id: int
    ipv4_local_address: str
    ipv4_local_l4_id: int
    ipv4_remote_address: str | None
    ipv4_remote_l4_id: int | None
    expires_in: float
    expires_in_resolution: float
    state: str | None
    ipv6_remote_name: str | None = None
    ipv6_remote_service: str | None = None
    ipv4_remote_name: str | None = None
    ipv4_remote_service: str | None = None


class FollowedSession(NamedTuple):
    """One line of ``session follow`` (4.1.13 and later): an update, never the end of a session."""

    protocol: str
    ipv6_remote_address: str
    ipv6_remote_l4_id: int
    ipv4_local_address: str
    ipv4_local_l4_id: int
    ipv4_remote_address: str
    ipv4_remote_l4_id: int
    expires_in: float


class SectionCountMismatch(ValueError):
    """A section's footer counts other rows than were printed."""

    def __init__(self, protocol: str, printed: int, counted: int) -> None:
        super().__init__(f"the {protocol} section has {printed} rows, its footer says {counted}")


class ProtocolUnknown(ValueError):
    """Console output of 4.x does not say which protocol it is of, and the caller did not."""


def session_from_row(row: dict[str, str], protocol: str | None = None) -> Session:
    """Turn a row of the CSV or console template into a record.

    :param protocol: the protocol that was asked for, for output that does not name it.
    :raises ProtocolUnknown: where neither the row nor the caller names the protocol. A state gives TCP away.
    """
    named = row["PROTOCOL"].lower() or protocol or ("tcp" if row["STATE"] else "")
    if not named:
        raise ProtocolUnknown(
            f"an entry for {row['IPV4_LOCAL_ADDRESS']}#{row['IPV4_LOCAL_L4_ID']} names no protocol, nor does the caller"
        )
    expires = read_span(row["EXPIRES_IN"])
    return Session(
        protocol=named,
        ipv6_remote_address=row["IPV6_REMOTE_ADDRESS"] or None,
        ipv6_remote_l4_id=_l4_id(row["IPV6_REMOTE_L4_ID"]),
        ipv6_local_address=row["IPV6_LOCAL_ADDRESS"],
        ipv6_local_l4_id=int(row["IPV6_LOCAL_L4_ID"]),
        ipv4_local_address=row["IPV4_LOCAL_ADDRESS"],
        ipv4_local_l4_id=int(row["IPV4_LOCAL_L4_ID"]),
        ipv4_remote_address=row["IPV4_REMOTE_ADDRESS"] or None,
        ipv4_remote_l4_id=_l4_id(row["IPV4_REMOTE_L4_ID"]),
        expires_in=expires.seconds,
        expires_in_resolution=expires.resolution,
        state=row["STATE"] or None,
        ipv6_remote_name=row["IPV6_REMOTE_NAME"] or None,
        ipv6_remote_service=row["IPV6_REMOTE_SERVICE"] or None,
        ipv4_remote_name=row["IPV4_REMOTE_NAME"] or None,
        ipv4_remote_service=row["IPV4_REMOTE_SERVICE"] or None,
    )


def _l4_id(text: str) -> int | None:
    return int(text) if text else None


def read_counts(chunks: Iterable[bytes], protocols: Iterable[str]) -> dict[str, int]:
    """The numbers of ``--session --count`` (3.1 to 3.5).

    :param protocols: those that were asked for: 3.5 prints bare numbers in the order of `PROTOCOLS`.
    :returns: protocol to number of sessions.
    :raises GrammarError: see `grammar.executor.read_rows`.
    :raises ValueError: when there are not as many numbers as protocols.
    """
    asked = [protocol for protocol in PROTOCOLS if protocol in set(protocols)]
    rows = list(read_rows(templates.COUNT, chunks))
    counts = {
        row["PROTOCOL"].lower() or position: int(row["COUNT"]) for row, position in zip(rows, asked + [""] * len(rows))
    }
    if len(rows) != len(asked) or sorted(counts) != sorted(asked):
        raise ValueError(f"counts of {', '.join(asked)} were asked for, {len(rows)} numbers came")
    return counts


def read_follow(chunks: Iterable[bytes]) -> Iterator[FollowedSession]:
    """The lines of ``session follow``.

    :raises GrammarError: see `grammar.executor.read_rows`.
    """
    for row in read_rows(templates.FOLLOW, chunks):
        yield FollowedSession(
            protocol=row["PROTOCOL"].lower(),
            ipv6_remote_address=row["IPV6_REMOTE_ADDRESS"],
            ipv6_remote_l4_id=int(row["IPV6_REMOTE_L4_ID"]),
            ipv4_local_address=row["IPV4_LOCAL_ADDRESS"],
            ipv4_local_l4_id=int(row["IPV4_LOCAL_L4_ID"]),
            ipv4_remote_address=row["IPV4_REMOTE_ADDRESS"],
            ipv4_remote_l4_id=int(row["IPV4_REMOTE_L4_ID"]),
            expires_in=read_span(row["EXPIRES_IN"]).seconds,
        )
