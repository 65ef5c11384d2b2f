# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records as Jool prints them, written from its sources: the other way round than the grammar.

NICMx/Jool: session, BIB and pool4 printers of 3.2.0 to 4.2.0-rc3; timeout2str and print_time_csv, print_time_friendly.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Callable

from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.records.bib import BibEntry
from ansible_collections.nat64.jool.plugins.module_utils.records.pool4 import Pool4Range
from ansible_collections.nat64.jool.plugins.module_utils.records.session import PROTOCOLS, STATES, Session

SEPARATOR = "-" * 33 + "\n"
SESSION_HEADER = (
    "Protocol,IPv6 Remote Address,IPv6 Remote L4-ID,IPv6 Local Address,IPv6 Local L4-ID,"
    "IPv4 Local Address,IPv4 Local L4-ID,IPv4 Remote Address,IPv4 Remote L4-ID,Expires in,State\n"
)
BIB_HEADER = "Protocol,IPv6 Address,IPv6 L4-ID,IPv4 Address,IPv4 L4-ID,Static?\n"

# --- any record ---------------------------------------------------------------------------------------------------

ports = st.integers(0, 65535)
numbers = st.integers(0, 2**32 - 1)
ipv6 = st.one_of(
    st.integers(0, 2**128 - 1),
    st.integers(0, 2**32 - 1).map(lambda low: int(ipaddress.IPv6Address("64:ff9b::")) + low),
    st.integers(0, 2**16),
).map(lambda number: str(ipaddress.IPv6Address(number)))
ipv4 = numbers.map(lambda number: str(ipaddress.IPv4Address(number)))
# What getnameinfo hands out; some look like something else.
hosts = st.sampled_from(
    ("localhost", "ns1.example.com", "CLIENT7", "host_under", "10-0-0-1.dyn.example.net", "TCP", "cafe", "a" * 63)
)
services = st.sampled_from(("domain", "https", "http-alt", "z39.50", "whois++", "9pfs", "x11-1"))


@st.composite
def sessions(draw: st.DrawFn, protocols: Sequence[str] = PROTOCOLS, *, named: bool = True) -> Session:
    """A session with its time to the millisecond; names where `named` lets them be."""
    protocol = draw(st.sampled_from(protocols))
    client, server = (draw(hosts) if named and draw(st.booleans()) else None for _end in range(2))
    served = named and protocol != "icmp"
    client_service, server_service = (draw(services) if served and draw(st.booleans()) else None for _end in range(2))
    return Session(
        protocol=protocol,
        ipv6_remote_address=None if client else draw(ipv6),
        ipv6_remote_l4_id=None if client_service else draw(ports),
        ipv6_local_address=draw(ipv6),
        ipv6_local_l4_id=draw(ports),
        ipv4_local_address=draw(ipv4),
        ipv4_local_l4_id=draw(ports),
        ipv4_remote_address=None if server else draw(ipv4),
        ipv4_remote_l4_id=None if server_service else draw(ports),
        expires_in=draw(st.one_of(numbers, st.integers(0, 7200000))) / 1000,
        expires_in_resolution=0.001,
        state=draw(st.sampled_from(STATES)) if protocol == "tcp" else None,
        ipv6_remote_name=client,
        ipv6_remote_service=client_service,
        ipv4_remote_name=server,
        ipv4_remote_service=server_service,
    )


@st.composite
def bib_entries(draw: st.DrawFn) -> BibEntry:
    """A BIB entry; only its IPv6 side can have names."""
    protocol = draw(st.sampled_from(PROTOCOLS))
    name = draw(st.none() | hosts)
    service = draw(st.none() | services) if protocol != "icmp" else None
    return BibEntry(
        protocol=protocol,
        ipv6_address=None if name else draw(ipv6),
        ipv6_l4_id=None if service else draw(ports),
        ipv4_address=draw(ipv4),
        ipv4_l4_id=draw(ports),
        is_static=draw(st.booleans()),
        ipv6_name=name,
        ipv6_service=service,
    )


@st.composite
def pool4_tables(draw: st.DrawFn) -> list[Pool4Range]:
    """A pool4: groups of equal mark and protocol, which have their iterations in common."""
    groups = draw(st.lists(st.tuples(numbers, st.sampled_from(PROTOCOLS)), max_size=4, unique=True))
    table = []
    for mark, protocol in groups:
        fixed = draw(st.booleans())
        iterations = draw(st.none() | numbers) if fixed else draw(numbers)
        for _row in range(draw(st.integers(1, 3))):
            first, last = sorted((draw(ports), draw(ports)))
            table.append(Pool4Range(mark, protocol, draw(ipv4), first, last, iterations, fixed))
    return table


# --- notations of time --------------------------------------------------------------------------------------------


def _clock(session: Session) -> tuple[int, int, int, int]:
    seconds, milliseconds = divmod(round(session.expires_in * 1000), 1000)
    return seconds // 3600, seconds // 60 % 60, seconds % 60, milliseconds


def t3(session: Session) -> str:
    """3.2 to 3.5: the milliseconds are always there and not padded."""
    hours, minutes, seconds, milliseconds = _clock(session)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{milliseconds}"


def t4a(session: Session) -> str:
    """3.6.0-rc1 to 4.0.1: three digits, where there are any."""
    hours, minutes, seconds, milliseconds = _clock(session)
    return f"{hours:02}:{minutes:02}:{seconds:02}" + (f".{milliseconds:03}" if milliseconds else "")


def t4b(session: Session) -> str:
    """4.0.2 and later: hours without padding."""
    hours, minutes, seconds, milliseconds = _clock(session)
    return f"{hours}:{minutes:02}:{seconds:02}" + (f".{milliseconds:03}" if milliseconds else "")


def words(session: Session) -> str:
    """Console of 3.1 to 3.5."""
    hours, minutes, seconds, milliseconds = _clock(session)
    if hours:
        return f"{hours} hours, {minutes} minutes"
    if minutes:
        return f"{minutes} minutes, {seconds} seconds"
    return f"{seconds} seconds" if seconds else f"{milliseconds} milliseconds"


def in_words(session: Session) -> Session:
    """What is left of a session's time in the words of 3.x."""
    hours, minutes, seconds, milliseconds = _clock(session)
    if hours:
        return session._replace(expires_in=hours * 3600.0 + minutes * 60, expires_in_resolution=60.0)
    if minutes or seconds:
        return session._replace(expires_in=minutes * 60.0 + seconds, expires_in_resolution=1.0)
    return session._replace(expires_in=milliseconds / 1000)


# --- sessions -----------------------------------------------------------------------------------------------------


def _remote(session: Session) -> tuple[str, str, str, str]:
    return (
        session.ipv6_remote_name or str(session.ipv6_remote_address),
        session.ipv6_remote_service or str(session.ipv6_remote_l4_id),
        session.ipv4_remote_name or str(session.ipv4_remote_address),
        session.ipv4_remote_service or str(session.ipv4_remote_l4_id),
    )


def session_csv(table: Iterable[Session], time: Callable[[Session], str], *, header: bool = True) -> str:
    text = SESSION_HEADER if header else ""
    for session in table:
        client, client_id, server, server_id = _remote(session)
        columns = [
            session.protocol.upper(),
            client,
            client_id,
            session.ipv6_local_address,
            str(session.ipv6_local_l4_id),
            session.ipv4_local_address,
            str(session.ipv4_local_l4_id),
            server,
            server_id,
            time(session),
        ]
        text += ",".join(columns + ([session.state] if session.state else [])) + "\n"
    return text


def _session_entry(session: Session, time: Callable[[Session], str]) -> str:
    client, client_id, server, server_id = _remote(session)
    return (
        (f"({session.state}) " if session.state else "")
        + f"Expires in {time(session)}\n"
        + f"Remote: {server}#{server_id}\t{client}#{client_id}\n"
        + f"Local: {session.ipv4_local_address}#{session.ipv4_local_l4_id}"
        + f"\t{session.ipv6_local_address}#{session.ipv6_local_l4_id}\n"
        + SEPARATOR
    )


def session_console_3(table: Sequence[Session], *, footer: bool = True) -> str:
    """3.2 to 3.5; `footer` False is --no-headers of 3.5.5 and later."""
    text = ""
    for protocol in PROTOCOLS:
        section = [session for session in table if session.protocol == protocol]
        text += f"{protocol.upper()}:\n" + SEPARATOR + "".join(_session_entry(session, words) for session in section)
        if footer:
            text += f"  (Fetched {len(section)} entries.)\n\n" if section else "  (empty)\n\n"
    return text


def session_console_4(table: Iterable[Session], time: Callable[[Session], str], *, name: str = "") -> str:
    """4.0 and later; 3.6 candidates print the protocol's `name` before."""
    return (f"{name}:\n" if name else "") + SEPARATOR + "".join(_session_entry(session, time) for session in table)


# --- BIB ----------------------------------------------------------------------------------------------------------


def bib_csv(table: Iterable[BibEntry], *, header: bool = True) -> str:
    return (BIB_HEADER if header else "") + "".join(
        f"{entry.protocol.upper()},{entry.ipv6_name or entry.ipv6_address},{entry.ipv6_service or entry.ipv6_l4_id},"
        f"{entry.ipv4_address},{entry.ipv4_l4_id},{entry.is_static:d}\n"
        for entry in table
    )


def _bib_ends(entry: BibEntry) -> str:
    client, client_id = entry.ipv6_name or entry.ipv6_address, entry.ipv6_service or entry.ipv6_l4_id
    return f"{entry.ipv4_address}#{entry.ipv4_l4_id} - {client}#{client_id}\n"


def bib_console_3(table: Sequence[BibEntry], *, footer: bool = True) -> str:
    text = ""
    for protocol in PROTOCOLS:
        section = [entry for entry in table if entry.protocol == protocol]
        text += f"{protocol.upper()}:\n"
        text += "".join(f"[{'Static' if entry.is_static else 'Dynamic'}] {_bib_ends(entry)}" for entry in section)
        if footer:
            text += f"  (Fetched {len(section)} entries.)\n" if section else "  (empty)\n"
    return text


def bib_console_4(table: Iterable[BibEntry]) -> str:
    return "".join(
        f"[{'Static' if entry.is_static else 'Dynamic'} {entry.protocol.upper()}] {_bib_ends(entry)}" for entry in table
    )


# --- pool4 --------------------------------------------------------------------------------------------------------


def _iterations(entry: Pool4Range, infinite: str) -> str:
    return infinite if entry.max_iterations is None else str(entry.max_iterations)


def pool4_csv(table: Iterable[Pool4Range], *, header: bool = True) -> str:
    text = "Mark,Protocol,Address,Min port,Max port,Iterations,Iterations fixed\n" if header else ""
    return text + "".join(
        f"{entry.mark},{str(entry.protocol).upper()},{entry.address},{entry.port_min},{entry.port_max},"
        f"{_iterations(entry, 'infinite')},{bool(entry.max_iterations_fixed):d}\n"
        for entry in table
    )


def pool4_csv_34(table: Iterable[Pool4Range]) -> str:
    """3.4.0 to 3.5.4: five columns, a header for each protocol."""
    text = ""
    for protocol in PROTOCOLS:
        rows = [entry for entry in table if entry.protocol == protocol]
        text += "Mark,Protocol,Address,Min port,Max port\n"
        text += "".join(
            f"{entry.mark},{protocol.upper()},{entry.address},{entry.port_min},{entry.port_max}\n" for entry in rows
        )
    return text


def pool4_console_34(table: Sequence[Pool4Range]) -> str:
    """3.4.0 to 3.5.4: columns parted by tabs."""
    return "".join(
        f"{entry.mark}\t{str(entry.protocol).upper()}\t{entry.address}\t{entry.port_min}-{entry.port_max}\n"
        for entry in table
    ) + (f"  (Fetched {len(table)} samples.)\n" if table else "  (empty)\n")


def without_iterations(entry: Pool4Range) -> Pool4Range:
    """What 3.4.0 to 3.5.4 print of a range."""
    return entry._replace(max_iterations=None, max_iterations_fixed=None)


def pool4_console(
    table: Sequence[Pool4Range], *, header: bool = True, footer: bool = False, one_column: bool = True
) -> str:
    """The table of 3.5.5 and later.

    :param footer: up to 3.5.8.
    :param one_column: False is 3.5.5, where each port has a column.
    """
    line = "+------------+-------+--------------------+-----------------+"
    line += "-------------+\n" if one_column else "----------+----------+\n"
    text = ""
    if header:
        text = line + "|       Mark | Proto |     Max iterations |         Address | "
        text += "      Ports |\n" if one_column else "Port min | Port max |\n"
    for (mark, protocol), group in groupby(table, key=lambda entry: (entry.mark, entry.protocol)):
        text += line
        for number, entry in enumerate(group):
            if number:
                text += f"| {'':10} | {'':5} | {'':10}  {'':5}  "
            else:
                kind = "fixed" if entry.max_iterations_fixed else "auto"
                text += f"| {mark:>10} | {str(protocol).upper():>5} | {_iterations(entry, 'Infinite'):>10} ({kind:>5}) "
            text += f"| {entry.address:>15} | "
            if one_column:
                text += f"{entry.port_min:>5}-{entry.port_max:>5} |\n"
            else:
                text += f"{entry.port_min:>8} | {entry.port_max:>8} |\n"
    text += line
    if not table and not footer:
        # 4.0.2 and later: the separator before the rows is there without rows, too.
        text += line
    if footer:
        text += f"  (Fetched {len(table)} samples.)\n" if table else "  (empty)\n"
    return text
