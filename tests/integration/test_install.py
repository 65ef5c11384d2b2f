# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role install on guests that have Jool: what is missing is predicted, made once, and taken away again.

A play of many tasks takes an emulated processor long: see `guests.long_test_on`. The guests are left as they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.nat64.jool.tests.integration.guests import (
    PING,
    WITH_BLUE,
    Guest,
    long_test_on,
    side_by_side,
    those_of_long_test,
)
from ansible_collections.nat64.jool.tests.integration.role_play import Played, play_role

ON = "bookworm"
LOAD, SYSCTL = "/etc/modules-load.d/nat64-jool.conf", "/etc/sysctl.d/60-nat64-jool.conf"
DRIFTED = "net.core.netdev_max_backlog"
NEXT = "9.9.9-1-cloud-amd64"

WANTED = {
    "install_refresh": False,  # a guest has no list of packages
    "install_translators": ["nat64", "siit"],
    "install_sysctls": {DRIFTED: 20001},
}
GONE = {**WANTED, "install_state": "absent", "install_method": "existing"}  # the packages are the lab's

MADE = {
    "Build with DKMS where there is no module of this version",
    "Load the modules",
    "Load them at boot",
    "Write them for the next boot",
    "Set those that differ",
}
REMOVED = {"Unload the modules", "Remove the files of this role"}


@dataclass(frozen=True)
class Runs:
    """What each run of the role did, in this order; `alone` is the guest that more is tried on than on the others."""

    alone: str
    stopped: Played
    checked: Played
    untouched: bool
    made: Played
    kept: dict[str, str]
    again: Played
    refused: Played
    reloaded: Played
    configured: str
    brought_back: str
    passes: bool
    gone: Played
    left: dict[str, str]
    gone_again: Played


def files(guest: Guest) -> str:
    """What the role writes and loads, and whether the module is on disk."""
    return guest.run(
        "sh",
        "-c",
        f"cat {LOAD} {SYSCTL} 2>&1; sysctl -n {DRIFTED}; ls -d /sys/module/jool* ;"
        " ls /lib/modules/$(uname -r)/updates/dkms | sed 's/[.].*//'",
        check=False,
    )


def configuration(guest: Guest) -> str:
    """Of every translator, in the words of the guest's own tool."""
    places = [("default", ()), *([("blue", ("ip", "netns", "exec", "blue"))] if guest.name in WITH_BLUE else [])]
    return "".join(
        guest.run(*place, "jool", "-i", name, *words, "--csv")
        for name, place in places
        for words in (("global", "display"), ("pool4", "display", "--tcp"), ("pool4", "display", "--icmp"))
    )


def pretend_other_version(guest: Guest) -> None:
    """The module that is loaded says that it is an older one; what is mounted there goes with the module."""
    guest.run("sh", "-c", "echo 4.0.1.0 >/run/version && mount --bind /run/version /sys/module/jool/version")


def forget_module(guest: Guest) -> None:
    """The module goes from the disk and stays built, as if a kernel had come that DKMS did not install for."""
    guest.run("sh", "-c", 'set -- $(dkms status | sed -n "s|^\\([^,/]*\\)[,/] *\\([^,:]*\\).*|\\1 \\2|p" | head -n 1);'
              ' dkms uninstall -m "$1" -v "$2" -k "$(uname -r)"')  # fmt: skip


def each(guests: dict[str, Guest], *argv: str) -> None:
    side_by_side(lambda guest: guest.run(*argv), guests.values())


@pytest.fixture(scope="module")
def runs(guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    guests = those_of_long_test(guests, ON)
    place, hosts = tmp_path_factory.mktemp("install"), list(guests)

    alone = hosts[-1]
    last = {alone: guests[alone]}

    def play(name: str, variables: dict[str, object], *arguments: str, on: Sequence[str] = tuple(hosts)) -> Played:
        return play_role("install", place / name, on, variables, *arguments)

    def seen() -> dict[str, str]:
        return {name: files(guest) for name, guest in guests.items()}

    side_by_side(Guest.restore, guests.values())
    side_by_side(forget_module, guests.values())
    try:
        before = seen()
        each(guests, "sh", "-c", f": >/boot/vmlinuz-{NEXT}")
        stopped = play("stopped", WANTED)
        each(guests, "rm", f"/boot/vmlinuz-{NEXT}")
        checked = play("checked", WANTED, "--check", "--diff")
        untouched = seen() == before
        made, kept = play("made", WANTED), seen()
        again = play("again", WANTED)
        each(last, "jool", "global", "update", "icmp-timeout", "1:00:00")
        configured = configuration(guests[alone])
        each(last, *PING)  # a session
        pretend_other_version(guests[alone])
        refused = play("refused", WANTED, on=[alone])
        reloaded = play("reloaded", {**WANTED, "install_reload": True}, on=[alone])
        brought_back = configuration(guests[alone])
        passes = "1 received" in guests[alone].run(*PING, check=False)
        gone = play("gone", GONE)
        left = seen()
        gone_again = play("gone_again", GONE, on=[alone])
        yield Runs(
            alone=alone,
            stopped=stopped,
            checked=checked,
            untouched=untouched,
            made=made,
            kept=kept,
            again=again,
            refused=refused,
            reloaded=reloaded,
            configured=configured,
            brought_back=brought_back,
            passes=passes,
            gone=gone,
            left=left,
            gone_again=gone_again,
        )
    finally:
        each(guests, "sh", "-c", "umount /sys/module/jool/version 2>/dev/null; rm -f /run/version")
        each(guests, "rm", "-f", f"/boot/vmlinuz-{NEXT}", LOAD, SYSCTL)
        each(guests, "sysctl", "-q", "-w", f"{DRIFTED}=20000")
        each(guests, "sh", "-c", "dkms autoinstall -k $(uname -r); depmod")
        side_by_side(Guest.restore, guests.values())


@pytest.fixture(params=long_test_on(ON))
def name(request: pytest.FixtureRequest, guests: dict[str, Guest]) -> str:
    if request.param not in guests:
        pytest.skip(f"the lab has no guest '{request.param}'")
    return str(request.param)


def test_a_next_kernel_that_could_have_no_module_stops_it(runs: Runs, name: str) -> None:
    assert name in runs.stopped.failed
    assert runs.stopped.changed[name] == frozenset()
    assert f"kernel {NEXT}: " in runs.stopped.output
    assert "[kernel_too_new]" in runs.stopped.output
    assert "[headers_missing]" in runs.stopped.output


def test_check_mode_predicts_and_changes_nothing(runs: Runs, name: str) -> None:
    assert not runs.checked.failed
    assert runs.untouched
    assert runs.checked.changed[name] == MADE
    assert f"+{DRIFTED} = 20001" in runs.checked.output
    assert "+jool_siit" in runs.checked.output


def test_the_first_run_makes_it(runs: Runs, name: str) -> None:
    assert not runs.made.failed, runs.made.output
    assert runs.made.changed[name] == MADE
    for words in ("net.ipv4.ip_forward = 1", "net.ipv6.conf.all.forwarding = 1", "\n20001\n", "/sys/module/jool_siit"):
        assert words in runs.kept[name]
    assert runs.kept[name].rstrip().endswith("jool\njool_common\njool_siit")


def test_the_second_run_changes_nothing(runs: Runs, name: str) -> None:
    assert not runs.again.failed, runs.again.output
    assert runs.again.changed[name] == frozenset()


def test_another_version_that_is_loaded_stops_it(runs: Runs) -> None:
    assert runs.refused.failed == {runs.alone}
    assert runs.refused.changed[runs.alone] == frozenset()
    assert "Module 4.0.1 is loaded" in runs.refused.output
    assert "[module_not_kept]" in runs.refused.output


def test_with_consent_it_is_replaced_and_instances_are_brought_back(runs: Runs) -> None:
    assert not runs.reloaded.failed, runs.reloaded.output
    assert runs.reloaded.changed[runs.alone] == {"Unload the modules", "Load the modules", "Bring back the instances"}
    assert re.search(r"[1-9][0-9]* sessions of [12] instances end", runs.reloaded.output)
    assert runs.brought_back == runs.configured
    assert runs.passes


def test_a_removal_leaves_nothing(runs: Runs, name: str) -> None:
    assert not runs.gone.failed, runs.gone.output
    assert runs.gone.changed[name] == REMOVED
    assert "sessions of" in runs.gone.output
    for file in (LOAD, SYSCTL):
        assert f"{file}: No such file" in runs.left[name]
    assert "/sys/module/jool" not in runs.left[name].replace("cannot access '/sys/module", "")


def test_a_second_removal_changes_nothing(runs: Runs) -> None:
    assert not runs.gone_again.failed, runs.gone_again.output
    assert runs.gone_again.changed[runs.alone] == frozenset()


def test_the_guest_translates_afterwards(runs: Runs, guests: dict[str, Guest], name: str, tmp_path: Path) -> None:
    assert runs
    guests[name].restore()
    guests[name].run(*PING)
