# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of a host: what is asked, where it is looked for, what is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.client.jool import Jool
from ansible_collections.nat64.jool.plugins.module_utils.facts.question import Question
from ansible_collections.nat64.jool.plugins.module_utils.facts.session_facts import gather, gather_capture
from ansible_collections.nat64.jool.plugins.module_utils.facts.table_file import TableFile
from ansible_collections.nat64.jool.plugins.module_utils.records.session_filter import SessionFilter
from ansible_collections.nat64.jool.tests.unit.replay import Answer, ReplayTransport, version

CAPTURES = Path(__file__).parent / "captures"

HEADER = (
    b"Protocol,IPv6 Remote Address,IPv6 Remote L4-ID,IPv6 Local Address,IPv6 Local L4-ID,IPv4 Local Address,"
    b"IPv4 Local L4-ID,IPv4 Remote Address,IPv4 Remote L4-ID,Expires in,State\n"
)
TCP = (
    b"TCP,2001:db8:1::1,4001,64:ff9b::c633:6401,443,192.0.2.1,61001,198.51.100.1,443,1:59:58.232,ESTABLISHED\n"
    b"TCP,2001:db8:1::1,4001,64:ff9b::c633:6402,443,192.0.2.1,61001,198.51.100.2,443,0:03:58,V6_INIT\n"
    b"TCP,2001:db8:2::1,4002,64:ff9b::c633:6401,80,192.0.2.1,61002,198.51.100.1,80,2:00:00,ESTABLISHED\n"
)
UDP = b"UDP,2001:db8:2::1,5353,64:ff9b::c633:6401,53,192.0.2.1,61001,198.51.100.1,53,0:04:59.292\n"
GLOBAL = b"Field,Value\npool6,64:ff9b::/96\ntcp-est-timeout,2:00:00\nudp-timeout,0:05:00\nss-enabled,FALSE\n"
BIB = b"Protocol,IPv6 Address,IPv6 L4-ID,IPv4 Address,IPv4 L4-ID,Static?\n"
TCP_BIB = (
    b"TCP,2001:db8:1::1,4001,192.0.2.1,61001,0\n"
    b"TCP,2001:db8:2::1,4002,192.0.2.1,61002,0\n"
    b"TCP,2001:db8:9::1,80,192.0.2.1,61004,1\n"
)
POOL4 = b"Mark,Protocol,Address,Min port,Max port,Iterations,Iterations fixed\n"
NOBODY = Answer(
    HEADER, b"Error: The kernel module returned error 3: This namespace lacks an instance named 'x'.\n", status=3
)
NOT_LOADED = Answer(stderr=(CAPTURES / "4.1.9/error-not-loaded-csv.err").read_bytes(), status=253)


def instance(name: str = "default", netns: str = "", sessions: int = 4) -> dict[str, Answer | list[Answer]]:
    """The answers of one instance with three TCP sessions and one UDP session."""
    prefix = f"ip netns exec {netns} jool -i {name} " if netns else f"jool -i {name} "
    return {
        f"{prefix}stats display --csv": Answer(f"Stat,Value\nJSTAT_SESSIONS,{sessions}\n".encode()),
        f"{prefix}session display --tcp --numeric --csv": Answer(HEADER + TCP),
        f"{prefix}session display --udp --numeric --csv": Answer(HEADER + UDP),
        f"{prefix}session display --icmp --numeric --csv": Answer(HEADER),
        f"{prefix}pool4 display --tcp --csv": Answer(POOL4 + b"0,TCP,192.0.2.1,61001,61004,1024,0\n"),
        f"{prefix}pool4 display --udp --csv": Answer(POOL4 + b"7,UDP,192.0.2.1,61001,61010,infinite,1\n"),
        f"{prefix}pool4 display --icmp --csv": Answer(POOL4),
        f"{prefix}global display --csv": Answer(GLOBAL),
        f"{prefix}bib display --tcp --numeric --csv": Answer(BIB + TCP_BIB),
        f"{prefix}bib display --udp --numeric --csv": Answer(BIB + b"UDP,2001:db8:2::1,5353,192.0.2.1,61001,0\n"),
        f"{prefix}bib display --icmp --numeric --csv": Answer(BIB),
    }


def host(*listed: str, **more: Answer | list[Answer]) -> dict[str, Answer | list[Answer]]:
    """The answers of a host that lists these instances."""
    rows = "".join(f"{number:x},{name},netfilter\n" for number, name in enumerate(listed, 0xAB0))
    return {
        "jool --version": version("4.1.9.0"),
        "cat /sys/module/jool/version": version("4.1.9.0"),
        "jool instance display --csv": Answer(f"Namespace,Name,Framework\n{rows}".encode()),
        **more,
    }


def ask(answers: Mapping[str, Answer | list[Answer]], **options: Any) -> dict[str, Any]:
    return gather(Jool(ReplayTransport(answers)), Question(**options), "host")


def test_everything_of_one_instance() -> None:
    facts = ask({**host("default"), **instance()}, subsets=frozenset({"summary", "sessions"}))
    assert facts["source"] == "table"
    assert facts["jool"] == {"tool": "4.1.9", "module": "4.1.9"}
    assert facts["complete"] is True
    assert facts["total"] == 4
    assert facts["by_protocol"] == {"tcp": 3, "udp": 1, "icmp": 0}
    assert {state: count for state, count in facts["by_state"].items() if count} == {"ESTABLISHED": 2, "V6_INIT": 1}
    (entry,) = facts["instances"]
    assert (entry["name"], entry["netns"], entry["framework"]) == ("default", "", "netfilter")
    assert entry["by_pool4_address"] == {"192.0.2.1": 4}
    assert entry["clients"] == 2
    assert entry["top_clients"] == [
        {"prefix": "2001:db8:1::/64", "sessions": 2},
        {"prefix": "2001:db8:2::/64", "sessions": 2},
    ]
    assert entry["kernel_sessions"] == {"before": 4, "after": 4}
    assert [(use["protocol"], use["ports_used"], use["ports_total"]) for use in entry["pool4"]] == [
        ("tcp", 2, 4),  # two of the three sessions share a port
        ("udp", 1, 10),
    ]
    assert entry["pool4"][0]["percent_used"] == 50.0
    assert entry["pool4"][1]["max_iterations"] is None
    assert len(entry["sessions"]) == 4
    assert entry["truncated"] is False


def test_every_key_is_always_there() -> None:
    full = ask({**host("default"), **instance()}, subsets=frozenset({"summary", "sessions"}))
    counts = ask({**host("default"), **instance()}, subsets=frozenset({"counts"}))
    capture = gather_capture([HEADER + TCP], "x", Question())
    assert full.keys() == counts.keys() == capture.keys()
    assert full["instances"][0].keys() == counts["instances"][0].keys() == capture["instances"][0].keys()
    assert counts["instances"][0]["top_clients"] is None
    assert counts["instances"][0]["sessions"] is None


def test_counts_ask_for_nothing_more() -> None:
    transport = ReplayTransport({**host("default"), **instance()})
    gather(Jool(transport), Question(subsets=frozenset({"counts"}), protocols=("udp",)), "host")
    assert transport.asked == [
        "jool --version",
        "cat /sys/module/jool/version",
        "jool instance display --csv",
        "jool -i default stats display --csv",  # is it in this namespace?
        "jool -i default session display --udp --numeric --csv",
    ]


def test_a_protocol_that_was_not_asked_for_is_not_zero() -> None:
    facts = ask({**host("default"), **instance()}, protocols=("udp",))
    assert facts["by_protocol"] == {"tcp": None, "udp": 1, "icmp": None}
    assert facts["by_state"] is None


def test_rows_are_capped() -> None:
    facts = ask({**host("default"), **instance()}, subsets=frozenset({"sessions"}), max_sessions=2)
    (entry,) = facts["instances"]
    assert len(entry["sessions"]) == 2
    assert entry["truncated"] is True
    assert entry["total"] == 4


def test_instances_in_other_namespaces_are_found() -> None:
    answers = {
        **host("default", "blue"),
        **instance(),
        **instance("blue", "lan"),
        "jool -i blue stats display --csv": NOBODY,
        "ip netns list": Answer(b"spare\nlan (id: 0)\n"),
        "ip netns exec spare jool -i blue stats display --csv": NOBODY,
    }
    facts = ask(answers)
    assert [(entry["name"], entry["netns"]) for entry in facts["instances"]] == [("default", ""), ("blue", "lan")]
    assert facts["total"] == 8
    assert facts["complete"] is True


def test_the_same_name_in_two_namespaces() -> None:
    answers = {
        **host("default", "default"),
        **instance(),
        **instance("default", "lan"),
        "ip netns list": Answer(b"lan (id: 0)\n"),
    }
    facts = ask(answers)
    assert [(entry["name"], entry["netns"]) for entry in facts["instances"]] == [("default", ""), ("default", "lan")]


def test_an_instance_that_nobody_can_ask_is_no_zero() -> None:
    answers = {
        **host("default", "hidden"),
        **instance(),
        "jool -i hidden stats display --csv": NOBODY,
        "ip netns list": Answer(),
    }
    facts = ask(answers)
    assert facts["complete"] is False
    assert "hidden" in facts["warnings"][0]


def test_instances_and_namespaces_that_are_not_there() -> None:
    answers = {**host("default"), **instance(), "jool -i blue stats display --csv": NOBODY, "ip netns list": Answer()}
    with pytest.raises(errors.NoSuchInstance) as caught:
        ask(answers, instances=("blue",))
    assert "'blue'; the host has 'default'" in str(caught.value)
    with pytest.raises(errors.NoSuchNamespace):
        ask(answers, netns=("lan",))
    empty = {"ip netns list": Answer(b"lan\n"), "ip netns exec lan jool -i default stats display --csv": NOBODY}
    with pytest.raises(errors.NoSuchInstance) as caught:
        ask({**answers, **empty}, netns=("lan",))
    assert "namespace 'lan'" in str(caught.value)


def test_no_instance_at_all() -> None:
    facts = ask(host())
    assert facts["total"] == 0
    assert facts["instances"] == []
    assert "no NAT64 instance" in facts["warnings"][0]


def test_a_stateless_translator_has_no_sessions() -> None:
    answers = {
        "jool --version": version("4.1.9.0"),
        "jool instance display --csv": NOT_LOADED,
        "cat /sys/module/jool/version": Answer(status=1),
        "test -d /sys/module/jool_siit": Answer(),
    }
    facts = ask(answers)
    assert facts["applicable"] is False
    assert facts["total"] is None
    assert facts["by_protocol"] is None
    with pytest.raises(errors.ModuleNotLoaded):
        ask({**answers, "test -d /sys/module/jool_siit": Answer(status=1)})


def test_a_stateless_translator_has_no_table(tmp_path: Path) -> None:
    path = tmp_path / "table.jsonl"
    with TableFile(str(path)) as table:
        facts = gather(Jool(ReplayTransport({}), "jool_siit"), Question(), "host", table)
    assert facts["dest"] is None
    assert list(tmp_path.iterdir()) == []


def test_a_module_that_goes_away_meanwhile_is_a_failure(tmp_path: Path) -> None:
    """Even where SIIT is loaded by then: the first table was read, and is not counted."""
    answers = {
        **host("default"),
        **instance(),
        "jool -i default session display --udp --numeric --csv": NOT_LOADED,
        "cat /sys/module/jool/version": [version("4.1.9.0"), Answer(status=1)],
        "test -d /sys/module/jool_siit": Answer(),
    }
    with pytest.raises(errors.ModuleNotLoaded), TableFile(str(tmp_path / "table.jsonl")) as table:
        gather(Jool(ReplayTransport(answers)), Question(), "host", table)
    assert list(tmp_path.iterdir()) == []


def test_the_tool_of_the_other_translator() -> None:
    transport = ReplayTransport({})
    facts = gather(Jool(transport, "/usr/bin/jool_siit"), Question(), "host")
    assert facts["applicable"] is False
    assert transport.asked == []


def test_counters_that_cannot_be_read_are_only_told() -> None:
    newer = (CAPTURES / "4.1.9/stats-newer-module-csv.out").read_bytes()
    words = (CAPTURES / "4.1.9/stats-newer-module-csv.err").read_bytes()
    answers = {**host("default"), **instance(), "jool -i default stats display --csv": Answer(newer, words, 234)}
    facts = ask(answers)
    assert facts["instances"][0]["kernel_sessions"] == {"before": None, "after": None}
    assert facts["total"] == 4
    assert "cannot be read" in facts["warnings"][0]


def test_a_gauge_below_zero_is_not_told() -> None:
    answers = {**host("default"), **instance(sessions=2**64 - 3)}
    assert ask(answers)["instances"][0]["kernel_sessions"] == {"before": None, "after": None}


@pytest.mark.parametrize("protocol", ["tcp", "udp", "icmp"])
def test_one_table_that_fails_fails_all(protocol: str, tmp_path: Path) -> None:
    line = f"jool -i default session display --{protocol} --numeric --csv"
    answers = {**host("default"), **instance(), line: Answer(HEADER + UDP[:40])}
    path = tmp_path / "table.jsonl"
    with pytest.raises(errors.DumpCutShort), TableFile(str(path)) as table:
        gather(Jool(ReplayTransport(answers)), Question(), "host", table)
    assert list(tmp_path.iterdir()) == []


def test_filters_count_what_they_let_through() -> None:
    wanted = SessionFilter(addresses={"ipv6_remote_address": ["2001:db8:2::/48"]}, states=("ESTABLISHED",))
    facts = ask({**host("default"), **instance()}, session_filter=wanted)
    (entry,) = facts["instances"]
    assert facts["filtered"] is True
    assert (entry["total"], entry["scanned"]) == (1, 4)
    assert entry["pool4"][0]["ports_used"] == 2  # of all sessions


def test_old_release_counts_by_itself() -> None:
    answers = {
        "jool --version": version("3.5.8.0"),
        "cat /sys/module/jool/version": version("3.5.8.0"),
        "jool --session --count": Answer(b"60\n26\n20\n"),
    }
    facts = ask(answers, subsets=frozenset({"counts"}))
    assert facts["source"] == "stats"
    assert facts["by_protocol"] == {"tcp": 60, "udp": 26, "icmp": 20}
    assert facts["by_state"] is None
    (entry,) = facts["instances"]
    assert (entry["name"], entry["framework"], entry["scanned"]) == ("default", None, None)


def test_old_release_with_rows() -> None:
    table = (CAPTURES / "3.5.8/session-all-csv.out").read_bytes()
    answers = {
        "jool --version": version("3.5.8.0"),
        "cat /sys/module/jool/version": version("3.5.8.0"),
        "jool --session --display --numeric --csv": Answer(table),
        "jool --pool4 --display --csv": Answer(b""),
    }
    facts = ask(answers)
    assert facts["source"] == "table"
    assert facts["by_protocol"] == {"tcp": 60, "udp": 26, "icmp": 20}
    assert "empty pool4" in facts["warnings"][0]


def test_old_release_has_no_names() -> None:
    with pytest.raises(errors.InvocationRefused):
        ask({"jool --version": version("3.5.8.0")}, instances=("blue",))


def test_unknown_line_fails() -> None:
    line = "jool -i default session display --udp --numeric --csv"
    answers = {**host("default"), **instance(), line: Answer(HEADER + UDP + b"What is this?\n")}
    with pytest.raises(errors.UnreadableOutput) as caught:
        ask(answers)
    assert "line 3" in str(caught.value)
    assert "What is this?" in str(caught.value)


def test_help_with_a_good_exit_status_is_a_failure() -> None:
    usage = (CAPTURES / "4.1.9/no-arguments.out").read_bytes()
    line = "jool -i default session display --tcp --numeric --csv"
    with pytest.raises(errors.InvocationRefused):
        ask({**host("default"), **instance(), line: Answer(usage)})
