# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who holds an address now: what the answers of hosts tell, and what a host that is silent keeps from being told."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import ANSWERED, HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.lookup.live import live_answer
from ansible_collections.nat64.jool.plugins.module_utils.lookup.live_question import LiveQuestion
from ansible_collections.nat64.jool.plugins.module_utils.records.session_filter import FilterError
from ansible_collections.nat64.jool.plugins.module_utils.session_lookup_options import (
    ARGUMENT_SPEC,
    live_question,
    look_up,
)
from ansible_collections.nat64.jool.plugins.module_utils.store.finding import Question
from ansible_collections.nat64.jool.plugins.module_utils.task_options import OptionError

HELD = Question(IPv4Address("192.0.2.1"), 61005, ("tcp", "udp", "icmp"))
POOL = [
    {"protocol": protocol, "address": "192.0.2.1", "port_min": 61001, "port_max": 65535}
    for protocol in ("tcp", "udp", "icmp")
]
ELSEWHERE = [{**pool, "address": "192.0.2.9"} for pool in POOL]
BOUND = {
    "protocol": "udp",
    "ipv6_remote_address": "2001:db8:64::7",
    "ipv6_remote_l4_id": 53,
    "ipv4_local_address": "192.0.2.1",
    "ipv4_local_l4_id": 61005,
}


def row(client: str = "2001:db8:64::5", protocol: str = "udp", **more: Any) -> dict[str, Any]:
    return {
        "protocol": protocol,
        "state": "ESTABLISHED" if protocol == "tcp" else None,
        "ipv6_remote_address": client,
        "ipv6_remote_l4_id": 4001,
        "ipv4_local_address": "192.0.2.1",
        "ipv4_local_l4_id": 61005,
        "ipv4_remote_address": "198.51.100.7",
        "ipv4_remote_l4_id": 53,
        "expires_in": 290.4,
        **more,
    }


def host(name: str, *rows: dict[str, Any], **more: Any) -> HostAnswer:
    entry = {
        "name": "default",
        "netns": "",
        "truncated": False,
        "pool4": POOL,
        "static_bib": [],
        "sessions": list(rows),
        **more,
    }
    complete = more.get("complete", True)
    facts = {"gathered_at": "2026-11-26T06:00:00Z", "complete": complete, "instances": [entry]}
    return HostAnswer(name, ANSWERED, facts)


SILENT = HostAnswer.of_error("dark", errors.ConnectionFailed("No route to host", host="dark"))


def told(*answers: HostAnswer, question: LiveQuestion | None = None) -> dict[str, Any]:
    return live_answer(question or LiveQuestion(HELD), answers).as_dict()


def test_one_has_it() -> None:
    found = told(host("a", row()), host("b", pool4=ELSEWHERE))
    assert found["verdict"] == "known"
    assert found["holders"] == [
        {"protocol": "udp", "ipv6_remote_address": "2001:db8:64::5", "ipv6_remote_l4_id": 4001, "reason": "now"}
    ]
    assert found["sentence"] == (
        "192.0.2.1#61005 (tcp/udp/icmp): 2001:db8:64::5#4001 (udp, dynamic, 290 seconds left) on a, instance default."
    )
    (session,) = found["sessions"]
    assert (session["host"], session["netns"], session["instance"], session["static"]) == ("a", "", "default", False)
    assert [one["host"] for one in found["hosts"]] == ["a", "b"]


def test_a_pair_has_it_twice() -> None:
    found = told(host("a", row()), host("b", row()))
    assert (found["verdict"], len(found["holders"]), len(found["sessions"])) == ("known", 1, 2)


def test_tcp_and_udp_are_two_clients() -> None:
    found = told(host("a", row(), row("2001:db8:64::6", "tcp")))
    assert (found["verdict"], len(found["holders"])) == ("known", 2)
    assert "2001:db8:64::6#4001 (tcp, dynamic, ESTABLISHED, 290 seconds left)" in found["sentence"]


def test_hosts_that_contradict_each_other() -> None:
    """Which of them a packet came through, nobody here can tell."""
    found = told(host("a", row()), host("b", row("2001:db8:64::6")))
    assert (found["verdict"], len(found["holders"])) == ("unknown", 2)
    assert "translators hold it for different clients" in found["sentence"]


def test_static() -> None:
    found = told(host("a", row("2001:db8:64::7", ipv6_remote_l4_id=53), static_bib=[BOUND]))
    assert (found["verdict"], found["sessions"][0]["static"]) == ("known", True)
    assert len(found["holders"]) == 1
    assert found["sentence"].count("2001:db8:64::7") == 1
    alone = told(host("a", static_bib=[BOUND], pool4=ELSEWHERE))
    assert (alone["verdict"], alone["holders"][0]["reason"]) == ("known", "static")
    assert "2001:db8:64::7#53 (udp, bound by configuration, without a session) on a" in alone["sentence"]
    assert told(host("a", row(), static_bib=None))["sessions"][0]["static"] is None


def test_nobody() -> None:
    found = told(host("a"), host("b"))
    assert found["verdict"] == "nobody"
    assert found["sentence"] == "192.0.2.1#61005 (tcp/udp/icmp): there is no such session, on any of 2 hosts."


def test_outside_every_pool() -> None:
    found = told(host("a", pool4=ELSEWHERE), host("b", pool4=[]))
    assert found["verdict"] == "outside_pools"
    low = Question(HELD.address, 1024, HELD.protocols)
    assert told(host("a"), question=LiveQuestion(low))["verdict"] == "outside_pools"
    assert told(host("a", pool4=ELSEWHERE), host("b", pool4=None))["verdict"] == "nobody"


def test_a_silent_host_may_be_the_one() -> None:
    found = told(host("a"), SILENT)
    assert found["verdict"] == "unknown"
    assert found["sentence"].endswith("no host that answered has it. Of dark it is not known.")
    assert found["missing"][0]["host"] == "dark"
    assert "No route to host" in found["missing"][0]["message"]
    known = told(host("a", row()), SILENT)
    assert (known["verdict"], known["sentence"].endswith("Of dark it is not known.")) == ("known", True)
    assert told(SILENT)["sentence"].endswith("no host answered. Of dark it is not known.")
    assert told()["verdict"] == "unknown"


@pytest.mark.parametrize("more", [{"complete": False}, {"truncated": True}])
def test_an_answer_that_is_not_whole(more: dict[str, Any]) -> None:
    found = told(host("a", **more))
    assert (found["verdict"], [one["host"] for one in found["missing"]]) == ("unknown", ["a"])


def test_what_a_client_has() -> None:
    question = LiveQuestion(clients=("2001:db8:64::/64",))
    found = told(host("a", row(), row("2001:db8:64::6", "tcp"), static_bib=[BOUND]), host("b"), question=question)
    assert (found["verdict"], found["holders"]) == ("known", [])
    assert found["sentence"] == "client 2001:db8:64::/64 (tcp/udp/icmp): 2 sessions, 1 static entries, on a."
    assert told(host("a", static_bib=[BOUND]), question=LiveQuestion(clients=("2001:db8:65::/64",)))["bindings"] == []
    assert told(host("a"), question=question)["verdict"] == "nobody"


def test_who_talks_to_somebody() -> None:
    """Static entries do not say whom they talk to."""
    question = LiveQuestion(peers=("198.51.100.7",), protocols=("udp",))
    found = told(host("a", row(), static_bib=[BOUND]), question=question)
    assert (len(found["sessions"]), found["bindings"]) == (1, [])
    assert found["sentence"].startswith("talking to 198.51.100.7 (udp): 1 sessions")


def test_what_hosts_are_asked() -> None:
    asked = LiveQuestion(HELD, ("udp",), ("2001:db8:64::/64",), ("198.51.100.0/24", "64:ff9b::/96")).of_tables()
    assert asked.protocols == ("udp",)
    assert asked.session_filter.addresses == {
        "ipv6_remote_address": ["2001:db8:64::/64"],
        "ipv4_remote_address": ["198.51.100.0/24"],
        "ipv6_local_address": ["64:ff9b::/96"],
        "ipv4_local_address": ["192.0.2.1"],
    }
    assert asked.session_filter.l4_ids == {"ipv4_local_l4_id": [61005]}
    assert (asked.wants_sessions, asked.wants_summary, asked.wants_bib) == (True, True, True)


def options(**more: Any) -> dict[str, Any]:
    return {name: option.get("default") for name, option in ARGUMENT_SPEC.items()} | more


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"address": "2001:db8::1", "l4_id": 1}, "address: '2001:db8::1' is no IPv4 address"),
        ({"address": "192.0.2.1", "l4_id": 65536}, "l4_id: 65536 is not between 0 and 65535"),
        ({"clients": ["192.0.2.1"]}, "ipv6_remote_address: 192.0.2.1 is an IPv4 address, this side has IPv6"),
        ({"clients": ["2001:db8::1/64"]}, "has host bits set"),
        ({"peers": ["somebody"]}, "does not appear to be an IPv4 or IPv6 network"),
        ({"clients": [], "peers": []}, "empty lists ask for nothing"),
        ({"clients": ["2001:db8::1"], "protocols": []}, "protocols: an empty list"),
    ],
)
def test_questions_that_make_no_sense(more: dict[str, Any], said: str) -> None:
    with pytest.raises((OptionError, FilterError)) as caught:
        live_question(options(**more))
    assert said in str(caught.value)


def test_a_store_knows_no_clients() -> None:
    with pytest.raises(OptionError, match="only hosts can be asked for these"):
        look_up(options(clients=["2001:db8::1"], at="2026-11-26T06:20:12Z", store="x"))
