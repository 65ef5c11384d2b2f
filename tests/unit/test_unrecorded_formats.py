# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Formats of releases without captures, as their sources print them (NICMx/Jool at the tag named)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.grammar.grammar_error import (
    EndsInsideRecord,
    GrammarError,
    UnknownLine,
)
from ansible_collections.nat64.jool.plugins.module_utils.grammar.text_blocks import blocks
from ansible_collections.nat64.jool.plugins.module_utils.records import (
    bib,
    eamt,
    global_parameters,
    instance,
    pool4,
    prefix,
    session_block,
    stats,
)
from ansible_collections.nat64.jool.plugins.module_utils.records.bib import BibEntry
from ansible_collections.nat64.jool.plugins.module_utils.records.pool4 import Pool4Range
from ansible_collections.nat64.jool.plugins.module_utils.records.session import SectionCountMismatch

GLOBAL_3_3 = b"""
  Status: Enabled
  Manually disabled (--enable, --disable): OFF

  --zeroize-traffic-class: OFF
  --override-tos: ON
  --tos: 46 (0x2e)
  --mtu-plateaus:
      65535
      32000
  --maximum-simultaneous-opens: 10
  --source-icmpv6-errors-better: OFF

  --allow-atomic-fragments: Mixed
    --setDF: ON
    --genFH: OFF
    --genID: OFF
    --boostMTU: ON

  Additional Logging:
  --logging-bib: OFF
  --logging-session: OFF

  Filtering:
    --address-dependent-filtering: OFF
    --drop-icmpv6-info: OFF
    --drop-externally-initiated-tcp: OFF

  Timeouts:
    --udp-timeout: 5 minutes, 0 seconds
    --tcp-est-timeout: 2 hours, 0 minutes
    --tcp-trans-timeout: 4 minutes, 0 seconds
    --icmp-timeout: 1 minutes, 0 seconds
    --fragment-arrival-timeout: 2 seconds

"""
GLOBAL_3_4 = GLOBAL_3_3.replace(b"      65535\n      32000\n", b"     65535\n     32000\n").replace(
    b"better: OFF\n",
    b"better: OFF\n  --handle-rst-during-fin-rcv: ON\n  --f-args: 11 (0b1011)\n    Src addr: ON\n    Src port: OFF\n"
    b"    Dst addr: ON\n    Dst port: ON\n",
)


@pytest.mark.parametrize("text", [GLOBAL_3_3, GLOBAL_3_4], ids=["3.3.5", "3.4.6"])
def test_global_console(text: bytes) -> None:
    values = global_parameters.read_console([text]).values
    assert values["Status"] == "Enabled"
    assert values["manually-enabled"] is True
    assert values["mtu-plateaus"] == [65535, 32000]
    assert values["maximum-simultaneous-opens"] == 10
    assert values["tos"] == 46
    assert values["allow-atomic-fragments"] == "Mixed"
    assert values["setDF"] is True
    assert values["fragment-arrival-timeout"] == 2.0
    assert values["tcp-est-timeout"] == 7200.0
    assert values.get("f-args") == (11 if text is GLOBAL_3_4 else None)
    assert len(values) == 23 + 2 * (text is GLOBAL_3_4)


@pytest.mark.parametrize(
    "after", [b"  --mtu-plateaus:\n", b"      65535\n", b"  --f-args: 11 (0b1011)\n", b"Dst addr: ON\n"]
)
def test_global_console_cut_inside_a_parameter(after: bytes) -> None:
    text = GLOBAL_3_4.replace(b"     65535", b"      65535")
    with pytest.raises(EndsInsideRecord):
        global_parameters.read_console([text[: text.index(after) + len(after)]])


def test_global_csv_3_4() -> None:
    text = (
        b'Status,Disabled\nManually disabled,TRUE\nmtu-plateaus,"1492"\n'
        b"allow-atomic-fragments,OFF\nudp-timeout,00:05:00.5\n"
    )
    assert global_parameters.read_csv([text]).values == {
        "Status": "Disabled",
        "manually-enabled": False,
        "mtu-plateaus": [1492],
        "allow-atomic-fragments": "OFF",
        "udp-timeout": 300.005,
    }


@pytest.mark.parametrize("text", [b"Field,Value\noverride-tos,MAYBE\n", b"eam-hairpin-mode,sometimes\n", b"tos,\n"])
def test_global_value_of_another_type(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        global_parameters.read_csv([text])


def test_global_parameter_of_a_later_release_is_text() -> None:
    assert global_parameters.read_console([b"  map-t-type: BR\n"]).values == {"map-t-type": "BR"}


def test_pool4_3_3_has_prefixes() -> None:
    text = b"192.0.2.1/32\n198.51.100.0/24\n  (Fetched 2 prefixes.)\n"
    assert list(pool4.read_console([text])) == [
        Pool4Range(None, None, "192.0.2.1", None, None, None, None),
        Pool4Range(None, None, "198.51.100.0/24", None, None, None, None),
    ]


def test_pool4_with_a_length() -> None:
    """4.0.8 and later can print one, which makes the column wider."""
    text = b"""\
+------------+-------+--------------------+-----------------+-------------+
|          0 |   TCP |       1024 ( auto) |    198.51.100.0/24 |     1-65535 |
+------------+-------+--------------------+-----------------+-------------+
"""
    row = Pool4Range(0, "tcp", "198.51.100.0/24", 1, 65535, 1024, False)
    assert list(pool4.read_console([text])) == [row]
    assert list(pool4.read_csv([b"0,TCP,198.51.100.0/24,1,65535,1024,0\n"])) == [row]


def test_pool4_rows_of_no_group() -> None:
    text = b"""\
+------------+-------+--------------------+-----------------+-------------+
|            |       |                    |       192.0.2.1 |     1-   99 |
"""
    with pytest.raises(UnknownLine):
        list(pool4.read_console([text]))


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (pool4.read_console, b"192.0.2.1\n  (Fetched 2 addresses.)\n"),
        (eamt.read_console, b"::/128 - 192.0.2.1/32\n  (Fetched 2 entries.)\n"),
        (prefix.read_pool6_console, b"64:ff9b::/96\n  (Fetched 2 prefixes.)\n"),
        (prefix.read_denylist4_console, b"192.0.2.0/24\n  (Fetched 2 entries.)\n"),
        (bib.read_console, b"TCP:\n[Static] 192.0.2.1#80 - 2001:db8::1#80\n  (Fetched 2 entries.)\n"),
        (
            bib.read_console,
            b"TCP:\n[Static] 192.0.2.1#80 - 2001:db8::1#80\n  (Fetched 1 entries.)\nUDP:\n  (Fetched 1 entries.)\n",
        ),
    ],
)
def test_footer_that_counts_other_rows(read: Callable[[list[bytes]], Iterable[object]], text: bytes) -> None:
    with pytest.raises(SectionCountMismatch):
        list(read([text]))


def test_bib_with_a_failing_resolver() -> None:
    """Up to 3.3.5 its message stands in the middle of the row."""
    csv = b"TCP,getnameinfo failed: Temporary failure, try again\n2001:db8::1,40000,192.0.2.1,61001,0\n"
    console = b"TCP:\n[Dynamic] 192.0.2.1#61001 - getnameinfo failed: Temporary failure\n2001:db8::1#40000\n"
    entry = BibEntry("tcp", "2001:db8::1", 40000, "192.0.2.1", 61001, is_static=False)
    assert list(bib.read_csv([csv])) == [entry]
    assert list(bib.read_console([console])) == [entry]
    for read, text in ((bib.read_csv, csv), (bib.read_console, console)):
        with pytest.raises(EndsInsideRecord):
            list(read([text[: text.index(b"2001")]]))


def test_prefixes_of_3_4() -> None:
    assert list(prefix.read_pool6_csv([b"Prefix\n64:ff9b::/96\n"])) == ["64:ff9b::/96"]
    assert list(prefix.read_pool6_console([b"64:ff9b::/96\n  (Fetched 1 entries.)\n"])) == ["64:ff9b::/96"]


@pytest.mark.parametrize("name", ["", "a,b", "a | b", "|", "x y", "trailing ", "netfilter"])
def test_instance_of_any_name(name: str) -> None:
    row = instance.Instance("ab080d00", name, "unknown")
    csv = f"AB080D00,{name},unknown\n"
    console = f"{LINE}| {'ab080d00':>18} | {name:>15} | {'unknown':>9} |\n{LINE}"
    assert list(instance.read_csv([csv.encode()])) == [row]
    assert list(instance.read_console([console.encode()])) == [row]


LINE = "+--------------------+-----------------+-----------+\n"


def test_stats_with_quotes_and_blank_lines_in_the_text() -> None:
    """4.2.0-rc3 has quotes in an explanation, and does not double them."""
    csv = (
        b'Stat,Value,Explanation\nJSTAT_A,1,"First.\n- "Rule" is\n\n- m."\n'
        b'????,7,"This stat is unknown."\nJSTAT_B,0,"Last."\n'
    )
    read = stats.read_csv([csv], explained=True)
    assert read.counters == {"JSTAT_A": 1, "JSTAT_B": 0}
    assert read.explanations == {"JSTAT_A": 'First.\n- "Rule" is\n\n- m.', "JSTAT_B": "Last."}
    assert read.unknown == (7,)


@pytest.mark.parametrize(
    "text",
    [b'JSTAT_A,1,"First.\nJSTAT_B,0,"Last."\n', b'JSTAT_A,1,"First.\nJSTAT_B,0\n', b'JSTAT_A,1,"First.\nSecond.\n'],
)
def test_stats_with_an_explanation_that_never_ends(text: bytes) -> None:
    with pytest.raises(GrammarError):
        stats.read_csv([text], explained=True)


@pytest.mark.parametrize(
    ("text", "explained"),
    [
        (b'Stat,Value,Explanation\nJSTAT_A,1,"Text."\n', False),
        (b'JSTAT_A,1,"Text."\n', False),
        (b"Stat,Value\nJSTAT_A,1\n", True),
        (b"JSTAT_A,1\n", True),
    ],
)
def test_stats_are_read_as_they_were_asked_for(text: bytes, explained: bool) -> None:
    with pytest.raises(GrammarError):
        stats.read_csv([text], explained=explained)


@pytest.mark.parametrize("text", [b"JSTAT_A: 1\n", b"JSTAT_A: 1\nText.\n", b"JSTAT_A: 1\nText.\nJSTAT_B: 1\nText.\n\n"])
def test_explained_counter_ends_with_a_blank_line(text: bytes) -> None:
    with pytest.raises(GrammarError):
        stats.read_console([text], explained=True)


def test_gauge_below_zero() -> None:
    read = stats.read_csv([b"JSTAT_BIB_ENTRIES,1\nJSTAT_SESSIONS,18446744073709551611\n"])
    assert read.invalid == ("JSTAT_SESSIONS",)
    assert read.sessions is None
    assert stats.read_csv([b"Stat,Value\n"]).sessions == 0


@pytest.mark.parametrize("text", [b"", b"1\n2\n", b"TCP: 1\n"])
def test_count_is_one_number(text: bytes) -> None:
    with pytest.raises(GrammarError):
        prefix.read_count([text])


@pytest.mark.parametrize("text", [b"", b"Running", b"Running\nRunning\n", b"Alive\n"])
def test_status_is_one_line(text: bytes) -> None:
    with pytest.raises(GrammarError):
        instance.read_status([text])


def test_console_of_3_1_has_no_states() -> None:
    separator = b"-" * 33 + b"\n"
    text = b"TCP:\n" + separator + b"Expires in 2 hours, 0 minutes\n"
    text += b"Remote: 192.0.2.8#80\t2001:db8::8#1\nLocal: 192.0.2.1#2\t64:ff9b::1#80\n" + separator
    (read,) = session_block.read_console([text])
    assert (read.protocol, read.state, read.expires_in) == ("tcp", None, 7200.0)


@pytest.mark.parametrize(
    ("chunks", "cut"),
    [
        ([b"a\n\n", b"\n"], ["a", "", ""]),
        ([b"\n\n\nb\n"], ["", "", "", "b"]),
        ([b"a\r", b"\nb\r\n\r\n"], ["a", "b", ""]),
        (["a\u2028b\x0bc\x85d\n".encode()], ["a", "b", "c", "d"]),
        ([b"\xc3", b"\xa9\n\xff\n"], ["\u00e9", "\\xff"]),
        ([], []),
    ],
)
def test_lines_end_where_textfsm_ends_them(chunks: list[bytes], cut: list[str]) -> None:
    assert [line for block in blocks("test", chunks) for line in block.splitlines()] == cut
