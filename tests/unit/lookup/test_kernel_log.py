# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel's log as a witness: recorded lines of Jool, what loggers do to them, and what they cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.grammar.grammar_error import UnknownLine
from ansible_collections.nat64.jool.plugins.module_utils.lookup.holder import KNOWN, NOBODY, UNKNOWN, Holder, Verdict
from ansible_collections.nat64.jool.plugins.module_utils.lookup.log import LOST, MAPPED, LogHistory
from ansible_collections.nat64.jool.plugins.module_utils.records.kernel_log import LogEntry, read_log
from ansible_collections.nat64.jool.plugins.module_utils.store.finding import Question

RECORDED = Path(__file__).parents[1] / "kernel_log"
"""What the lab's kernel wrote, as dmesg and as journalctl show it: a ping, a TCP connection, a UDP datagram."""

CLIENT = "2001:db8:1::2"
BEGAN = 1795674009
"""2026-11-26 06:20:09 UTC."""

PING = LogEntry(BEGAN, "default", True, False, "icmp", CLIENT, 1274, "192.0.2.1", 64363, None, None)
BINDINGS = [
    PING,
    PING._replace(at=BEGAN + 3, protocol="tcp", ipv6_remote_l4_id=49440, ipv4_local_l4_id=61063),
    PING._replace(at=BEGAN + 3, protocol="udp", ipv6_remote_l4_id=46634, ipv4_local_l4_id=61064),
    PING._replace(at=BEGAN + 5, is_begin=False),
]


@pytest.mark.parametrize("name", ["4.1.13-dmesg.log", "4.1.13-journal.log"])
def test_recorded_lines(name: str) -> None:
    entries = list(read_log([(RECORDED / name).read_bytes()]))
    assert [entry for entry in entries if not entry.is_session] == BINDINGS
    last = [entry for entry in entries if entry.is_session][-1]
    assert last == PING._replace(
        at=BEGAN + 5,
        is_begin=False,
        is_session=True,
        ipv4_remote_address="198.51.100.5",
        ipv4_remote_l4_id=64363,
    )


@given(st.integers(1, 400))
def test_pieces_do_not_matter(size: int) -> None:
    text = (RECORDED / "4.1.13-dmesg.log").read_bytes()
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert list(read_log(pieces)) == list(read_log([text]))


LINE = b"Jool: default 2026/11/26 6:20:9 (GMT) - Mapped 2001:db8:1::2#1274 to 192.0.2.1#64363 (ICMP)"


@pytest.mark.parametrize(
    "line",
    [
        LINE,  # the last one of a log, without its end
        LINE + b"\n",
        LINE + b"\r\n",
        b"2026-11-26T08:20:09.123456+02:00 edge1 kernel: [ 4245.8] " + LINE + b"\n",  # another time zone
        b"Dec 31 23:59:59 edge1 kernel: " + LINE + b"\n",  # another year
        b"<6>" + LINE + b"\n",
        b"\xff\xfe other\n" + LINE + b"\nJool: module inserted\n",
    ],
)
def test_what_loggers_put_around_it(line: bytes) -> None:
    assert list(read_log([line])) == [PING]


def test_releases_before_4_0_have_no_instances() -> None:
    assert list(read_log([LINE.replace(b"default ", b"")])) == [PING._replace(instance="")]


def test_an_instance_has_any_name() -> None:
    assert list(read_log([LINE.replace(b"default", b"2026/1/1 (GMT) -")])) == [
        PING._replace(instance="2026/1/1 (GMT) -")
    ]


@pytest.mark.parametrize(
    "line",
    [LINE[:-20], LINE.replace(b"Mapped", b"Mappd"), LINE.replace(b"#64363", b""), LINE.replace(b"(ICMP)", b"(GRE)")],
)
def test_a_line_that_was_cut_or_changed_is_no_guess(line: bytes) -> None:
    with pytest.raises(UnknownLine, match="line 2"):
        list(read_log([LINE + b"\nsomebody else\n" + line + b"\n" + LINE]))


@pytest.mark.parametrize("date", [b"2026/13/26 6:20:9", b"2026/2/29 6:20:9", b"2026/11/26 6:20:61", b"0/1/1 0:0:0"])
def test_a_time_that_is_none(date: bytes) -> None:
    with pytest.raises(ValueError, match="is no time"):
        list(read_log([LINE.replace(b"2026/11/26 6:20:9", date)]))


A, B = Holder("udp", "2001:db8:1::a", 4001), Holder("udp", "2001:db8:1::b", 4001)
ASKED = Question(IPv4Address("192.0.2.1"), 61001, ("tcp", "udp", "icmp"))


def lines(*events: tuple[int, str, Holder], l4_id: int = 61001) -> Iterator[LogEntry]:
    """``+`` gives the address to a client, ``-`` takes it back."""
    for at, sign, holder in events:
        yield LogEntry(at, "default", sign == "+", False, *holder, "192.0.2.1", l4_id, None, None)


def others(first: int, last: int) -> list[LogEntry]:
    """Lines about another port: from when to when the log is."""
    return list(lines((first, "+", A), (last, "-", A), l4_id=7))


CASES: dict[str, tuple[list[tuple[int, str, Holder]], int, Verdict]] = {
    "held": ([(100, "+", A), (200, "-", A)], 150, Verdict(KNOWN, (A,), (MAPPED,))),
    "held_to_the_end_of_the_log": ([(100, "+", A)], 900, Verdict(KNOWN, (A,), (MAPPED,))),
    "given_in_this_second": ([(100, "+", A)], 100, Verdict(KNOWN, (A,), (MAPPED,))),
    "lost_in_this_second": ([(100, "+", A), (200, "-", A)], 200, Verdict(KNOWN, (A,), (MAPPED,))),
    "nobody_between": ([(100, "+", A), (200, "-", A), (300, "+", B)], 250, Verdict(NOBODY)),
    "one_after_the_other": ([(100, "+", A), (200, "-", A), (201, "+", B)], 300, Verdict(KNOWN, (B,), (MAPPED,))),
    "both_in_one_second": ([(100, "+", A), (200, "-", A), (200, "+", B)], 200, Verdict(UNKNOWN, (A, B))),
    "held_when_the_log_began": ([(200, "-", A)], 150, Verdict(KNOWN, (A,), (LOST,))),
    "no_line_before": ([(200, "+", A)], 150, Verdict(UNKNOWN)),
    "no_line_at_all": ([], 150, Verdict(UNKNOWN)),
    "removed_by_hand": ([(100, "+", A), (300, "+", B)], 200, Verdict(UNKNOWN, (A,))),
    "given_to_the_same_again": ([(100, "+", A), (300, "+", A)], 200, Verdict(KNOWN, (A,), (MAPPED,))),
    "out_of_order": ([(200, "-", A), (300, "+", B), (100, "+", A)], 150, Verdict(KNOWN, (A,), (MAPPED,))),
    "before_the_log": ([(100, "+", A)], 5, Verdict(UNKNOWN)),
    "after_the_log": ([(100, "+", A)], 1001, Verdict(UNKNOWN, (A,))),
    "of_two_protocols": (
        [(100, "+", A), (110, "+", A._replace(protocol="tcp")), (120, "-", A)],
        115,
        Verdict(KNOWN, (A._replace(protocol="tcp"), A), (MAPPED, MAPPED)),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_log_tells(name: str) -> None:
    events, at, wanted = CASES[name]
    history = LogHistory(ASKED).read([*lines(*events), *others(10, 1000)])
    assert history.verdict(at) == wanted


def test_lines_of_sessions_are_no_bindings() -> None:
    """A binding outlives each of its sessions."""
    history = LogHistory(ASKED).read(entry._replace(is_session=True) for entry in lines((100, "+", A)))
    assert (history.lines, history.verdict(100)) == (0, Verdict(UNKNOWN))


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50), st.sampled_from([A, B])), max_size=6)


@given(spans, st.integers(0, 700), st.integers(0, 300))
def test_nobody_is_named_who_was_not_there(gaps: list[tuple[int, int, Holder]], at: int, begins: int) -> None:
    """Bindings one after the other; the log begins somewhere within."""
    now, events, truth = 1, [], set()
    for gap, length, holder in gaps:
        began, now = now + gap, now + gap + length
        events += [(began, "+", holder), (now, "-", holder)]
        if began <= at <= now:
            truth.add(holder)
    kept = [event for event in events if event[0] >= begins]
    found = LogHistory(ASKED).read([*lines(*kept), *others(begins, 1000)]).verdict(at)
    if found.word == KNOWN:
        assert set(found.holders) <= truth
    if found.word == NOBODY:
        assert not truth
