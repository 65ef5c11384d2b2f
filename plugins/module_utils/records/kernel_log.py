# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of Jool's lines in the kernel's log: who got which transport address of a pool, and who lost it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import NamedTuple

from ..grammar.executor import read_rows
from ..grammar.kernel_log import KERNEL_LOG

MARKS = (b"Jool: ", b" (GMT) - ")
"""What a line has that is about a binding or a session. All others are somebody else's, or Jool's warnings."""


class LogEntry(NamedTuple):
    """One line.

    :ivar at: seconds since 1970, by the clock of the translator. Jool writes GMT, whatever the host's time zone is.
    :ivar instance: its name; "" for releases before 4.0, which do not print it.
    :ivar is_begin: whether the address was given to the client; else it was taken back.
    :ivar is_session: whether the line is about one session (`logging-session`); else about the binding (`logging-bib`).
    :ivar ipv4_remote_address: None for a binding, which is for any server.
    """

    at: int
    instance: str
    is_begin: bool
    is_session: bool
    protocol: str
    ipv6_remote_address: str
    ipv6_remote_l4_id: int
    ipv4_local_address: str
    ipv4_local_l4_id: int
    ipv4_remote_address: str | None
    ipv4_remote_l4_id: int | None


def read_log(chunks: Iterable[bytes]) -> Iterator[LogEntry]:
    """Jool's lines of a log, in its order, whatever else is in it.

    :param chunks: of a file or of ``journalctl -k``; the last line may lack its end, as a log is still written to.
    :raises UnknownLine: for a line of Jool that was cut or changed; its number counts Jool's lines.
    :raises ValueError: for a date or a time that is none.
    """
    for row in read_rows(KERNEL_LOG, _of_jool(chunks)):
        is_session = row["ACTION"].endswith("session")
        yield LogEntry(
            at=_seconds(row["DATE"], row["TIME"]),
            instance=row["INSTANCE"],
            is_begin=not row["ACTION"].startswith("Forgot"),
            is_session=is_session,
            protocol=row["PROTOCOL"].lower(),
            ipv6_remote_address=row["IPV6_REMOTE_ADDRESS"],
            ipv6_remote_l4_id=int(row["IPV6_REMOTE_L4_ID"]),
            ipv4_local_address=row["IPV4_LOCAL_ADDRESS"],
            ipv4_local_l4_id=int(row["IPV4_LOCAL_L4_ID"]),
            ipv4_remote_address=row["IPV4_REMOTE_ADDRESS"] if is_session else None,
            ipv4_remote_l4_id=int(row["IPV4_REMOTE_L4_ID"]) if is_session else None,
        )


def _of_jool(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of bindings and sessions alone."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield b"".join(line + b"\n" for line in lines if _is_ours(line))
    if _is_ours(rest):
        yield rest + b"\n"


def _is_ours(line: bytes) -> bool:
    return all(mark in line for mark in MARKS)


def _seconds(date: str, time: str) -> int:
    """:raises ValueError: for a date or a time that is none."""
    year, month, day, hour, minute, second = map(int, (*date.split("/"), *time.split(":")))
    try:
        return int(datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc).timestamp())
    except (OverflowError, ValueError) as error:
        raise ValueError(f"'{date} {time}' is no time: {error}") from error
