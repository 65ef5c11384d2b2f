# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two translators that the role `configure` synchronises: each session counts once, and outlives its translator."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY, ROOT, Guest
from ansible_collections.nat64.jool.tests.integration.role_play import Played, play_role
from ansible_collections.nat64.jool.tests.integration.runner import ansible
from ansible_collections.nat64.jool.tests.integration.transfer import Transfer

MEMBERS = ("partner", "trixie")
"""Both have 4.1.13: releases do not understand each other's packets."""

# The cable between them, and the ways over it: the client and the server stay at trixie, whose packets partner
# translates as soon as trixie does not.
CABLE = {
    "partner": """ip link set eth1 up
ip address replace 198.18.9.1/30 dev eth1
ip address replace 2001:db8:9::1/64 dev eth1 nodad
ip route replace 198.51.100.5 via 198.18.9.2
ip route replace 2001:db8:1::2 via 2001:db8:9::2""",
    "trixie": """ip link set eth1 up
ip address replace 198.18.9.2/30 dev eth1
ip address replace 2001:db8:9::2/64 dev eth1 nodad
ip route replace 192.0.2.1 via 198.18.9.1
ip route replace 64:ff9b::/96 via 2001:db8:9::1""",
}
NO_CABLE = "ip address flush dev eth1; ip link set eth1 down"

UNIT = "jool-nat64-default.service"
DAEMON = "jool-synchronisation-default.service"

LASTING = dict.fromkeys(("tcp_trans_timeout", "udp_timeout", "icmp_timeout"), 3600)
"""Seconds, so that what was made at the start is there at the end."""

DEFAULT: dict[str, Any] = {
    "name": "default",
    "global": {"pool6": "64:ff9b::/96", **LASTING},
    "pool4": [
        {"protocol": protocol, "prefix": "192.0.2.1", "port_range": "61001-65535"}
        for protocol in ("tcp", "udp", "icmp")
    ],
}
GROUP = {"group": "233.252.0.64", "address": "{{ '198.18.9.1' if inventory_hostname == 'partner' else '198.18.9.2' }}"}
IN_STEP_SECONDS = 60.0

PING = ("ip", "netns", "exec", "client6", "ping", "-n", "-W", "2", "64:ff9b::198.51.100.6")
"""To a server of either guest's own. What comes back at partner goes over the cable to the other client, and makes its
session all the same."""

Key = tuple[str, ...]


def lab(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "lab"), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


class Pair:
    """Two guests whose instances `default` the role has made a pair."""

    def __init__(self, place: Path) -> None:
        self.guests = {name: Guest(name) for name in MEMBERS}
        self._place = place

    def role(self, name: str, state: str = "present") -> Played:
        wanted = [{**DEFAULT, "state": state, "synchronisation": GROUP}]
        done = play_role("configure", self._place / name, MEMBERS, {"jool_instances": wanted})
        assert not done.failed, done.output
        return done

    def held(self, name: str, *protocols: str) -> set[Key]:
        """The sessions of a member, without states and times."""
        rows = (row for one in protocols or ("tcp", "udp", "icmp") for row in self.guests[name].table(one))
        return {tuple(row.split(",")[:9]) for row in rows}

    def differ(self) -> int:
        """Sessions that only one of them has."""
        one, other = map(self.held, MEMBERS)
        return len(one ^ other)

    def wait_until_in_step(self) -> None:
        """Both have the same sessions. What was lost on the way is advertised again."""
        deadline = time.monotonic() + IN_STEP_SECONDS
        while differ := self.differ():
            assert time.monotonic() < deadline, f"{differ} sessions are at one member only"
            for guest in self.guests.values():
                guest.run("jool", "session", "advertise")
            time.sleep(2)

    def wait_for(self, name: str, sessions: set[Key]) -> None:
        """A member has these TCP sessions, too."""
        deadline = time.monotonic() + IN_STEP_SECONDS
        while not sessions <= (held := self.held(name, "tcp")):
            assert time.monotonic() < deadline, f"{name} has {held} and not {sessions}"
            time.sleep(1)


@pytest.fixture(scope="module")
def pair(guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    if "trixie" not in guests:
        pytest.skip("the lab has no guest 'trixie'")
    lab("up", "partner")
    found = Pair(tmp_path_factory.mktemp("pair"))
    try:
        for name, guest in found.guests.items():
            guest.restore()
            guest.run("sh", "-ec", CABLE[name])
        found.role("made")
        yield found
        found.role("absent", "absent")
    finally:
        for guest in found.guests.values():
            Transfer(guest).end()
            guest.run("sh", "-c", NO_CABLE)
            guest.restore()
        lab("down", "partner")


def test_it_is_made_once(pair: Pair) -> None:
    """The instances that ran before were taken over."""
    again = pair.role("again")
    assert set(again.changed.values()) == {frozenset()}, again.output
    for guest in pair.guests.values():
        for unit in (UNIT, DAEMON):
            guest.run("systemctl", "is-active", unit)


@pytest.fixture(scope="module")
def in_step(pair: Pair) -> Pair:
    """The pair, with sessions that each member has made."""
    for number, guest in enumerate(pair.guests.values(), start=1):
        # An identifier of its own: one client that both meet at once would get two places in pool4.
        guest.run(*PING, "-c", "3", "-e", str(number), check=False)
    pair.guests["partner"].traffic("udp", "--sessions", "60", "--clients", "7")
    pair.guests["trixie"].traffic("tcp-syn", "--sessions", "40", "--clients", "5")
    pair.wait_until_in_step()
    return pair


def report(place: Path, variables: dict[str, Any]) -> dict[str, Any]:
    """What the audit of all hosts says."""
    inventory = place / "pair.yml"
    inventory.write_text(yaml.safe_dump({"translators": {"hosts": variables}}), encoding="utf-8")
    settings = {"fleet_audit_directory": str(place / "audit")}
    words = ("ansible-playbook", "nat64.jool.fleet_audit", "-e", json.dumps(settings))
    done = ansible("2.21", *words, "-i", str(INVENTORY), "-i", str(inventory))
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads((place / "audit" / "fleet.json").read_text(encoding="utf-8"))
    return found


DECLARED = {"partner": {"jool_synchronised_with": "trixie"}}


@pytest.mark.parametrize(("variables", "declared"), [(DECLARED, True), ({}, False)], ids=["declared", "detected"])
def test_a_pair_in_step_counts_once(in_step: Pair, tmp_path: Path, variables: dict[str, Any], declared: bool) -> None:
    held = {name: in_step.held(name) for name in MEMBERS}
    assert held["partner"] == held["trixie"]
    assert len(held["trixie"]) >= 60 + 40
    fleet = report(tmp_path, variables)
    (found,) = fleet["pairs"]
    assert (found["members"], found["declared"], found["detected"]) == (list(MEMBERS), declared, not declared)
    assert (found["difference_at_least"], found["difference_about"], found["in_step"]) == (0, 0, True)
    hosts = {host["host"]: host["sessions"] for host in fleet["hosts"]}
    assert fleet["totals"]["sessions"] == sum(hosts.values()) - len(held["trixie"])
    assert fleet["totals"]["sessions_counted_twice"] == len(held["trixie"])


def test_a_pair_out_of_step_is_found(in_step: Pair, tmp_path: Path) -> None:
    """As many sessions on each side, and not the same ones: counts alone see nothing."""
    in_step.guests["trixie"].run("systemctl", "stop", DAEMON)
    try:
        for guest in in_step.guests.values():
            guest.traffic("udp", "--sessions", "20", "--clients", "20")
        differ = in_step.differ()
        # Seven of the clients are known to both, and one in thousands may get the same port at both.
        assert 2 * 12 <= differ <= 2 * 13
        fleet = report(tmp_path, DECLARED)
    finally:
        in_step.guests["trixie"].run("systemctl", "start", DAEMON)
    (found,) = fleet["pairs"]
    assert found["difference"] == {"tcp": 0, "udp": 0, "icmp": 0}
    assert differ - 2 <= found["difference_at_least"] <= differ  # three in one bucket may count as one
    assert found["in_step"] is False
    (finding,) = [finding for finding in fleet["findings"] if finding["code"] == "pair_out_of_step"]
    assert finding["severity"] == "warning"
    assert f"At least {found['difference_at_least']} sessions" in finding["evidence"]


def test_a_connection_survives_its_translator(pair: Pair) -> None:
    trixie = pair.guests["trixie"]
    transfer = Transfer(trixie)
    transfer.begin()
    sessions = pair.held("trixie", "tcp")
    assert sessions
    pair.wait_for("partner", sessions)
    trixie.run("systemctl", "stop", UNIT)
    assert ",default," not in trixie.run("jool", "instance", "display", "--csv", "--no-headers")
    assert transfer.goes_on(limit=60), transfer.words()
    # Back again: what partner translates comes into the table of the new instance, before that takes over.
    trixie.run("systemctl", "start", UNIT, DAEMON)
    pair.guests["partner"].run("jool", "session", "advertise")
    pair.wait_for("trixie", sessions)
    pair.guests["partner"].run("systemctl", "stop", UNIT)
    assert transfer.goes_on(limit=60), transfer.words()
