# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client: which commands each release gets, and what its answers become."""

from __future__ import annotations

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.client.commands import Dialect, in_namespace
from ansible_collections.nat64.jool.plugins.module_utils.client.jool import Jool
from ansible_collections.nat64.jool.plugins.module_utils.records.release import Release
from ansible_collections.nat64.jool.tests.unit.corpus import CAPTURES, Capture
from ansible_collections.nat64.jool.tests.unit.replay import Answer, ReplayTransport, version

ALL = ("tcp", "udp", "icmp")

COMMANDS = [
    # release, protocols, numeric, the commands
    ("3.1.3", ALL, True, ["jool --session --display"]),
    ("3.1.4", ALL, True, ["jool --session --display --numeric"]),
    ("3.2.3", ALL, True, ["jool --session --display --numeric --csv"]),
    ("3.5.8.0", ("udp", "tcp"), True, ["jool --session --display --tcp --udp --numeric --csv"]),
    ("3.5.8.0", ("icmp",), False, ["jool --session --display --icmp --csv"]),
    ("3.5.7.200", ("tcp",), True, ["jool -i blue session display --tcp --numeric --csv"]),
    (
        "4.1.9.0",
        ALL,
        True,
        [f"jool -i blue session display --{protocol} --numeric --csv" for protocol in ALL],
    ),
    ("4.1.255.5", ("udp",), False, ["jool -i blue session display --udp --csv"]),
]


@pytest.mark.parametrize(("release", "protocols", "numeric", "lines"), COMMANDS)
def test_session_commands(release: str, protocols: tuple[str, ...], numeric: bool, lines: list[str]) -> None:
    dialect = Dialect(Release.parse(release))
    assert [" ".join(command.argv) for command in dialect.sessions(protocols, "blue", numeric=numeric)] == lines


def test_a_namespace_goes_before() -> None:
    assert in_namespace("blue", ("jool", "x")) == ("ip", "netns", "exec", "blue", "jool", "x")
    assert in_namespace("", ("jool", "x")) == ("jool", "x")


def test_the_release_is_asked_for_once() -> None:
    transport = ReplayTransport({"jool --version": version("4.1.9.0")})
    jool = Jool(transport)
    assert jool.connect().release == Release(4, 1, 9)
    jool.connect()
    assert transport.asked == ["jool --version"]


@pytest.mark.parametrize("text", ["NAT64 userspace app 0.1", "something else", ""])
def test_unsupported_release(text: str) -> None:
    with pytest.raises(errors.UnsupportedRelease):
        Jool(ReplayTransport({"jool --version": version(text)})).connect()


def test_not_installed() -> None:
    with pytest.raises(errors.JoolNotInstalled) as caught:
        Jool(ReplayTransport({})).connect()
    assert caught.value.status == 127
    assert "edge1" in str(caught.value)


def capture_of(release: str, case: str) -> Capture:
    (found,) = [capture for capture in CAPTURES if capture.release == release and capture.case == case]
    return found


def test_old_releases_count_by_themselves() -> None:
    counts = capture_of("3.5.8", "session-count")
    transport = ReplayTransport({"jool --version": version("3.5.8.0"), "jool --session --count": Answer(counts.stdout)})
    assert Jool(transport).session_counts(ALL) == {"tcp": 60, "udp": 26, "icmp": 20}


def test_counts_that_are_too_few() -> None:
    transport = ReplayTransport({"jool --version": version("3.5.8.0"), "jool --session --count": Answer(b"60\n26\n")})
    with pytest.raises(errors.UnreadableOutput):
        Jool(transport).session_counts(ALL)


def test_counters_of_a_missing_instance() -> None:
    words = b"Error: The kernel module returned error 3: This namespace lacks an instance named 'nope'.\n"
    transport = ReplayTransport(
        {"jool --version": version("4.1.9.0"), "jool -i nope stats display --csv": Answer(b"Stat,Value\n", words, 3)}
    )
    with pytest.raises(errors.NoSuchInstance):  # and not a table cut short after its header
        Jool(transport).stats("nope")


def test_repeated_rows_are_counted_once() -> None:
    capture = capture_of("3.2.3", "session-repeated-rows-csv")
    line = "jool --session --display --tcp --numeric --csv"
    jool = Jool(ReplayTransport({"jool --version": version("3.2.3"), line: Answer(capture.stdout)}))
    sessions = list(jool.sessions(("tcp",), "default"))
    keys = [(row["src4"], row["sport4"], row["dst4"], row["dport4"]) for row in capture.rows("sessions")]
    assert [
        (one.ipv4_local_address, one.ipv4_local_l4_id, one.ipv4_remote_address, one.ipv4_remote_l4_id)
        for one in sessions
    ] == keys
    assert jool.notices == [
        "This release prints some sessions twice (NICMx/Jool#147): 2 repeated rows were counted once."
    ]


def test_a_dump_that_never_ends() -> None:
    capture = capture_of("3.2.3", "session-tcp-csv")
    endless = capture.stdout + capture.stdout.partition(b"\n")[2] * 3
    line = "jool --session --display --tcp --numeric --csv"
    # One pool4 address only, as it is where the defect shows.
    same = b"".join(
        row.replace(row.split(b",")[5], b"192.0.2.1") if row.startswith(b"TCP") else row
        for row in endless.splitlines(keepends=True)
    )
    jool = Jool(ReplayTransport({"jool --version": version("3.2.3"), line: Answer(same)}))
    with pytest.raises(errors.DumpNeverEnds):
        list(jool.sessions(("tcp",), "default"))


POOL4 = b"Mark,Protocol,Address,Min port,Max port,Iterations,Iterations fixed\n0,TCP,192.0.2.1,61001,65535,1024,0\n"


def test_pool4_is_asked_again_when_it_changed() -> None:
    changed = capture_of("4.1.9", "pool4-changed-console")
    line = "jool -i default pool4 display --tcp --csv"
    torn = Answer(POOL4, changed.stderr, 11)
    jool = Jool(ReplayTransport({"jool --version": version("4.1.9.0"), line: [torn, torn, Answer(POOL4)]}))
    assert [entry.port_min for entry in jool.pool4(("tcp",), "default")] == [61001]
    jool = Jool(ReplayTransport({"jool --version": version("4.1.9.0"), line: torn}))
    with pytest.raises(errors.TableChanged):
        jool.pool4(("tcp",), "default")


def test_words_on_standard_error_are_told() -> None:
    capture = capture_of("4.1.9", "session-resolver-down-csv")
    line = "jool -i default session display --tcp --csv"
    answers = {"jool --version": version("4.1.9.0"), line: Answer(capture.stdout, capture.stderr)}
    jool = Jool(ReplayTransport(answers))
    assert len(list(jool.sessions(("tcp",), "default", numeric=False))) == 3
    assert len(jool.notices) == 1
    assert "getnameinfo failed" in jool.notices[0]


@pytest.mark.parametrize("chunk", [1, 7, 4096])
def test_any_size_of_chunks(chunk: int) -> None:
    capture = capture_of("4.1.9", "session-tcp-csv")
    line = "jool -i default session display --tcp --numeric --csv"
    answers = {"jool --version": version("4.1.9.0"), line: Answer(capture.stdout)}
    assert len(list(Jool(ReplayTransport(answers, chunk=chunk)).sessions(("tcp",), "default"))) == 60


def test_rows_are_in_no_error() -> None:
    """What a broken-off dump says must not repeat sessions: they are personal data."""
    capture = capture_of("4.1.9", "session-cut-enomem-csv")
    line = "jool -i default session display --tcp --numeric --csv"
    answers = {"jool --version": version("4.1.9.0"), line: Answer(capture.stdout, capture.stderr, 12)}
    with pytest.raises(errors.DumpCutShort) as caught:
        list(Jool(ReplayTransport(answers)).sessions(("tcp",), "default"))
    assert "TCP," not in str(caught.value.as_dict())
