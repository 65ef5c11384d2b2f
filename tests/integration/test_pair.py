# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two translators that synchronise their sessions over a cable between them: each session counts once."""

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
from ansible_collections.nat64.jool.tests.integration.runner import ansible

PROTOCOLS = ("tcp", "udp", "icmp")
MEMBERS = ("partner", "trixie")
"""Both have 4.1.13: releases do not understand each other's packets."""

ADDRESSES = {"partner": "198.18.9.1", "trixie": "198.18.9.2"}
"""Of the cable between them."""

GROUP = "233.252.0.64"
PORT = "6400"
IN_STEP_SECONDS = 60.0

Key = tuple[str, ...]


def lab(*words: str) -> None:
    """A command of the lab."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "lab"), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


class Pair:
    """Two guests whose instances ``default`` hold the same sessions."""

    def __init__(self) -> None:
        self.guests = {name: Guest(name) for name in MEMBERS}

    def start(self) -> None:
        """Connect both, and let their daemons run."""
        lab("up", "partner")
        for name, guest in self.guests.items():
            guest.pristine()
            guest.run("ip", "address", "replace", f"{ADDRESSES[name]}/30", "dev", "eth1")
            guest.run("ip", "link", "set", "eth1", "up")
            for parameter in ("ss-enabled", "ss-flush-asap"):
                guest.run("jool", "global", "update", parameter, "true")
            self.synchronise(name)

    def synchronise(self, name: str) -> None:
        """Start a member's daemon, anew where it runs."""
        self.stop(name)
        address = ADDRESSES[name]
        ways = ("--net.mcast.port", PORT, "--net.dev.in", address, "--net.dev.out", address)
        unit = ("systemd-run", "--quiet", "--collect", "--unit=lab-synchronisation")
        self.guests[name].run(*unit, "jool", "session", "proxy", *ways, GROUP)

    def stop(self, name: str) -> None:
        """End a member's daemon."""
        self.guests[name].run("systemctl", "stop", "lab-synchronisation.service", check=False)

    def end(self) -> None:
        """The guests as they were."""
        for name, guest in self.guests.items():
            self.stop(name)
            guest.run("ip", "address", "flush", "dev", "eth1")
            guest.run("ip", "link", "set", "eth1", "down")
            guest.restore()
        lab("down", "partner")

    def sessions(self, name: str) -> set[Key]:
        """What the kernel of a member holds, without states and times."""
        rows = (row for protocol in PROTOCOLS for row in self.guests[name].table(protocol))
        return {tuple(row.split(",")[:9]) for row in rows}

    def differ(self) -> int:
        """Sessions that only one of them has."""
        one, other = map(self.sessions, MEMBERS)
        return len(one ^ other)

    def wait_until_in_step(self) -> None:
        """Both have the same sessions."""
        deadline = time.monotonic() + IN_STEP_SECONDS
        while (differ := self.differ()) and time.monotonic() < deadline:
            time.sleep(1)
        assert differ == 0


@pytest.fixture(scope="module")
def pair(guests: dict[str, Guest]) -> Iterator[Pair]:
    """A pair in step, with sessions of both."""
    assert guests
    found = Pair()
    try:
        found.start()
        # A client that both translators meet at once would get two places in pool4: here each has its own.
        found.guests["partner"].traffic("udp", "--sessions", "60", "--clients", "7")
        found.guests["trixie"].traffic("tcp-syn", "--sessions", "40", "--clients", "5")
        found.wait_until_in_step()
        yield found
    finally:
        found.end()


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
def test_a_pair_in_step_counts_once(pair: Pair, tmp_path: Path, variables: dict[str, Any], declared: bool) -> None:
    held = {name: pair.sessions(name) for name in MEMBERS}
    assert held["partner"] == held["trixie"]
    assert len(held["trixie"]) >= 60 + 40
    fleet = report(tmp_path, variables)
    (found,) = fleet["pairs"]
    assert (found["members"], found["declared"], found["detected"]) == (list(MEMBERS), declared, not declared)
    assert (found["difference_at_least"], found["difference_about"], found["in_step"]) == (0, 0, True)
    hosts = {host["host"]: host["sessions"] for host in fleet["hosts"]}
    assert fleet["totals"]["sessions"] == sum(hosts.values()) - len(held["trixie"])
    assert fleet["totals"]["sessions_counted_twice"] == len(held["trixie"])


def test_a_pair_out_of_step_is_found(pair: Pair, tmp_path: Path) -> None:
    """As many sessions on each side, and not the same ones: counts alone see nothing."""
    pair.stop("trixie")
    try:
        for guest in pair.guests.values():
            guest.traffic("udp", "--sessions", "20", "--clients", "20")
        differ = pair.differ()
        assert differ == 2 * 13, "seven of the clients are known to both"
        fleet = report(tmp_path, DECLARED)
    finally:
        pair.synchronise("trixie")
    (found,) = fleet["pairs"]
    assert found["difference"] == {"tcp": 0, "udp": 0, "icmp": 0}
    assert differ - 2 <= found["difference_at_least"] <= differ  # three in one bucket may count as one
    assert found["in_step"] is False
    (finding,) = [finding for finding in fleet["findings"] if finding["code"] == "pair_out_of_step"]
    assert finding["severity"] == "warning"
    assert f"At least {found['difference_at_least']} sessions" in finding["evidence"]
