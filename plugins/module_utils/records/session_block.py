# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many sessions at a time, column by column: counting looks at a few columns and makes no record.

A block is some rows of one output, in its order. What is only counted is never converted; records are made when they
are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import repeat

from ..grammar import session as templates
from ..grammar.executor import Columns, read_columns
from .session import HIGHEST_L4_ID, IPV4, IPV6, ProtocolUnknown, SectionCountMismatch, Session, session_from_row

COUNTED = frozenset(
    ("PROTOCOL", "STATE", "IPV6_REMOTE_ADDRESS", "IPV4_LOCAL_ADDRESS", "IPV4_LOCAL_L4_ID", "RESOLVER_ERROR", "COUNT")
)
"""The columns that counting looks at; where nobody wants records, the others are matched and not kept."""

_CLOCK_MILLISECONDS: dict[str, int] = {}
_CLOCKS_KEPT = 100_000
"""Distinct times of day that are kept; two hours of timeouts have 7,200."""


@dataclass(frozen=True)
class SessionBlock:
    """Some sessions of a table.

    :ivar protocols: of each session, lower-case.
    :ivar states: Jool's word; "" where there is none.
    :ivar clients: the IPv6 address of each client; "" where the output had a name instead.
    :ivar pool4_addresses: of each session.
    :ivar pool4_l4_ids: of each session, as text.
    """

    protocols: Sequence[str]
    states: Sequence[str]
    clients: Sequence[str]
    pool4_addresses: Sequence[str]
    pool4_l4_ids: Sequence[str]
    _records: Callable[[], Iterator[Session]]

    def __len__(self) -> int:
        """The number of sessions."""
        return len(self.protocols)

    def sessions(self) -> Iterator[Session]:
        """The records."""
        return self._records()

    def of_protocols(self, protocols: Sequence[str]) -> SessionBlock:
        """The sessions of these protocols."""
        if set(self.protocols) <= set(protocols):
            return self
        return self.that(lambda session: session.protocol in protocols)

    def that(self, matches: Callable[[Session], bool]) -> SessionBlock:
        """The sessions that fulfil a condition."""
        return self.of_sessions([session for session in self.sessions() if matches(session)])

    @classmethod
    def of_sessions(cls, sessions: Sequence[Session]) -> SessionBlock:
        """A block of records that are there already."""
        return cls(
            protocols=[session.protocol for session in sessions],
            states=[session.state or "" for session in sessions],
            clients=[session.ipv6_remote_address or "" for session in sessions],
            pool4_addresses=[session.ipv4_local_address for session in sessions],
            pool4_l4_ids=[str(session.ipv4_local_l4_id) for session in sessions],
            _records=lambda: iter(sessions),
        )


def block_from_columns(columns: Columns, protocol: str | None = None) -> SessionBlock:
    """Rows of the CSV or console template as a block.

    :param protocol: the protocol that was asked for, for output that does not name it.
    :raises ValueError: for a pool4 L4-ID that is none.
    :raises ProtocolUnknown: where neither the rows nor the caller name it, and no state gives TCP away.
    """
    named = dict(zip(columns.names, columns.values))
    clients = named["IPV6_REMOTE_ADDRESS"]
    numbered = all(map(IPV6.fullmatch, set(clients)))
    if max(map(int, named["IPV4_LOCAL_L4_ID"])) > HIGHEST_L4_ID:
        raise ValueError(f"an L4-ID is above {HIGHEST_L4_ID}")
    return SessionBlock(
        protocols=_protocols(named["PROTOCOL"], named["STATE"], protocol),
        states=named["STATE"],
        clients=clients if numbered else [client if IPV6.fullmatch(client) else "" for client in clients],
        pool4_addresses=named["IPV4_LOCAL_ADDRESS"],
        pool4_l4_ids=named["IPV4_LOCAL_L4_ID"],
        _records=partial(_records, columns, protocol),
    )


def _refuse_ragged(protocols: Sequence[str], states: Sequence[str]) -> None:
    """CSV rows of TCP have a state as their last column, others have one column less."""
    kinds = set(protocols)
    if kinds == {"tcp"}:
        right = all(states)
    elif "tcp" not in kinds:
        right = not any(states)
    else:
        right = all((protocol == "tcp") == bool(state) for protocol, state in zip(protocols, states))
    if not right:
        raise ValueError("a row of TCP has no state, or a row of another protocol has one")


def _protocols(named: Sequence[str], states: Sequence[str], asked: str | None) -> Sequence[str]:
    if len(set(named)) == 1 and named[0]:
        return [named[0].lower()] * len(named)
    lower = {name: name.lower() for name in set(named)}
    found = [lower[name] or asked or ("tcp" if state else "") for name, state in zip(named, states)]
    if "" in found:
        raise ProtocolUnknown("the output does not name the protocol of its sessions, nor does the caller")
    return found


def _records(columns: Columns, protocol: str | None) -> Iterator[Session]:
    named = dict(zip(columns.names, columns.values))
    if not _all_numbers(named):
        return (session_from_row(row, protocol) for row in columns.rows())
    spans = [_span(text) for text in named["EXPIRES_IN"]]
    fields: tuple[Iterable[object], ...] = (
        _protocols(named["PROTOCOL"], named["STATE"], protocol),
        named["IPV6_REMOTE_ADDRESS"],
        map(int, named["IPV6_REMOTE_L4_ID"]),
        named["IPV6_LOCAL_ADDRESS"],
        map(int, named["IPV6_LOCAL_L4_ID"]),
        named["IPV4_LOCAL_ADDRESS"],
        map(int, named["IPV4_LOCAL_L4_ID"]),
        named["IPV4_REMOTE_ADDRESS"],
        map(int, named["IPV4_REMOTE_L4_ID"]),
        spans,
        repeat(0.001),
        [state or None for state in named["STATE"]],
        *(repeat(None),) * 4,
    )
    # What Session._make does, without looking at the length each time: zip gives as many as there are fields.
    return map(partial(tuple.__new__, Session), zip(*fields))


def _all_numbers(named: dict[str, list[str]]) -> bool:
    """Whether no name stands where a number can, and every time is one of a clock: then columns convert as a whole."""
    ids = "".join(named["IPV6_REMOTE_L4_ID"]) + "".join(named["IPV4_REMOTE_L4_ID"])
    return (
        ids.isascii()
        and ids.isdigit()
        and all(map(IPV6.fullmatch, set(named["IPV6_REMOTE_ADDRESS"])))
        and all(map(IPV4.fullmatch, set(named["IPV4_REMOTE_ADDRESS"])))
        and all(":" in text for text in named["EXPIRES_IN"])
    )


def _span(text: str) -> float:
    """Seconds of a clock's time, see `records.span.read_span`; the same times come again and again."""
    clock, _point, milliseconds = text.partition(".")
    whole = _CLOCK_MILLISECONDS.get(clock)
    if whole is None:
        hours, minutes, seconds = clock.split(":")
        whole = (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 1000
        if len(_CLOCK_MILLISECONDS) < _CLOCKS_KEPT:
            _CLOCK_MILLISECONDS[clock] = whole
    return (whole + int(milliseconds)) / 1000 if milliseconds else whole / 1000


def _counted(counts_only: bool) -> frozenset[str] | None:
    return COUNTED if counts_only else None


def csv_blocks(chunks: Iterable[bytes], *, counts_only: bool = False) -> Iterator[SessionBlock]:
    """The sessions of CSV output.

    :param counts_only: whether nobody will ask the blocks for records: see `COUNTED`.
    :raises ValueError: when a row has a column too many or too few.
    :raises GrammarError: see `grammar.executor.read_columns`.
    """
    for columns in read_columns(templates.CSV, chunks, _counted(counts_only)):
        block = block_from_columns(columns)
        _refuse_ragged(block.protocols, block.states)
        yield block


def console_blocks(
    chunks: Iterable[bytes], protocol: str | None = None, *, counts_only: bool = False
) -> Iterator[SessionBlock]:
    """The sessions of console output.

    :param protocol: the one that was asked for (4.x does not print it).
    :param counts_only: whether nobody will ask the blocks for records: see `COUNTED`.
    :raises SectionCountMismatch: when a section of 3.x has fewer or more rows than its footer says.
    :raises ProtocolUnknown: see `block_from_columns`.
    :raises GrammarError: see `grammar.executor.read_columns`.
    """
    section = ""
    printed = 0
    for columns in read_columns(templates.CONSOLE, chunks, _counted(counts_only)):
        named = dict(zip(columns.names, columns.values))
        if not any(named["COUNT"]) and set(named["PROTOCOL"]) == {section}:
            printed += len(columns)
            yield block_from_columns(columns, protocol)
            continue
        entries: list[dict[str, str]] = []
        for row in columns.rows():
            if row["PROTOCOL"] != section:
                section, printed = row["PROTOCOL"], 0
            if not row["COUNT"]:
                printed += 1
                entries.append(row)
                continue
            if int(row["COUNT"]) != printed:
                raise SectionCountMismatch(section, printed, int(row["COUNT"]))
            printed = 0
        if entries:
            yield block_from_columns(
                Columns(columns.names, [[row[name] for row in entries] for name in columns.names]), protocol
            )


def read_csv(chunks: Iterable[bytes]) -> Iterator[Session]:
    """The sessions of CSV output, one by one.

    :raises GrammarError: see `csv_blocks`.
    """
    for block in csv_blocks(chunks):
        yield from block.sessions()


def read_console(chunks: Iterable[bytes], protocol: str | None = None) -> Iterator[Session]:
    """The sessions of console output, one by one.

    :raises GrammarError: or another, see `console_blocks`.
    """
    for block in console_blocks(chunks, protocol):
        yield from block.sessions()
