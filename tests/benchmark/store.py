# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The store of session tables: what adding an audit costs beside writing its rows bare, and how long a look-up takes.

    python -m benchmark.store [AUDITS]

Each audit has the tables of 50 translators with 2,000 sessions; 200 audits, the default, are 20 million rows.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from ipaddress import IPv4Address
from pathlib import Path

from ansible_collections.nat64.jool.plugins.module_utils.lookup.holder import KNOWN, UNKNOWN
from ansible_collections.nat64.jool.plugins.module_utils.lookup.past import from_store
from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import SessionBlock
from ansible_collections.nat64.jool.plugins.module_utils.store.adding import Dump, TransportAddressRange, new_audit
from ansible_collections.nat64.jool.plugins.module_utils.store.finding import Question
from ansible_collections.nat64.jool.plugins.module_utils.store.rows import rows_of_block

AUDITS, HOSTS = 200, 50
SHARES = {"tcp": 1400, "udp": 500, "icmp": 100}
"""Sessions of a translator."""

BETWEEN_SECONDS, READING_SECONDS = 600.0, 3.0
FIRST = datetime(2026, 11, 1, tzinfo=timezone.utc).timestamp()
LOOK_UPS = 50

MOST_COST, MOST_SECONDS = 1.5, 1.0
"""What is wanted: adding beside bare rows; a look-up."""


def pool4_address(host: int) -> IPv4Address:
    """Each translator has one of its own."""
    return IPv4Address(f"198.51.{host}.1")


def table(host: int, rng: random.Random) -> list[SessionBlock]:
    """The table of a translator, in the order in which Jool prints one."""
    blocks = []
    for protocol, number in SHARES.items():
        ports = sorted(rng.sample(range(1024, 65536), number))
        blocks.append(SessionBlock.of_sessions([_session(protocol, host, port, rng) for port in ports]))
    return blocks


def _session(protocol: str, host: int, port: int, rng: random.Random) -> Session:
    server = IPv4Address(f"203.0.{rng.randrange(256)}.{rng.randrange(256)}")
    service = port if protocol == "icmp" else rng.choice((80, 443, 443, 443, 53))
    return Session(
        protocol=protocol,
        ipv6_remote_address=f"2001:db8:{rng.randrange(400):x}:{rng.randrange(65536):x}::{rng.randrange(1, 65536):x}",
        ipv6_remote_l4_id=rng.randrange(1024, 65536),
        ipv6_local_address=f"64:ff9b::{server}",
        ipv6_local_l4_id=service,
        ipv4_local_address=str(pool4_address(host)),
        ipv4_local_l4_id=port,
        ipv4_remote_address=str(server),
        ipv4_remote_l4_id=service,
        expires_in=rng.randrange(1000, 7_200_000) / 1000,
        expires_in_resolution=0.001,
        state="ESTABLISHED" if protocol == "tcp" else None,
    )


@dataclass(frozen=True)
class Measured:
    """What came of it.

    :ivar cost: CPU of adding all audits, beside writing the same rows into a table without a key.
    :ivar octets: of the store, a row.
    :ivar seconds: the median of the look-ups, `longest` the longest one.
    :ivar known: look-ups that named a client, of `LOOK_UPS`.
    """

    rows: int
    cost: float
    octets: float
    seconds: float
    longest: float
    known: int


def measure(place: Path, audits: int, hosts: int = HOSTS) -> Measured:
    """Fill a store and look into it."""
    rng = random.Random(64)
    tables = [table(host, rng) for host in range(hosts)]
    path = str(place / "store.db")
    ours = bare = 0.0
    with sqlite3.connect(place / "bare.db", isolation_level=None) as connection:
        connection.execute("CREATE TABLE session (a, b, c, d, e, f, g, h, i, j)")
        for number in range(audits):
            started = time.process_time()
            _add(path, number, tables)
            between = time.process_time()
            _write_bare(connection, number, tables)
            ours, bare = ours + between - started, bare + time.process_time() - between
    rows = audits * hosts * sum(SHARES.values())
    taken, known = [], 0
    for _look_up in range(LOOK_UPS):
        question, at = _question(audits, tables, rng)
        started = time.perf_counter()
        word = from_store(path, question, at).verdict.word
        taken.append(time.perf_counter() - started)
        if word not in (KNOWN, UNKNOWN):
            raise AssertionError(f"{question} at {at}: {word}")
        known += word == KNOWN
    octets = Path(path).stat().st_size / rows
    return Measured(rows, ours / bare, octets, statistics.median(taken), max(taken), known)


def _add(path: str, number: int, tables: Sequence[Sequence[SessionBlock]]) -> None:
    began = FIRST + number * BETWEEN_SECONDS
    with new_audit(path) as audit:
        for host, blocks in enumerate(tables):
            address = int(pool4_address(host))
            pool = tuple(TransportAddressRange(protocol, address, address, 1024, 65535) for protocol in SHARES)
            audit.add(Dump(f"edge{host}", "", "default", began, began + READING_SECONDS, pool), blocks)


def _write_bare(connection: sqlite3.Connection, number: int, tables: Sequence[Sequence[SessionBlock]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for host, blocks in enumerate(tables):
        for block in blocks:
            connection.executemany(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rows_of_block(number * len(tables) + host, block),
            )
    connection.execute("COMMIT")


def _question(audits: int, tables: Sequence[Sequence[SessionBlock]], rng: random.Random) -> tuple[Question, datetime]:
    """A session that is there, and a time while a table was read or after it."""
    host = rng.randrange(len(tables))
    protocol, block = rng.choice(list(zip(SHARES, tables[host])))
    session = rng.choice(list(block.sessions()))
    at = FIRST + rng.randrange(audits) * BETWEEN_SECONDS + rng.uniform(0, 60)
    return Question(pool4_address(host), session.ipv4_local_l4_id, (protocol,)), datetime.fromtimestamp(
        at, timezone.utc
    )


def report(found: Measured) -> str:
    """What was measured, for a person."""
    return (
        f"{found.rows:,} rows, {found.octets:.1f} octets each\n"
        f"adding beside bare rows: {found.cost:.2f} x (at most {MOST_COST:g})\n"
        f"a look-up: {found.seconds:.3f} s, the longest of {LOOK_UPS} {found.longest:.3f} s (at most {MOST_SECONDS:g});"
        f" {found.known} named a client\n"
    )


def main() -> int:
    """Measure, print, and fail where it is more than is wanted."""
    audits = int(sys.argv[1]) if len(sys.argv) > 1 else AUDITS
    with tempfile.TemporaryDirectory() as place:
        found = measure(Path(place), audits)
    sys.stdout.write(report(found))
    return int(found.cost > MOST_COST or found.longest > MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
