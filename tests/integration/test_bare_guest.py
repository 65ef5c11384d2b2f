# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a bare guest to traffic: the role install with real packages, DKMS, a reboot, and the way back.

The guest `bare` is started on demand (``make bare``): DKMS takes minutes on an emulated processor. It ends as it began.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY, PING, Guest
from ansible_collections.nat64.jool.tests.integration.role_play import Played, play_role

BARE = "bare"
REBOOT_SECONDS = 300
PACKAGES = "dpkg -l jool-dkms jool-tools dkms 2>/dev/null | grep -c ^ii; ls /sys/module | grep jool"


@pytest.fixture(scope="module")
def guest() -> Guest:
    groups = yaml.safe_load(INVENTORY.read_text(encoding="utf-8"))
    if BARE not in groups.get("bare_hosts", {}).get("hosts", {}):
        pytest.skip("the guest 'bare' is not up: make bare")
    return Guest(BARE)


def play(place: Path, *arguments: str, **variables: object) -> Played:
    return play_role("install", place, [BARE], variables, *arguments)


def pings(guest: Guest) -> bool:
    return "1 received" in guest.run(*PING, check=False)


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
    assert not pings(guest)

    refused = play(tmp_path / "refused", install_version="4.1.15")
    assert refused.failed == {BARE}
    assert refused.changed[BARE] == frozenset()
    assert "[version_not_available]" in refused.output
    assert "there are 4.1.9-1" in refused.output

    checked = play(tmp_path / "checked", "--check", "--diff", install_version="4.1.9")
    assert not checked.failed, checked.output
    assert guest.run("sh", "-c", PACKAGES, check=False) == before

    made = play(tmp_path / "made", install_version="4.1.9")
    assert not made.failed, made.output
    assert checked.changed[BARE] <= made.changed[BARE]
    assert "Install headers and packages with apt" in checked.changed[BARE]
    assert play(tmp_path / "again", install_version="4.1.9").changed[BARE] == frozenset()

    guest.run("lab-topology", "pristine", "default")
    assert pings(guest)
    guest.run("modprobe", "-r", "jool")
    assert not pings(guest)

    reboot(guest)
    assert guest.run("sh", "-c", PACKAGES) == "3\njool\njool_common\n"
    assert guest.run("sysctl", "-n", "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding") == "1\n1\n"
    guest.run("lab-topology", "pristine", "default")
    assert pings(guest)

    gone = play(tmp_path / "gone", install_state="absent", install_autoremove=True)
    assert not gone.failed, gone.output
    assert not pings(guest)
    assert (
        guest.run("sh", "-c", "ls /lib/modules/*/updates/dkms /etc/jool /etc/modules-load.d 2>&1", check=False).count(
            "jool"
        )
        <= 1
    )  # that there is no directory of this name
    assert play(tmp_path / "gone_again", install_state="absent").changed[BARE] == frozenset()
