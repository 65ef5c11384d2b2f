# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any record in the format of any release: read back it is the same; cut anywhere it is never another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.records import bib, pool4, session, session_block
from ansible_collections.nat64.jool.tests.unit import rendering
from ansible_collections.nat64.jool.tests.unit.corpus import as_far_as_it_goes

Reader = Callable[[Iterable[bytes]], Iterator[Any]]
Table = Sequence[Any]


class Format:
    """A way to print a table.

    :ivar tables: any table that can be printed so.
    :ivar render: the text.
    :ivar read: the records of the text.
    :ivar known: what the format tells of a record.
    """

    def __init__(
        self,
        tables: st.SearchStrategy[Any],
        render: Callable[[Table], str],
        read: Reader,
        known: Callable[[Any], Any] = lambda record: record,
    ) -> None:
        self.tables, self.render, self.read, self.known = tables, render, read, known


def by_protocol(table: Table) -> Table:
    return sorted(table, key=lambda record: session.PROTOCOLS.index(record.protocol))


any_sessions = st.lists(rendering.sessions(), max_size=5).map(by_protocol)
tcp_sessions = st.lists(rendering.sessions(("tcp",)), max_size=5)
udp_sessions = st.lists(rendering.sessions(("udp",)), max_size=5)
any_bib = st.lists(rendering.bib_entries(), max_size=5).map(by_protocol)
any_pool4 = rendering.pool4_tables()


def udp_console(chunks: Iterable[bytes]) -> Iterator[session.Session]:
    return session_block.read_console(chunks, "udp")


FORMATS = {
    "session csv 3.2": Format(any_sessions, lambda t: rendering.session_csv(t, rendering.t3), session_block.read_csv),
    "session csv 4.0.1": Format(
        any_sessions, lambda t: rendering.session_csv(t, rendering.t4a), session_block.read_csv
    ),
    "session csv 4.0.2": Format(
        any_sessions, lambda t: rendering.session_csv(t, rendering.t4b), session_block.read_csv
    ),
    "session csv 4.0.2, no header": Format(
        any_sessions, lambda t: rendering.session_csv(t, rendering.t4b, header=False), session_block.read_csv
    ),
    "session console 3.2": Format(
        any_sessions, rendering.session_console_3, session_block.read_console, known=rendering.in_words
    ),
    "session console 3.5.8, no headers": Format(
        any_sessions,
        lambda t: rendering.session_console_3(t, footer=False),
        session_block.read_console,
        known=rendering.in_words,
    ),
    "session console 3.6": Format(
        tcp_sessions, lambda t: rendering.session_console_4(t, rendering.t4a, name="TCP"), session_block.read_console
    ),
    "session console 4.0.1": Format(udp_sessions, lambda t: rendering.session_console_4(t, rendering.t4a), udp_console),
    "session console 4.0.2": Format(udp_sessions, lambda t: rendering.session_console_4(t, rendering.t4b), udp_console),
    "session console 4.0.2, TCP": Format(
        tcp_sessions, lambda t: rendering.session_console_4(t, rendering.t4b), session_block.read_console
    ),
    "bib csv": Format(any_bib, rendering.bib_csv, bib.read_csv),
    "bib csv, no header": Format(any_bib, lambda t: rendering.bib_csv(t, header=False), bib.read_csv),
    "bib console 3.x": Format(any_bib, rendering.bib_console_3, bib.read_console),
    "bib console 3.5.8, no headers": Format(
        any_bib, lambda t: rendering.bib_console_3(t, footer=False), bib.read_console
    ),
    "bib console 4.x": Format(any_bib, rendering.bib_console_4, bib.read_console),
    "pool4 csv": Format(any_pool4, rendering.pool4_csv, pool4.read_csv),
    "pool4 csv, no header": Format(any_pool4, lambda t: rendering.pool4_csv(t, header=False), pool4.read_csv),
    "pool4 csv 3.4": Format(
        any_pool4.map(by_protocol), rendering.pool4_csv_34, pool4.read_csv, known=rendering.without_iterations
    ),
    "pool4 console 3.4": Format(
        any_pool4, rendering.pool4_console_34, pool4.read_console, known=rendering.without_iterations
    ),
    "pool4 console 3.5.5": Format(
        any_pool4, lambda t: rendering.pool4_console(t, footer=True, one_column=False), pool4.read_console
    ),
    "pool4 console 3.5.8": Format(any_pool4, lambda t: rendering.pool4_console(t, footer=True), pool4.read_console),
    "pool4 console 4.x": Format(any_pool4, rendering.pool4_console, pool4.read_console),
    "pool4 console 4.x, no headers": Format(
        any_pool4, lambda t: rendering.pool4_console(t, header=False), pool4.read_console
    ),
}

each_format = pytest.mark.parametrize("form", FORMATS.values(), ids=list(FORMATS))


@each_format
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_read_back(form: Format, data: st.DataObject) -> None:
    """As a whole, in pieces of any size, and with the line ends of a file that was saved elsewhere."""
    table = data.draw(form.tables)
    known = [form.known(record) for record in table]
    text = form.render(table).encode()
    assert list(form.read([text])) == known
    assert list(form.read(pieces(data, text))) == known
    assert list(form.read(pieces(data, text.replace(b"\n", b"\r\n")))) == known


@each_format
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_cut_anywhere(form: Format, data: st.DataObject) -> None:
    table = data.draw(form.tables)
    known = [form.known(record) for record in table]
    text = form.render(table).encode()
    line_ends = [end + 1 for end, byte in enumerate(text) if byte == ord("\n")]
    for cut in [*line_ends, *data.draw(st.lists(st.integers(0, len(text)), max_size=8))]:
        read, ended = as_far_as_it_goes(form.read([text[:cut]]))
        assert read == known[: len(read)]
        assert not ended or cut in [0, *line_ends]
        assert read == known or cut < len(text)


@pytest.mark.parametrize("name", [name for name in FORMATS if "session console 4" in name or "pool4 console 4" in name])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_lost_line_never_makes_another_record(name: str, data: st.DataObject) -> None:
    """Formats with several lines a record: whatever line is missing, all that is read was printed so."""
    form = FORMATS[name]
    table = data.draw(form.tables)
    known = [form.known(record) for record in table]
    lines = form.render(table).splitlines(keepends=True)
    for lost in range(len(lines)):
        read, _ended = as_far_as_it_goes(form.read(["".join(lines[:lost] + lines[lost + 1 :]).encode()]))
        assert all(record in known for record in read)


def pieces(data: st.DataObject, text: bytes) -> list[bytes]:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)])]
