# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Columns converted as a whole give what rows give one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.grammar import session as templates
from ansible_collections.nat64.jool.plugins.module_utils.grammar.executor import read_rows
from ansible_collections.nat64.jool.plugins.module_utils.grammar.template import Template
from ansible_collections.nat64.jool.plugins.module_utils.records.session import Session, session_from_row
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import (
    COUNTED,
    COUNTED_WITH_PORTS,
    SessionBlock,
    console_blocks,
    csv_blocks,
)
from ansible_collections.nat64.jool.plugins.module_utils.summary.sessions import summarize_blocks

CLIENTS = st.sampled_from(["2001:db8::1", "2001:db8:0:7:1::1", "::ffff:192.0.2.1", "client.example", "cafe", "10"])
SERVERS = st.sampled_from(["198.51.100.1", "server.example", "10", "1.2.3", "1.2.3.4.5"])
L4_IDS = st.sampled_from(["0", "1", "080", "65535", "http", "80x"])
TIMES = st.sampled_from(["0:00:00", "1:59:58.232", "0:00:00.5", "01:00:00.1234", "30:00:00.010"])
STATES = st.sampled_from(["ESTABLISHED", "TRANS", "V4_INIT"])
ROWS = st.lists(
    st.tuples(CLIENTS, L4_IDS, SERVERS, L4_IDS, TIMES, STATES, st.integers(0, 65535)), min_size=1, max_size=9
)


def csv(rows: list[tuple[str, str, str, str, str, str, int]]) -> bytes:
    return "".join(
        f"TCP,{client},{client_id},64:ff9b::1,443,192.0.2.1,{port},{server},{server_id},{left},{state}\n"
        for client, client_id, server, server_id, left, state, port in rows
    ).encode()


def console(rows: list[tuple[str, str, str, str, str, str, int]]) -> bytes:
    line = "-" * 33
    return (
        f"{line}\n"
        + "".join(
            f"({state}) Expires in {left}\nRemote: {server}#{server_id}\t{client}#{client_id}\n"
            f"Local: 192.0.2.1#{port}\t64:ff9b::1#443\n{line}\n"
            for client, client_id, server, server_id, left, state, port in rows
        )
    ).encode()


FORMS = [(csv, templates.CSV, csv_blocks), (console, templates.CONSOLE, console_blocks)]


@pytest.mark.parametrize(("write", "template", "blocks"), FORMS)
@given(rows=ROWS)
def test_records(
    write: Callable[..., bytes],
    template: Template,
    blocks: Callable[[Iterable[bytes]], Iterator[SessionBlock]],
    rows: list[tuple[str, str, str, str, str, str, int]],
) -> None:
    text = write(rows)
    found = [session for block in blocks([text]) for session in block.sessions()]
    assert found == [session_from_row(row, "tcp") for row in read_rows(template, [text])]
    assert all(isinstance(session, Session) for session in found)
    for session, row in zip(found, rows):
        assert (session.ipv6_remote_address or session.ipv6_remote_name) == row[0]
        assert (session.ipv6_remote_address is None) == (":" not in row[0])
        assert (session.ipv4_remote_address is None) == (row[2] != "198.51.100.1")
        assert (session.ipv6_remote_l4_id is None) == (not row[1].isdigit())


@pytest.mark.parametrize(
    ("write", "blocks"), [(csv, csv_blocks), (console, lambda text, only: console_blocks(text, None, only))]
)
@pytest.mark.parametrize("only", [COUNTED, COUNTED_WITH_PORTS])
@given(rows=ROWS)
def test_few_columns_count_the_same(
    write: Callable[..., bytes],
    blocks: Callable[..., Iterator[SessionBlock]],
    only: frozenset[str],
    rows: list[tuple[str, str, str, str, str, str, int]],
) -> None:
    text = write(rows)
    assert summarize_blocks(blocks([text], only)) == summarize_blocks(blocks([text], None))
    if only is COUNTED_WITH_PORTS:
        ports = [text for block in blocks([text], only) for text in block.pool4_l4_ids]
        assert ports == [str(row[-1]) for row in rows]
