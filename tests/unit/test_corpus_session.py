# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every recorded session table, against what the module held."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nat64.jool.plugins.module_utils.records.session import (
    FollowedSession,
    Session,
    read_counts,
    read_follow,
)
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import read_console, read_csv
from ansible_collections.nat64.jool.tests.unit.corpus import Capture, Row, as_far_as_it_goes, is_prefix, over, select


def read(capture: Capture) -> Iterator[Session]:
    chunks = [capture.stdout]
    return read_csv(chunks) if capture.format == "csv" else read_console(chunks, capture.protocol)


def expected(capture: Capture, row: Row, printed: Session) -> Session:
    """The record of a row; what is left of its time is compared to the precision of the notation."""
    resolved = not capture.numeric and "resolver" not in capture.truth
    hosts = capture.truth.get("hosts", {}) if resolved else {}
    services = capture.truth.get("services", {}) if resolved and row["protocol"] != "ICMP" else {}
    client, server = hosts.get(row["src6"]), hosts.get(row["dst4"])
    client_service, server_service = services.get(str(row["sport6"])), services.get(str(row["dport4"]))
    late = row["expiration_ms"] - round(printed.expires_in * 1000)
    assert 0 <= late < printed.expires_in_resolution * 1000
    return Session(
        protocol=row["protocol"].lower(),
        ipv6_remote_address=None if client else row["src6"],
        ipv6_remote_l4_id=None if client_service else row["sport6"],
        ipv6_local_address=row["dst6"],
        ipv6_local_l4_id=row["dport6"],
        ipv4_local_address=row["src4"],
        ipv4_local_l4_id=row["sport4"],
        ipv4_remote_address=None if server else row["dst4"],
        ipv4_remote_l4_id=None if server_service else row["dport4"],
        expires_in=printed.expires_in,
        expires_in_resolution=printed.expires_in_resolution,
        state=row["state"],
        ipv6_remote_name=client,
        ipv6_remote_service=client_service,
        ipv4_remote_name=server,
        ipv4_remote_service=server_service,
    )


def followed(row: Row) -> FollowedSession:
    return FollowedSession(
        protocol=row["protocol"].lower(),
        ipv6_remote_address=row["src6"],
        ipv6_remote_l4_id=row["sport6"],
        ipv4_local_address=row["src4"],
        ipv4_local_l4_id=row["sport4"],
        ipv4_remote_address=row["dst4"],
        ipv4_remote_l4_id=row["dport4"],
        expires_in=row["expiration_ms"] / 1000,
    )


def resolution(capture: Capture, row: Row) -> float:
    """How fine the notation of this capture is: words up to 3.5, milliseconds in all others."""
    milliseconds = row["expiration_ms"]
    if capture.format == "csv" or not capture.release.startswith("3.") or milliseconds < 1000:
        return 0.001
    return 1.0 if milliseconds < 3600 * 1000 else 60.0


@over(select("session", complete=True))
def test_whole_table(capture: Capture) -> None:
    rows, sessions = capture.rows("sessions"), list(read(capture))
    assert len(sessions) == len(rows)
    assert sessions == [expected(capture, row, session) for row, session in zip(rows, sessions)]
    assert [session.expires_in_resolution for session in sessions] == [resolution(capture, row) for row in rows]


@over(select("session", complete=False))
def test_cut_table(capture: Capture) -> None:
    rows = capture.rows_sent("sessions")
    sessions, ended = as_far_as_it_goes(read(capture))
    assert len(sessions) <= len(rows)
    assert sessions == [expected(capture, row, session) for row, session in zip(rows, sessions)]
    if ended:
        assert len(sessions) == len(rows)


@over(select("session-count", "bib-count"))
def test_counts(capture: Capture) -> None:
    truth = {protocol.lower(): count for protocol, count in capture.truth["counts"].items()}
    assert read_counts([capture.stdout], truth) == truth


@over(select("session-follow"))
def test_follow(capture: Capture) -> None:
    rows = [followed(row) for row in capture.rows("sessions")]
    sessions, ended = as_far_as_it_goes(read_follow([capture.stdout]))
    assert sessions
    assert is_prefix(sessions, rows)
    assert ended == ("complete" not in capture.truth)
    if ended:
        assert sessions == rows
