# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two translators that the role `configure` synchronises: one is switched off, a connection goes on over the other."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration.guests import ROOT, Guest
from ansible_collections.nat64.jool.tests.integration.role_play import Played, play_role
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

DEFAULT: dict[str, Any] = {
    "name": "default",
    "global": {"pool6": "64:ff9b::/96"},
    "pool4": [
        {"protocol": protocol, "prefix": "192.0.2.1", "port_range": "61001-65535"}
        for protocol in ("tcp", "udp", "icmp")
    ],
}
GROUP = {"group": "233.252.0.64", "address": "{{ '198.18.9.1' if inventory_hostname == 'partner' else '198.18.9.2' }}"}
IN_STEP_SECONDS = 60.0


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

    def tcp(self, name: str) -> set[tuple[str, ...]]:
        """The sessions of a member, without states and times."""
        return {tuple(row.split(",")[:9]) for row in self.guests[name].table("tcp")}

    def wait_for(self, name: str, sessions: set[tuple[str, ...]]) -> None:
        """A member has these sessions, too."""
        deadline = time.monotonic() + IN_STEP_SECONDS
        while not sessions <= (held := self.tcp(name)):
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


def test_a_connection_survives_its_translator(pair: Pair) -> None:
    trixie = pair.guests["trixie"]
    transfer = Transfer(trixie)
    transfer.begin()
    sessions = pair.tcp("trixie")
    assert sessions
    pair.wait_for("partner", sessions)
    trixie.run("systemctl", "stop", UNIT)
    assert trixie.run("jool", "instance", "display", "--csv", "--no-headers").strip() == ""
    assert transfer.goes_on(limit=60), transfer.words()
    # Back again: what partner translates comes into the table of the new instance, before that takes over.
    trixie.run("systemctl", "start", UNIT, DAEMON)
    pair.guests["partner"].run("jool", "session", "advertise")
    pair.wait_for("trixie", sessions)
    pair.guests["partner"].run("systemctl", "stop", UNIT)
    assert transfer.goes_on(limit=60), transfer.words()
