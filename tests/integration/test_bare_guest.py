# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a bare guest to traffic: the playbook deploy with real packages, DKMS, a unit, a reboot, and the way back.

The guest `bare` is started on demand (``make bare``): DKMS takes minutes on an emulated processor. It ends as it began.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY, PING, Guest
from ansible_collections.nat64.jool.tests.integration.role_play import Played, play_role, played
from ansible_collections.nat64.jool.tests.integration.web import fetches

BARE = "bare"
REBOOT_SECONDS = 300
UNIT = "jool-nat64-default.service"
PACKAGES = "dpkg -l jool-dkms jool-tools dkms 2>/dev/null | grep -c ^ii; ls /sys/module | grep jool"
LEFT = (
    "ls -d /lib/modules/*/updates/dkms/jool* /etc/jool /etc/modules-load.d/*jool* /etc/sysctl.d/*jool*"
    " /etc/systemd/system/jool* /etc/systemd/system/*/jool* 2>/dev/null"
)
"""Whatever the roles and packages may leave."""

INSTANCE: dict[str, Any] = {
    "name": "default",
    "global": {"pool6": "64:ff9b::/96"},
    "pool4": [
        {"protocol": protocol, "prefix": "192.0.2.1", "port_range": "61001-65535"}
        for protocol in ("tcp", "udp", "icmp")
    ],
    "verify": {"command": list(PING), "tries": 3, "timeout": 60},
}


@pytest.fixture(scope="module")
def guest() -> Guest:
    groups = yaml.safe_load(INVENTORY.read_text(encoding="utf-8"))
    if BARE not in groups.get("bare_hosts", {}).get("hosts", {}):
        pytest.skip("the guest 'bare' is not up: make bare")
    return Guest(BARE)


def install(place: Path, *arguments: str, **variables: object) -> Played:
    return play_role("install", place, [BARE], variables, *arguments)


def deploy(place: Path, *instances: dict[str, Any]) -> Played:
    place.mkdir()
    inventory = place / "wanted.yml"
    wanted = {"jool_instances": list(instances), "install_version": "4.1.9"}
    inventory.write_text(yaml.safe_dump({"nat64": {"hosts": {BARE: wanted}}}), encoding="utf-8")
    return played(place, "nat64.jool.deploy", "-i", str(inventory))


def passes(guest: Guest) -> bool:
    return "1 received" in guest.run(*PING, check=False) and fetches(guest)


def nothing_passes(guest: Guest) -> bool:
    return "1 received" not in guest.run(*PING, check=False) and not fetches(guest)


def reboot(guest: Guest) -> None:
    before = guest.run("cat", "/proc/sys/kernel/random/boot_id")
    guest.run("sh", "-c", "(sleep 1; reboot) >/dev/null 2>&1 </dev/null &")
    deadline = time.monotonic() + REBOOT_SECONDS
    while guest.run("cat", "/proc/sys/kernel/random/boot_id", check=False) in ("", before):
        assert time.monotonic() < deadline, "the guest does not come back"
        time.sleep(1)
    guest.run("systemctl", "is-active", "--wait", "lab-ready", check=False)
    guest.run("sh", "-c", "for try in $(seq 120); do [ -e /run/netns/server4 ] && exit 0; sleep 1; done; exit 1")


def test_from_bare_to_traffic_and_back(guest: Guest, tmp_path: Path) -> None:
    before = guest.run("sh", "-c", PACKAGES, check=False)
    assert before == "0\n"
    assert nothing_passes(guest)

    refused = install(tmp_path / "refused", install_version="4.1.15")
    assert refused.failed == {BARE}
    assert refused.changed[BARE] == frozenset()
    assert "[version_not_available]" in refused.output
    assert "there are 4.1.9-1" in refused.output

    checked = install(tmp_path / "checked", "--check", "--diff", install_version="4.1.9")
    assert not checked.failed, checked.output
    assert guest.run("sh", "-c", PACKAGES, check=False) == before

    made = deploy(tmp_path / "made", INSTANCE)
    assert not made.failed, made.output
    assert checked.changed[BARE] <= made.changed[BARE]
    assert "Install headers and packages with apt" in checked.changed[BARE]
    assert passes(guest)
    again = deploy(tmp_path / "again", INSTANCE)
    assert not again.failed, again.output
    assert again.changed[BARE] == frozenset(), again.output

    guest.run("systemctl", "stop", UNIT)
    assert nothing_passes(guest)
    guest.run("systemctl", "start", UNIT)
    assert passes(guest)

    reboot(guest)
    assert guest.run("sh", "-c", PACKAGES) == "3\njool\njool_common\n"
    assert guest.run("sysctl", "-n", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding") == "1\n1\n"
    assert guest.run("systemctl", "is-active", UNIT) == "active\n"
    assert passes(guest)

    absent = {"jool_instances": [{"name": "default", "state": "absent"}]}
    without = play_role("configure", tmp_path / "without", [BARE], absent)
    assert not without.failed, without.output
    assert nothing_passes(guest)
    gone = install(tmp_path / "gone", install_state="absent", install_autoremove=True)
    assert not gone.failed, gone.output
    assert guest.run("sh", "-c", PACKAGES, check=False) == before
    assert guest.run("sh", "-c", LEFT, check=False) == ""
    assert install(tmp_path / "gone_again", install_state="absent").changed[BARE] == frozenset()
