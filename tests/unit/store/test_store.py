# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stored session tables: what was read is what is found, and whatever goes wrong leaves the store as it was."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.errors import (
    JoolError,
    RowNotStorable,
    StoreDamaged,
    StoreLocked,
    StoreNotReadable,
    StoreOfOtherSchema,
)
from ansible_collections.nat64.jool.plugins.module_utils.records.session import STATES, Session
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import (
    SessionBlock,
    console_blocks,
    csv_blocks,
)
from ansible_collections.nat64.jool.plugins.module_utils.store.adding import Dump, TransportAddressRange, new_audit
from ansible_collections.nat64.jool.plugins.module_utils.store.database import reading
from ansible_collections.nat64.jool.plugins.module_utils.store.finding import (
    Question,
    Sighting,
    dumps_around,
    first_and_last,
    is_pooled,
    sightings,
)
from ansible_collections.nat64.jool.tests.unit.test_session_filter import NAMED, SESSION

CAPTURES = Path(__file__).parents[1] / "captures"
ALL = ("tcp", "udp", "icmp")

POOL = (
    TransportAddressRange("udp", int(IPv4Address("192.0.2.1")), int(IPv4Address("192.0.2.2")), 61001, 65535),
    TransportAddressRange("icmp", int(IPv4Address("192.0.2.1")), int(IPv4Address("192.0.2.1")), 0, 65535),
)


def dump(host: str = "edge1", began: float = 1000.0, instance: str = "default") -> Dump:
    return Dump(host, "", instance, began, began + 1.0, POOL)


def session(**fields: object) -> Session:
    return SESSION._replace(**fields)  # type: ignore[arg-type]


def save(path: Path, *tables: tuple[Dump, Sequence[Session]]) -> None:
    """One audit."""
    with new_audit(str(path)) as audit:
        for one, rows in tables:
            audit.add(one, [SessionBlock.of_sessions(rows)] if rows else [])


def found(path: Path, address: str, l4_id: int, at: float, *protocols: str) -> list[tuple[list[Sighting], ...]]:
    """What the tables before and after a time have, for each instance."""
    question = Question(IPv4Address(address), l4_id, protocols or ALL)
    with reading(str(path)) as connection:
        return [
            tuple(sightings(connection, one, question) if one else [] for one in pair)
            for pair in dumps_around(connection, at)
        ]


@pytest.mark.parametrize("release", ["4.0.1", "4.1.9", "4.1.15"])
@pytest.mark.parametrize("form", ["csv", "console"])
def test_what_was_read_is_what_is_stored(release: str, form: str, tmp_path: Path) -> None:
    """Every row of recorded tables, from both formats, in the words of the view."""
    rows: list[Session] = []
    with new_audit(str(tmp_path / "store")) as audit:
        for protocol in ALL:
            content = (CAPTURES / release / f"session-{protocol}-{form}.out").read_bytes()
            blocks = list(csv_blocks([content]) if form == "csv" else console_blocks([content], protocol))
            rows += [one for block in blocks for one in block.sessions()]
            audit.add(dump(instance=protocol), blocks)
        assert audit.sessions == len(rows) > 0
    with reading(str(tmp_path / "store")) as connection:
        stored = connection.execute(
            "SELECT protocol, ipv4_local_address, ipv4_local_l4_id, ipv4_remote_address, ipv4_remote_l4_id,"
            " ipv6_remote_l4_id, expires_in, state, at FROM seen"
        ).fetchall()
    wanted = [
        (
            one.protocol,
            one.ipv4_local_address,
            one.ipv4_local_l4_id,
            one.ipv4_remote_address,
            one.ipv4_remote_l4_id,
            one.ipv6_remote_l4_id,
            one.expires_in,
            one.state,
            "1970-01-01 00:16:40",
        )
        for one in rows
    ]
    assert sorted(stored, key=str) == sorted(wanted, key=str)
    for one in rows:
        ((sighted, _later),) = [
            pair for pair in found(tmp_path / "store", one.ipv4_local_address, one.ipv4_local_l4_id, 1000.0) if pair[0]
        ] or [([], [])]
        assert one.ipv6_remote_address in [each.ipv6_remote_address for each in sighted]


def test_numbers_of_states_never_change() -> None:
    """They are in files."""
    assert STATES == (
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


@pytest.mark.parametrize("address", ["0.0.0.0", "127.255.255.255", "128.0.0.0", "255.255.255.255"])
def test_addresses_of_all_sizes(address: str, tmp_path: Path) -> None:
    row = session(ipv4_local_address=address, ipv4_remote_address=address, ipv4_local_l4_id=0)
    save(tmp_path / "store", (dump(), [row]))
    (((one,), _later),) = found(tmp_path / "store", address, 0, 1000.0)
    assert (one.ipv4_remote_address, one.ipv6_remote_address) == (address, row.ipv6_remote_address)


def test_before_and_after(tmp_path: Path) -> None:
    """Of each instance the nearest table on either side, whatever else there is."""
    store = tmp_path / "store"
    for number, began in enumerate((1000.0, 2000.0, 3000.0, 4000.0)):
        rows = [session(ipv6_remote_l4_id=number)]
        save(store, (dump(began=began), rows), (dump("edge2", began + 5), []), (dump("edge3", 9000.0), rows))
    question = SESSION.ipv4_local_address, SESSION.ipv4_local_l4_id

    def seen(at: float) -> list[tuple[list[int], ...]]:
        answer = found(store, *question, at)
        return [tuple([one.ipv6_remote_l4_id for one in side] for side in pair) for pair in answer]

    with reading(str(store)) as connection:
        audits = connection.execute("SELECT id, began, ended FROM audit ORDER BY id").fetchall()
    assert audits == [(number, 1000.0 * number, 9001.0) for number in (1, 2, 3, 4)]
    assert seen(999.9)[0] == ([], [0])
    assert seen(1000.0)[0] == ([0], [1])
    assert seen(2999.9)[0] == ([1], [2])
    assert seen(5000.0)[0] == ([3], [])
    assert seen(2000.0)[1] == ([], [])
    assert seen(2000.0)[2] == ([], [0])
    with reading(str(store)) as connection:
        assert first_and_last(connection) == (1000.0, 9001.0)


def test_only_the_protocols_that_are_asked_for(tmp_path: Path) -> None:
    rows = [session(protocol=protocol, state=None, ipv6_remote_l4_id=7) for protocol in ("udp", "icmp")]
    save(tmp_path / "store", (dump(), rows))
    where = SESSION.ipv4_local_address, SESSION.ipv4_local_l4_id, 1000.0
    assert [[one.protocol for one in pair[0]] for pair in found(tmp_path / "store", *where)] == [["udp", "icmp"]]
    assert [[one.protocol for one in pair[0]] for pair in found(tmp_path / "store", *where, "icmp")] == [["icmp"]]
    assert found(tmp_path / "store", *where, "tcp") == [([], [])]


def test_a_row_that_is_printed_twice_is_there_once(tmp_path: Path) -> None:
    """With the time that it surely lives from the beginning of the reading on: the longer one."""
    save(tmp_path / "store", (dump(), [session(expires_in=9.0), session(expires_in=7.5)]))
    (((one,), _later),) = found(tmp_path / "store", SESSION.ipv4_local_address, SESSION.ipv4_local_l4_id, 1000.0)
    assert one.expires_in == 9.0


@pytest.mark.parametrize(
    ("protocols", "address", "l4_id", "pooled"),
    [
        (ALL, "192.0.2.1", 61001, True),
        (ALL, "192.0.2.2", 65535, True),
        (("udp",), "192.0.2.2", 61000, False),
        (ALL, "192.0.2.1", 5, True),  # an ICMP identifier
        (("udp", "tcp"), "192.0.2.1", 5, False),
        (("tcp",), "192.0.2.1", 61001, False),
        (ALL, "192.0.2.3", 61001, False),
    ],
)
def test_pools(protocols: tuple[str, ...], address: str, l4_id: int, pooled: bool, tmp_path: Path) -> None:
    save(tmp_path / "store", (dump(), []), (Dump("edge2", "", "default", 1000.0, 1001.0), []))
    question = Question(IPv4Address(address), l4_id, protocols)
    with reading(str(tmp_path / "store")) as connection:
        told = {
            before.host: is_pooled(connection, before, question)
            for before, _after in dumps_around(connection, 1000.0)
            if before
        }
    assert told == {"edge1": pooled, "edge2": None}


def test_for_the_owner_alone(tmp_path: Path) -> None:
    save(tmp_path / "store", (dump(), [SESSION]))
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["store"]


def test_an_audit_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    store = tmp_path / "store"
    save(store, (dump(), [SESSION]))
    before = store.read_bytes()
    with pytest.raises(RowNotStorable), new_audit(str(store)) as audit:
        audit.add(dump(began=2000.0), [SessionBlock.of_sessions([SESSION])])
        audit.add(dump(began=2000.0), [SessionBlock.of_sessions([NAMED])])
    assert store.read_bytes() == before
    with pytest.raises(KeyboardInterrupt), new_audit(str(store)) as audit:
        audit.add(dump(began=2000.0), [SessionBlock.of_sessions([SESSION])])
        raise KeyboardInterrupt
    assert store.read_bytes() == before


def test_an_audit_without_tables_leaves_nothing(tmp_path: Path) -> None:
    save(tmp_path / "store")
    with reading(str(tmp_path / "store")) as connection:
        assert connection.execute("SELECT count(*) FROM audit").fetchone() == (0,)
        assert first_and_last(connection) is None


def nothing(path: Path) -> None:
    assert not path.exists()


def directory(path: Path) -> None:
    path.mkdir()


def cut(path: Path) -> None:
    save(path, (dump(), [session(ipv4_local_l4_id=number) for number in range(4000)]))
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def text(path: Path) -> None:
    path.write_text("Protocol,IPv6 Remote Address\n" * 100, encoding="ascii")


def other_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE dump (id)")
    connection.close()


def of_schema(schema: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        save(path, (dump(), [SESSION]))
        connection = sqlite3.connect(path)
        connection.execute(f"PRAGMA user_version = {schema}")
        connection.close()

    return make


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (nothing, StoreNotReadable, "unable to open"),
        (directory, StoreNotReadable, "disk I/O error|unable to open"),
        (cut, StoreDamaged, "malformed"),
        (text, StoreDamaged, "not a database"),
        (other_database, StoreOfOtherSchema, "none of this collection"),
        (of_schema(0), StoreOfOtherSchema, "schema 0, of an older release"),
        (of_schema(2), StoreOfOtherSchema, "schema 2, of a newer release"),
    ],
    ids=["nothing", "directory", "cut", "text", "other_database", "older", "newer"],
)
def test_what_is_no_store(make: Callable[[Path], None], error: type[JoolError], words: str, tmp_path: Path) -> None:
    path = tmp_path / "store"
    make(path)
    content = path.read_bytes() if path.is_file() else None
    with pytest.raises(error, match=words) as caught:
        for port in range(0, 65536, 1000):
            found(path, SESSION.ipv4_local_address, port, 1000.0)
    assert str(path) in str(caught.value)
    if make is not nothing:
        with pytest.raises(JoolError):
            save(path, (dump(began=2000.0), [session(ipv4_local_l4_id=number) for number in range(4000)]))
    assert (path.read_bytes() if path.is_file() else None) == content


def test_who_waits_too_long_is_told(tmp_path: Path) -> None:
    store = tmp_path / "store"
    save(store, (dump(), [SESSION]))
    with new_audit(str(store)) as audit:
        audit.add(dump(began=2000.0), [SessionBlock.of_sessions([SESSION])])
        with pytest.raises(StoreLocked, match=r"has written to it for 0.1 s"), new_audit(str(store), patience=0.1):
            pass
        # Whoever reads sees what was there before.
        assert len(found(store, SESSION.ipv4_local_address, SESSION.ipv4_local_l4_id, 5000.0)) == 1
    assert found(store, SESSION.ipv4_local_address, SESSION.ipv4_local_l4_id, 5000.0)[0][0]


def test_a_reader_changes_nothing(tmp_path: Path) -> None:
    save(tmp_path / "store", (dump(), [SESSION]))
    with pytest.raises(StoreNotReadable, match="readonly"), reading(str(tmp_path / "store")) as connection:
        connection.execute("DELETE FROM session")
