# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change that goes from guest to guest: where it fails it stops, and every guest is in the state that is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.tests.integration.guests import PING, RELEASES, Guest, side_by_side
from ansible_collections.nat64.jool.tests.integration.role_play import Played, play_role, played

FIRST, SECOND, THIRD = RELEASES
"""In the order of the inventory, which is that of the play."""

ELSEWHERE = ("true",)
"""Succeeds, and sends nothing through the translator."""

UDP_TIMEOUT = "udp-timeout"


def instance(**more: Any) -> dict[str, Any]:
    """What a guest has at boot, and what is to be different."""
    return {
        "name": "default",
        "global": {"pool6": "64:ff9b::/96", "udp_timeout": 360},
        "pool4": [
            {"protocol": protocol, "prefix": "192.0.2.1", "port_range": "61001-65535"}
            for protocol in ("tcp", "udp", "icmp")
        ],
        "verify": {"command": list(PING), "tries": 3, "timeout": 60},
        **more,
    }


def deploy(place: Path, hosts: list[str], exceptions: Mapping[str, dict[str, Any]] | None = None) -> Played:
    """Run the playbook.

    :param exceptions: host to what its instance has instead.
    """
    place.mkdir(parents=True, exist_ok=True)
    own = {host: {"jool_instances": [instance(**((exceptions or {}).get(host) or {}))]} for host in hosts}
    inventory = place / "wanted.yml"
    inventory.write_text(yaml.safe_dump({"translators": {"hosts": own}}), encoding="utf-8")
    # The role install has tests of its own, which take an emulated processor long enough.
    pattern = json.dumps({"deploy_hosts": ",".join(hosts)})
    words = ("nat64.jool.deploy", "-i", str(inventory), "--skip-tags", "install", "-e", pattern)
    return played(place, *words)


def udp_timeout(guest: Guest) -> str:
    """As the guest's own tool prints it."""
    lines = guest.run("jool", "global", "display", "--csv").splitlines()
    return next(line.split(",")[1] for line in lines if line.startswith(f"{UDP_TIMEOUT},"))


@dataclass(frozen=True)
class Runs:
    """What each run did, in this order, and the timeout of each guest after it."""

    boot: dict[str, str]
    stopped: Played
    after_stopped: dict[str, str]
    done: Played
    after_done: dict[str, str]
    blind: Played


@pytest.fixture(scope="module")
def runs(guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    place, hosts = tmp_path_factory.mktemp("deploy"), list(RELEASES)

    def seen() -> dict[str, str]:
        return {name: udp_timeout(guest) for name, guest in guests.items()}

    side_by_side(Guest.restore, guests.values())
    try:
        boot = seen()
        bad = instance()["global"] | {"manually_enabled": False}
        stopped = deploy(place / "stopped", hosts, {SECOND: {"global": bad}})
        after_stopped = seen()
        done = deploy(place / "done", hosts)
        after_done = seen()
        blind = deploy(place / "blind", [THIRD], {THIRD: {"verify": {"command": list(ELSEWHERE), "timeout": 60}}})
        yield Runs(boot, stopped, after_stopped, done, after_done, blind)
    finally:
        play_role("configure", place / "gone", hosts, {"jool_instances": [{"name": "default", "state": "absent"}]})
        side_by_side(Guest.restore, guests.values())


def test_it_stops_at_the_first_that_fails(runs: Runs) -> None:
    assert runs.stopped.failed == {SECOND}, runs.stopped.output
    assert "former configuration runs again" in runs.stopped.output
    assert THIRD not in runs.stopped.changed, "the play has not come to it"
    assert runs.after_stopped == {**runs.boot, FIRST: runs.after_stopped[FIRST]}
    assert runs.after_stopped[FIRST] != runs.boot[FIRST]


def test_it_goes_on_from_there(runs: Runs) -> None:
    assert not runs.done.failed, runs.done.output
    assert runs.done.changed[FIRST] == frozenset()
    assert runs.done.changed[SECOND]
    assert runs.done.changed[THIRD]
    assert set(runs.after_done.values()) == {runs.after_stopped[FIRST]}


def test_a_probe_that_goes_elsewhere_is_no_proof(runs: Runs) -> None:
    assert runs.blind.failed == {THIRD}, runs.blind.output
    assert runs.blind.changed[THIRD] == frozenset()
    assert "has translated nothing" in runs.blind.output


def test_all_of_them_translate(runs: Runs, guests: dict[str, Guest]) -> None:
    assert runs
    for guest in guests.values():
        guest.run(*PING)
