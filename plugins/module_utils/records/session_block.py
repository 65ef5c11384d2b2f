# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many sessions at a time, column by column: counting looks at a few columns and makes no record.

A block is some rows of one output, in its order. What is only counted is never converted; records are made when they
are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain

from ..grammar import session as templates
from ..grammar.columns import Columns, count_texts
from ..grammar.executor import read_columns
from ..grammar.record_loop import Wanted
from .session import HIGHEST_L4_ID, ProtocolUnknown, SectionCountMismatch, Session
from .session_columns import Texts, records, seconds, texts, texts_of_sessions

SessionColumns = Wanted
"""Which columns are looked at."""

COUNTED = frozenset(("PROTOCOL", "STATE", "IPV6_REMOTE_ADDRESS", "IPV4_LOCAL_ADDRESS", "COUNT"))
"""The columns of a summary; where nobody wants records, the others are matched and not kept."""

COUNTED_WITH_PORTS = COUNTED | {"IPV4_LOCAL_L4_ID"}
"""The same, and what the use of pool4 is counted from."""

DETAILED = COUNTED_WITH_PORTS | {"IPV6_LOCAL_ADDRESS", "IPV4_REMOTE_ADDRESS", "IPV4_REMOTE_L4_ID", "EXPIRES_IN"}
"""The same, and what destinations, services, times and RFC 6052 are counted from."""

_HIGHEST_L4_ID = str(HIGHEST_L4_ID)


def by_subnet(columns: frozenset[str]) -> SessionColumns:
    """The same columns, of clients no more than the first 64 bits: see `SessionBlock.clients`."""
    return frozenset({*(columns - {templates.CLIENT_SUBNET.value}), templates.CLIENT_SUBNET})


@dataclass(frozen=True)
class SessionBlock:
    """Some sessions of a table.

    :ivar protocols: of each session, lower-case.
    :ivar states: Jool's word; "" where there is none.
    :ivar clients: the IPv6 address of each client; "" where the output had a name instead. Where no more was asked for
        (`by_subnet`), it may be the first four groups of the address with a colon behind each.
    :ivar pool4_addresses: of each session.
    :ivar pool4_l4_ids: of each session, as text.
    :ivar servers: the IPv4 address of each server; "" where the output had a name instead.
    :ivar server_l4_ids: of each session, as text; "" where the output had a service instead.
    :ivar mapped_servers: the address that the client knows the server by, within pool6.
    """

    protocols: Sequence[str]
    states: Sequence[str]
    clients: Sequence[str]
    pool4_addresses: Sequence[str]
    pool4_l4_ids: Sequence[str]
    servers: Sequence[str]
    server_l4_ids: Sequence[str]
    mapped_servers: Sequence[str]
    _expires_in: Callable[[], Sequence[float]]
    _records: Callable[[], Iterator[Session]]
    _texts: Callable[[], Texts | None]
    clients_by_subnet: bool = False

    def __len__(self) -> int:
        """The number of sessions."""
        return len(self.protocols)

    @cached_property
    def by_protocol(self) -> Mapping[str, int]:
        """Protocol to sessions."""
        return count_texts(self.protocols)

    @cached_property
    def by_state(self) -> Mapping[str, int]:
        """Jool's word to sessions; "" where there is none."""
        return count_texts(self.states)

    def sessions(self) -> Iterator[Session]:
        """The records.

        :raises ValueError: for a value that none of its kind can have.
        """
        return self._records()

    def expires_in(self) -> Sequence[float]:
        """Seconds that each session has left, as finely as they were printed."""
        return self._expires_in()

    def texts(self) -> Texts | None:
        """The columns as text, ready to be written: see `records.session_columns.texts`."""
        return self._texts()

    def of_protocols(self, protocols: Sequence[str]) -> SessionBlock:
        """The sessions of these protocols."""
        if self.by_protocol.keys() <= set(protocols):
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
            servers=[session.ipv4_remote_address or "" for session in sessions],
            server_l4_ids=[
                "" if session.ipv4_remote_l4_id is None else str(session.ipv4_remote_l4_id) for session in sessions
            ],
            mapped_servers=[session.ipv6_local_address for session in sessions],
            _expires_in=lambda: [session.expires_in for session in sessions],
            _records=lambda: iter(sessions),
            _texts=partial(texts_of_sessions, sessions),
        )


def block_from_columns(columns: Columns, protocol: str | None = None) -> SessionBlock:
    """Rows of the CSV or console template as a block.

    :param protocol: the protocol that was asked for, for output that does not name it.
    :raises ValueError: for a pool4 L4-ID that is none.
    :raises ProtocolUnknown: where neither the rows nor the caller name it, and no state gives TCP away.
    """
    named = dict(zip(columns.names, columns.values))
    protocols = _protocols(named["PROTOCOL"], named["STATE"], protocol)
    l4_ids = named["IPV4_LOCAL_L4_ID"]
    # As texts first: few tables have an identifier that is greater as a text and not as a number.
    if l4_ids[0] and max(l4_ids) > _HIGHEST_L4_ID and max(map(int, l4_ids)) > HIGHEST_L4_ID:
        raise ValueError(f"an L4-ID is above {HIGHEST_L4_ID}")
    return SessionBlock(
        protocols=protocols,
        states=named["STATE"],
        clients=named["IPV6_REMOTE_ADDRESS"],
        pool4_addresses=named["IPV4_LOCAL_ADDRESS"],
        pool4_l4_ids=l4_ids,
        servers=named["IPV4_REMOTE_ADDRESS"],
        server_l4_ids=named["IPV4_REMOTE_L4_ID"],
        mapped_servers=named["IPV6_LOCAL_ADDRESS"],
        _expires_in=partial(seconds, named["EXPIRES_IN"]),
        _records=partial(records, columns, protocols),
        _texts=partial(texts, columns, protocols),
        clients_by_subnet=columns.begun,
    )


def _refuse_ragged(block: SessionBlock) -> None:
    """CSV rows of TCP have a state as their last column, others have one column less."""
    if len(block.by_protocol) > 1:
        right = all((protocol == "tcp") == bool(state) for protocol, state in zip(block.protocols, block.states))
    else:
        right = block.by_state.get("", 0) == (0 if "tcp" in block.by_protocol else len(block))
    if not right:
        raise ValueError("a row of TCP has no state, or a row of another protocol has one")


def _protocols(named: Sequence[str], states: Sequence[str], asked: str | None) -> Sequence[str]:
    lower = {name: name.lower() for name in count_texts(named)}
    if len(lower) == 1:
        (protocol,) = lower.values()
        if protocol or asked:
            return [protocol or asked or ""] * len(named)
    found = [lower[name] or asked or ("tcp" if state else "") for name, state in zip(named, states)]
    if "" in found:
        raise ProtocolUnknown("the output does not name the protocol of its sessions, nor does the caller")
    return found


def csv_blocks(chunks: Iterable[bytes], only: SessionColumns | None = None) -> Iterator[SessionBlock]:
    """The sessions of CSV output.

    :param only: one of the sets of columns above where nobody will ask the blocks for records, or `by_subnet` of it.
    :raises ValueError: when a row has a column too many or too few.
    :raises GrammarError: see `grammar.executor.read_columns`.
    """
    for columns in read_columns(templates.CSV, chunks, only):
        block = block_from_columns(columns)
        _refuse_ragged(block)
        yield block


def console_blocks(
    chunks: Iterable[bytes], protocol: str | None = None, only: SessionColumns | None = None
) -> Iterator[SessionBlock]:
    """The sessions of console output.

    :param protocol: the one that was asked for (4.x does not print it).
    :param only: see `csv_blocks`.
    :raises SectionCountMismatch: when a section of 3.x has fewer or more rows than its footer says.
    :raises ProtocolUnknown: see `block_from_columns`.
    :raises GrammarError: see `grammar.executor.read_columns`.
    """
    section = ""
    printed = 0
    for columns in read_columns(templates.CONSOLE, chunks, only):
        named = dict(zip(columns.names, columns.values))
        if not any(named["COUNT"]) and set(count_texts(named["PROTOCOL"])) == {section}:
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
            rows = [[row[name] for row in entries] for name in columns.names]
            yield block_from_columns(Columns(columns.names, rows, columns.begun), protocol)


def read_csv(chunks: Iterable[bytes]) -> Iterator[Session]:
    """The sessions of CSV output, one by one.

    :raises GrammarError: see `csv_blocks`.
    """
    # No generator: each record would pass through it.
    return chain.from_iterable(block.sessions() for block in csv_blocks(chunks))


def read_console(chunks: Iterable[bytes], protocol: str | None = None) -> Iterator[Session]:
    """The sessions of console output, one by one.

    :raises GrammarError: or another, see `console_blocks`.
    """
    return chain.from_iterable(block.sessions() for block in console_blocks(chunks, protocol))
