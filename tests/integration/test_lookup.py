# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who was it: a session that the test makes is looked up while it lasts, and after it in tables and in the log."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.session_lookup_options import ARGUMENT_SPEC
from ansible_collections.nat64.jool.plugins.module_utils.session_lookup_options import look_up as of_the_past
from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY, PING, RELEASES, Guest, side_by_side
from ansible_collections.nat64.jool.tests.integration.runner import ansible

CLIENT = "2001:db8:1::2"
"""Whose address the ping of the lab has."""

ENDS_SECONDS = 60.0

each_guest = pytest.mark.parametrize("name", list(RELEASES))


def module(name: str, **options: Any) -> dict[str, Any]:
    """The result of a task on the controller."""
    words = ("ansible", "localhost", "-b", "-i", str(INVENTORY), "-m", f"nat64.jool.{name}", "-a", json.dumps(options))
    done = ansible("2.21", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    return found


def look_up_now(**options: Any) -> dict[str, Any]:
    found: dict[str, Any] = module("jool_session_lookup", protocols=["icmp"], **options)["lookup"]
    return found


def look_up(**options: Any) -> dict[str, Any]:
    """In a store or in logs, without a run of Ansible for each question."""
    defaults = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}
    return of_the_past({**defaults, "protocols": ["icmp"], **options}).as_dict()


@dataclass
class Case:
    """One guest's session.

    :ivar l4_id: what the client's ping has at the address of pool4, as the guest's own tool prints it.
    :ivar began: by the guest's clock, likewise `ended`.
    """

    l4_id: int
    began: str
    ended: str = ""
    log: str = ""
    live: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """What was looked up while the sessions lasted, and where the past is."""

    cases: dict[str, Case]
    store: str
    stored: tuple[str, str]
    of_client: dict[str, Any]
    of_peer: dict[str, Any]


def clock(guest: Guest) -> str:
    return guest.run("date", "-u", "+%Y-%m-%dT%H:%M:%SZ").strip()


def held(guest: Guest) -> list[list[str]]:
    return [row.split(",") for row in guest.table("icmp")]


def begin(guest: Guest) -> Case:
    """One ping, whose binding the kernel logs."""
    guest.pristine()
    guest.run("dmesg", "--clear")
    guest.run("jool", "global", "update", "logging-bib", "true")
    guest.run(*PING)
    ((_protocol, _client, _id6, _server6, _sid6, _address, l4_id, *_rest),) = held(guest)
    return Case(int(l4_id), clock(guest))


def end(guest: Guest, case: Case) -> None:
    """The session is over, and the kernel says so."""
    guest.run("jool", "global", "update", "icmp-timeout", "0:00:01")
    deadline = time.monotonic() + ENDS_SECONDS
    while held(guest):
        assert time.monotonic() < deadline
        time.sleep(1)
    time.sleep(2)
    case.ended = clock(guest)
    time.sleep(2)
    guest.run(*PING)  # the log goes on: what comes after its last line is not known from it


@pytest.fixture(scope="module")
def seen(guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    place = tmp_path_factory.mktemp("lookup")
    store = str(place / "sessions.db")
    gather = {"hosts": ["translators"], "store": store, "gather_subset": ["summary"]}
    try:
        cases = dict(zip(guests, side_by_side(begin, guests.values())))
        for name, case in cases.items():
            case.live = look_up_now(hosts=[name], address="192.0.2.1", l4_id=case.l4_id)
        of_client = look_up_now(hosts=["translators"], clients=[f"{CLIENT}/128"])
        of_peer = look_up_now(hosts=["translators"], peers=["198.51.100.5"])
        first = module("jool_fleet_session_info", **gather)["fleet"]["generated_at"]
        side_by_side(lambda name: end(guests[name], cases[name]), cases)
        second = module("jool_fleet_session_info", **gather)["fleet"]["generated_at"]
        for name, case in cases.items():
            log = place / f"{name}.log"
            log.write_text(guests[name].run("dmesg"), encoding="utf-8")
            case.log = str(log)
        yield Seen(cases, store, (first, second), of_client, of_peer)
    finally:
        side_by_side(Guest.restore, guests.values())


def client_of(found: dict[str, Any]) -> set[str]:
    return {holder["ipv6_remote_address"] for holder in found["holders"]}


@each_guest
def test_now(seen: Seen, name: str) -> None:
    found = seen.cases[name].live
    assert (found["verdict"], client_of(found)) == ("known", {CLIENT}), found["sentence"]
    (session,) = found["sessions"]
    assert (session["host"], session["instance"], session["static"]) == (name, "default", False)
    assert session["ipv4_remote_address"] == "198.51.100.5"


def test_what_a_client_has_and_who_talks_to_a_server(seen: Seen) -> None:
    for found in (seen.of_client, seen.of_peer):
        assert found["verdict"] == "known", found["sentence"]
        assert {one["host"] for one in found["sessions"]} == set(seen.cases)
        assert {one["ipv6_remote_address"] for one in found["sessions"]} == {CLIENT}
        assert found["missing"] == []


def table_of(found: dict[str, Any], name: str, which: str) -> dict[str, Any]:
    """What a store says of a guest's instance `default`."""
    (one,) = [one for one in found["evidence"] if (one["host"], one["instance"]) == (name, "default")]
    table: dict[str, Any] = one[which]
    return table


@each_guest
def test_from_a_saved_table(seen: Seen, name: str) -> None:
    case = seen.cases[name]
    asked = {"store": seen.store, "address": "192.0.2.1", "l4_id": case.l4_id}
    began = table_of(look_up(at=seen.stored[0], **asked), name, "before")["began"]
    found = look_up(at=began, **asked)
    assert (found["verdict"], client_of(found)) == ("known", {CLIENT}), found["sentence"]
    # After the last table anything may have been.
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    found = look_up(at=later, **asked)
    assert found["verdict"] == "unknown", found["sentence"]
    assert look_up(at="2026-01-01T00:00:00Z", **asked)["verdict"] == "unknown"
    assert look_up(at=began, **{**asked, "address": "203.0.113.99"})["verdict"] == "outside_pools"


@each_guest
def test_from_the_kernels_log(seen: Seen, name: str) -> None:
    case = seen.cases[name]
    asked = {"logs": [{"host": name, "paths": [case.log]}], "address": "192.0.2.1", "l4_id": case.l4_id}
    found = look_up(at=case.began, **asked)
    assert (found["verdict"], client_of(found)) == ("known", {CLIENT}), found["sentence"]
    found = look_up(at=case.ended, **asked)
    assert found["verdict"] == "nobody", found["sentence"]
    assert look_up(at="2026-01-01T00:00:00Z", **asked)["verdict"] == "unknown"
