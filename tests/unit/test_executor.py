# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The block executor gives what the stock engine gives: the same rows and errors, on any text, however it is cut."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv6Address
from typing import NamedTuple

import pytest
import textfsm
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.grammar import executor, line_breaks
from ansible_collections.nat64.jool.plugins.module_utils.grammar.catalog import TEMPLATES
from ansible_collections.nat64.jool.plugins.module_utils.grammar.executor import read_columns
from ansible_collections.nat64.jool.plugins.module_utils.grammar.grammar_error import (
    EndsInsideRecord,
    GrammarError,
    UnknownLine,
)
from ansible_collections.nat64.jool.plugins.module_utils.grammar.record_loop import (
    NoRecordLoop,
    RecordLoop,
    Wanted,
    record_loop,
)
from ansible_collections.nat64.jool.plugins.module_utils.grammar.session import CLIENT_SUBNET
from ansible_collections.nat64.jool.plugins.module_utils.grammar.template import Template
from ansible_collections.nat64.jool.plugins.module_utils.grammar.text_blocks import LineTooLong
from ansible_collections.nat64.jool.plugins.module_utils.records.session_block import (
    COUNTED,
    SessionBlock,
    by_subnet,
    console_blocks,
    csv_blocks,
)
from ansible_collections.nat64.jool.plugins.module_utils.summary.sessions import SessionSummary, summarize_blocks
from ansible_collections.nat64.jool.tests.unit.corpus import CAPTURES, recorded

Rows = list[list[object]]


class Outcome(NamedTuple):
    """What came of a text: rows, and the number and text of the line that ended it."""

    rows: Rows
    error: str
    line_number: int


def stock(template: Template, text: str) -> Outcome:
    """The stock engine's own call, with the whole text. It drops its rows at an error: then line by line up to it."""
    machine = textfsm.TextFSM(io.StringIO(template.text))
    lines = text.splitlines()
    try:
        rows = machine.ParseText(text, eof=False)
    except textfsm.TextFSMError:
        # Its message has the line but not its number: the first line that it does not take.
        machine = textfsm.TextFSM(io.StringIO(template.text))
        for number, line in enumerate(lines, 1):
            try:
                rows = machine.ParseText(f"{line}\n" if line else "\n", eof=False)
            except textfsm.TextFSMError:  # noqa: PERF203
                return Outcome([list(row) for row in rows] if number > 1 else [], "UnknownLine", number)
        raise
    unfinished = machine._cur_state_name not in template.accepting
    return Outcome(
        [list(row) for row in rows], "EndsInsideRecord" if unfinished else "", len(lines) if unfinished else 0
    )


def ours(template: Template, chunks: Iterable[bytes], block_bytes: int) -> Outcome:
    rows: Rows = []
    try:
        for columns in read_columns(template, chunks, block_bytes=block_bytes):
            assert len({len(column) for column in columns.values}) == 1
            rows.extend([list(row) for row in zip(*columns.values)])
    except (UnknownLine, EndsInsideRecord) as error:
        return Outcome(rows, type(error).__name__, error.line_number)
    return Outcome(rows, "", 0)


def decoded(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def same(template: Template, data: bytes, size: int, block_bytes: int | None = None) -> None:
    """Text that ends with a line break gives the same; other text was cut, and gives the same up to its last line."""
    whole, line_break, tail = data.rpartition(b"\n")
    expected = stock(template, decoded(whole + line_break))
    found = ours(template, cut(data, size), block_bytes or size)
    if not tail or expected.error == "UnknownLine":
        assert found == expected
    else:
        assert found.rows == expected.rows
        assert found.error == "EndsInsideRecord"


LOOPS = {name: template for name, template in TEMPLATES.items() if isinstance(executor.loop_of(template), RecordLoop)}


def test_the_large_tables_have_a_loop() -> None:
    assert {"session_csv", "session_console", "bib_csv", "pool4_csv"} <= set(LOOPS)


@pytest.mark.parametrize("size", [1, 61, 1 << 20])
@pytest.mark.parametrize("capture", CAPTURES[::3], ids=lambda capture: capture.id)
def test_corpus(capture: object, size: int) -> None:
    data = capture.stdout  # type: ignore[attr-defined]
    same(capture.template, data, size if size > 1 or len(data) < 3000 else 7)  # type: ignore[attr-defined]


SAMPLES = {name: recorded(template) for name, template in LOOPS.items()}
STRAY = st.sampled_from(
    [b"", b"\n", b"\r\n", b"\r", b"\x00", b"\x0b", b"\x0c", b"\x1c", b"\xc2\x85", b"\xe2\x80\xa8", b"\xff", b"TCP:\n",
     b"-" * 33 + b"\n", b"  (empty)\n", b"  (Fetched 3 entries.)\n", b"What?\n", b" ", b",", b"\t"]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, name: str) -> bytes:
    """Recorded output with lines taken out, put twice, or broken anywhere."""
    lines = draw(st.sampled_from(SAMPLES[name])).splitlines(keepends=True)
    start = draw(st.integers(0, max(len(lines) - 1, 0)))
    data = b"".join(lines[start : start + draw(st.integers(0, 25))])
    for _damage in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(STRAY) + data[at + draw(st.sampled_from([0, 0, 1, 40])) :]
    return data


@pytest.mark.parametrize("name", sorted(LOOPS))
@settings(max_examples=60, deadline=None)
@given(data=st.data(), size=st.sampled_from([1, 2, 17, 64, 1000, 10**6]), block=st.sampled_from([1, 50, 700, 10**6]))
def test_damaged_output(name: str, data: st.DataObject, size: int, block: int) -> None:
    same(LOOPS[name], data.draw(damaged(name)), size, block)


@pytest.mark.parametrize("name", ["session_csv", "session_console"])
@settings(max_examples=60, deadline=None)
@given(data=st.data(), size=st.sampled_from([1, 64, 10**6]))
def test_fewer_columns_are_the_same_columns(name: str, data: st.DataObject, size: int) -> None:
    text = data.draw(damaged(name))

    assert read_counted(name, text, size, COUNTED) == read_counted(name, text, size, None)


def read_counted(name: str, text: bytes, size: int, wanted: Wanted | None) -> tuple[list[dict[str, str]], str]:
    """The columns of a summary, row by row, and the error at the end."""
    found: list[dict[str, str]] = []
    try:
        for columns in read_columns(TEMPLATES[name], cut(text, size), wanted, size):
            found.extend({column: row[column] for column in COUNTED & set(columns.names)} for row in columns.rows())
    except GrammarError as error:
        return found, str(error)
    return found, ""


ADDRESSES = st.one_of(
    st.integers(0, 2**128 - 1).map(lambda number: str(IPv6Address(number))),
    st.integers(0, 2**128 - 1).map(lambda number: IPv6Address(number).exploded),
    st.lists(st.sampled_from(["", "0", "1", "abcd", "0000", "12345", "ABC", "1.2.3.4"]), min_size=2, max_size=10).map(
        ":".join
    ),
    st.just("1:2:3:4:"),
)


def with_addresses(text: bytes, addresses: list[str]) -> bytes:
    """Output in which some addresses stand in place of others."""
    for address in addresses:
        found = re.findall(rb"[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]+", text)
        text = text.replace(found[-1], address.encode(), 1) if found else text
    return text


@pytest.mark.parametrize("name", ["session_csv", "session_console"])
@settings(max_examples=100, deadline=None)
@given(data=st.data(), size=st.sampled_from([1, 64, 10**6]), addresses=st.lists(ADDRESSES, max_size=4))
def test_beginnings_are_of_the_same_columns(name: str, data: st.DataObject, size: int, addresses: list[str]) -> None:
    """Rows and errors are the same, and a client that is cut is cut behind its first 64 bits."""
    text = with_addresses(data.draw(damaged(name)), addresses)
    whole, error = read_counted(name, text, size, None)
    cut_short, same_error = read_counted(name, text, size, by_subnet(COUNTED))
    assert same_error == error
    assert len(whole) == len(cut_short)
    for row, short in zip(whole, cut_short):
        address, subnet = row.pop("IPV6_REMOTE_ADDRESS"), short.pop("IPV6_REMOTE_ADDRESS")
        assert row == short
        if subnet != address:
            assert int(IPv6Address(f"{subnet}:")) == int(IPv6Address(address)) >> 64 << 64


@pytest.mark.parametrize(("name", "blocks"), [("session_csv", csv_blocks), ("session_console", console_blocks)])
@settings(max_examples=100, deadline=None)
@given(data=st.data(), size=st.sampled_from([1, 64, 10**6]), addresses=st.lists(ADDRESSES, max_size=4))
def test_counts_by_subnet_are_the_same_counts(
    name: str, blocks: Callable[..., Iterator[SessionBlock]], data: st.DataObject, size: int, addresses: list[str]
) -> None:
    """Or an error as well, also for an address that is none; which one of several may differ."""
    text = with_addresses(data.draw(damaged(name)), addresses)

    def count(wanted: Wanted) -> SessionSummary | None:
        chunks = cut(text, size)
        try:
            found = blocks(chunks, wanted) if name == "session_csv" else blocks(chunks, "udp", wanted)
            return summarize_blocks(found)
        except (ValueError, GrammarError):
            return None

    assert count(by_subnet(COUNTED)) == count(COUNTED)


@settings(max_examples=300, deadline=None)
@given(st.from_regex(CLIENT_SUBNET.text + CLIENT_SUBNET.rest, fullmatch=True))
def test_what_is_not_kept_makes_an_address(text: str) -> None:
    """And one that the template knows."""
    subnet = re.match(CLIENT_SUBNET.text, text)
    assert subnet is not None
    assert int(IPv6Address(f"{subnet[0]}:")) == int(IPv6Address(text)) >> 64 << 64
    for name in ("session_csv", "session_console"):
        (value,) = (value for value in TEMPLATES[name].load().values if value.name == CLIENT_SUBNET.value)
        assert re.fullmatch(value.regex, text)


@settings(deadline=None)
@given(st.lists(st.sampled_from([0, 0, 1, 0xABCD]), min_size=8, max_size=8))
def test_addresses_with_all_their_first_groups_are_cut(groups: list[int]) -> None:
    text = str(IPv6Address(b"".join(group.to_bytes(2, "big") for group in groups)))
    written = text.partition("::")[0].split(":")
    assert bool(re.fullmatch(CLIENT_SUBNET.text + CLIENT_SUBNET.rest, text)) == (len(written) >= 4)


@pytest.mark.parametrize("name", sorted(TEMPLATES))
@settings(max_examples=20, deadline=None)
@given(text=st.binary(max_size=200), size=st.integers(1, 50))
@example(text=b"", size=1)
@example(text=b"\n\r\n\x85\n", size=1)
def test_any_bytes(name: str, text: bytes, size: int) -> None:
    same(TEMPLATES[name], text, size)


def template(*lines: str, accepting: tuple[str, ...] = ("Start",)) -> Template:
    return Template("made", "\n".join(lines), frozenset(accepting))


TRICKY = [
    # A template, a text: where a loop could go wrong.
    (
        template("Value A (\\d+)", "Value Filldown B (\\w+)", "", "Start", "  ^a${A}$$ -> Record", "  ^b${B}$$",
                 "  ^c${A}$$", "  ^. -> Error"),
        "a1\nbx\na2\nc9\na3\na4\nby\na5\n",
    ),
    (
        template("Value A (\\d+)", "Value B (\\d+)", "", "Start", "  ^a${A}$$ -> Next_", "  ^x$$ -> Other",
                 "  ^. -> Error", "", "Next_", "  ^b${B}$$ -> Record Start", "  ^ -> Error", "", "Other",
                 "  ^a${A}$$ -> Record", "  ^y$$ -> Start", "  ^b${B}$$", "  ^. -> Error"),
        "a1\nb2\na3\nb4\nx\na5\nb6\na7\nb8\ny\na9\nb9\na1\n",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("made", "text"), TRICKY)
@pytest.mark.parametrize("size", [1, 3, 5, 100])
def test_tricky_templates(made: Template, text: str, size: int) -> None:
    assert isinstance(executor.loop_of(made), RecordLoop)
    same(made, text.encode(), size)


NO_LOOPS = [
    # The Values and the first rule, why there is no loop
    (["Value A (.+)", "", "Start", "  ^${A}$$ -> Record"], "can match the line break"),
    (["Value A ([^,]+)", "", "Start", "  ^${A}$$ -> Record"], "can match the line break"),
    (["Value A (\\w+)", "", "Start", "  ^${A}\\s*$$ -> Record"], "can match the line break"),
    (["Value A (\\w+)", "", "Start", "  ^${A} -> Record"], "not anchored"),
    (["Value A (\\w+)", "", "Start", "  ^${A}\\$$ -> Record"], "not anchored"),
    (["Value A (\\w+)", "", "Start", "  ^(?:${A})?$$ -> Record"], "without any value"),
    (["Value Required A (\\w+)", "", "Start", "  ^${A}$$ -> Record"], "option Required"),
    (["Value Filldown A (\\w+)", "", "Start", "  ^${A}$$ -> Record"], "option Filldown"),
    (["Value List A (\\w+)", "Value B (\\w+)", "", "Start", "  ^${B}$$ -> Record"], "option List"),
    (["Value A (\\w+)", "", "Start", "  ^${A}(?<=x)$$ -> Record"], "looks behind"),
    (["Value A ((\\w)\\2)", "", "Start", "  ^${A}$$ -> Record"], "not known"),
    (["Value A (\\w+\\Z)", "", "Start", "  ^${A}$$ -> Record"], "the whole text"),
    (["Value A ((?i:x))", "", "Start", "  ^${A}$$ -> Record"], "flags of its own"),
    (["Value A (\\w+)", "", "Start", "  ^${A}$$ -> Continue.Record"], "0 of its states"),
    (["Value A (\\w+)", "", "Start", "  ^${A}$$"], "0 of its states"),
    (["Value A (\\w+)", "", "Start", "  ^${A}$$ -> Record End"], "0 of its states"),
]


@pytest.mark.parametrize(("lines", "words"), NO_LOOPS)
def test_templates_without_a_loop_say_why(lines: list[str], words: str) -> None:
    made = template(*lines)
    with pytest.raises(NoRecordLoop, match=re.escape(words)):
        record_loop(made.load(), made.accepting)
    if "End" not in lines[-1]:
        same(made, b"x\nyy\n\nzz,\n", 3)


@given(
    st.sampled_from([r"\d", r"\D", r"\s", r"\S", r"\w", r"\W", ".", "[^a]", "[a-z]", r"[^\s]", r"[\d\s]", "[\n]", "a"])
)
def test_line_breaks_by_trying(part: str) -> None:
    """The check on the parsed expression says what trying every line break says."""
    matches = any(re.fullmatch(part, character) for character in line_breaks.LINE_BREAKS)
    try:
        line_breaks.refuse_unless_line_bound(part)
    except line_breaks.NotLineBound:
        assert matches
    else:
        assert not matches


def test_a_line_without_end() -> None:
    def endless() -> Iterable[bytes]:
        yield b"TCP:\n"
        while True:
            yield b"x" * 65536

    with pytest.raises(LineTooLong) as caught:
        list(read_columns(TEMPLATES["session_console"], endless()))
    assert caught.value.line_number == 2
    assert len(str(caught.value)) < 400


KINDS = template(
    "Value KIND (A|B|CC)",
    "Value N (\\d+)",
    "Value SORT (x|[xyz]+)",
    "",
    "Start",
    "  ^${KIND} ${N}(?: ${SORT}|)$$ -> Record",
    "  ^. -> Error",
)
OVERLAPPING = template(
    "Value KIND (A|AB)", "Value REST (B?\\d*)", "", "Start", "  ^${KIND}${REST}$$ -> Record", "  ^. -> Error"
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["A 1", "A 2 x", "A 3 y", "A 3 xx", "B 4", "B 5 x", "CC 6", "", "D 7", "A", " "]), max_size=12
    ),
    st.sampled_from([1, 7, 30, 1000]),
)
def test_records_of_one_kind_and_of_several(lines: list[str], size: int) -> None:
    same(KINDS, "".join(f"{line}\n" for line in lines).encode(), size)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["A1", "AB", "AB2", "A", "ABB"]), max_size=6))
def test_words_that_begin_one_another(lines: list[str]) -> None:
    same(OVERLAPPING, "".join(f"{line}\n" for line in lines).encode(), 1000)


def test_what_records_have_in_common_is_not_taken_out_of_each() -> None:
    loop = executor.loop_of(KINDS)
    assert isinstance(loop, RecordLoop)
    special = loop.of_one_kind("A 1 x\nA 2\n")
    assert special is not None
    assert (special.words, sorted(special.groups)) == ({"KIND": "A"}, ["N", "SORT"])
    assert loop.of_one_kind("A 1 y\n") is special
    assert loop.of_one_kind("A 2\n") is not special
    assert loop.of_one_kind("D 1\n") is None
    overlapping = executor.loop_of(OVERLAPPING)
    assert isinstance(overlapping, RecordLoop)
    assert overlapping.of_one_kind("A1\n") is None


def test_records_of_a_protocol_have_an_expression_of_their_own() -> None:
    """Of TCP, the usual state is not taken out of each record; others have none."""
    loop = executor.loop_of(TEMPLATES["session_csv"], by_subnet(COUNTED))
    assert isinstance(loop, RecordLoop)
    row = "2001:db8::1,1,64:ff9b::1,1,192.0.2.1,1,0.0.0.1,1,0:00:01"
    tcp, udp = loop.of_one_kind(f"TCP,{row},V6_INIT\n"), loop.of_one_kind(f"UDP,{row}\n")
    assert tcp is not None
    assert udp is not None
    assert (tcp.words, tcp.otherwise) == ({"PROTOCOL": "TCP"}, {"STATE": "ESTABLISHED"})
    assert udp.words == {"PROTOCOL": "UDP"}
    assert "STATE" not in udp.groups
    console = executor.loop_of(TEMPLATES["session_console"])
    assert isinstance(console, RecordLoop)
    stateful = console.of_one_kind(
        "(TRANS) Expires in 0:00:01\nRemote: 0.0.0.1#1\t::1#1\nLocal: 192.0.2.1#1\t::2#1\n"
        "---------------------------------\n"
    )
    assert stateful is not None
    assert stateful.otherwise == {"STATE": "ESTABLISHED"}
