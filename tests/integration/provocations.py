# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done to guests so that an audit finds it, how it is undone, and what must be found.

Each is done to one guest, or with ``LAB_EVERY_RELEASE=1`` to every guest that can have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ansible_collections.nat64.jool.tests.integration.guests import EVERY_RELEASE, RELEASES, WITH_BLUE, Guest

NEXT_KERNEL = "9.9.9-lab-amd64"

OTHERS = {"bullseye": ("4.1.4", "4.1.3"), "bookworm": ("4.1.8", "4.1.7"), "trixie": ("4.1.12", "4.1.11")}
"""Guest to the release that its loaded module is made to name, and the one that the module on its disk is."""


class Provocation(NamedTuple):
    """One thing that is wrong with a guest.

    :ivar code: of the finding.
    :ivar instance: that it is about; None for the host.
    :ivar evidence: a part of its sentence.
    :ivar do: shell words on the guest.
    :ivar undo: the same, afterwards.
    """

    guest: str
    code: str
    instance: str | None
    evidence: str
    do: str
    undo: str


_ALL = tuple(RELEASES)

# First the guest that it is always done to, then those that can have it. @RELEASE@ is what the guest has, @LOADED@ and
# @DISK@ are the others.
_TEMPLATES: tuple[tuple[str, tuple[str, ...], Provocation], ...] = (
    (
        "bookworm",
        _ALL,
        Provocation(
            "",
            "kernel_without_module",
            None,
            f"{NEXT_KERNEL} starts at the next boot (the newest one installed) and has no module jool",
            f": >/boot/vmlinuz-{NEXT_KERNEL}",
            f"rm -f /boot/vmlinuz-{NEXT_KERNEL}",
        ),
    ),
    (
        "bookworm",
        _ALL,
        Provocation(
            "",
            "module_waits",
            None,
            " is loaded, and @DISK@ is what the next load or boot brings.",
            """file=$(modinfo -n jool); cp -p $file /run/jool.saved
            case $file in *.xz) cat='xz -dc' pack='xz --check=crc32 -c' ;; *) cat=cat pack=cat ;; esac
            $cat /run/jool.saved | sed s/version=@RELEASE@.0/version=@DISK@.0/ | $pack >$file""",
            "cp -p /run/jool.saved $(modinfo -n jool); rm /run/jool.saved",
        ),
    ),
    (
        "bookworm",
        _ALL,
        Provocation(
            "",
            "receive_offload",
            None,
            "On: generic-receive-offload.",
            "ethtool -K to-client6 gro on",
            "ethtool -K to-client6 gro off",
        ),
    ),
    (
        "bullseye",
        ("bullseye",),  # where all hosts of a group change alike, nothing drifts
        Provocation(
            "",
            "configuration_drift",
            "default",
            "tos is 32, and 0 on 2 other hosts (bookworm, trixie)",
            "jool global update tos 32",
            "jool global update tos 0",
        ),
    ),
    (
        "bullseye",
        _ALL,
        Provocation(
            "",
            "instance_hidden",
            None,
            "default and stray (SIIT) share the host's network namespace.",
            "modprobe jool_siit; jool_siit instance add stray --netfilter --pool6 64:ff9b:2::/96",
            "jool_siit instance remove stray; modprobe -r jool_siit",
        ),
    ),
    (
        "trixie",
        _ALL,
        Provocation(
            "",
            "version_mixed",
            None,
            "The tool is @RELEASE@, the loaded kernel module is @LOADED@.",
            "echo @LOADED@.0 >/run/jool-version; mount --bind /run/jool-version /sys/module/jool/version",
            "umount /sys/module/jool/version; rm /run/jool-version",
        ),
    ),
    (
        "trixie",
        _ALL,
        Provocation(
            "",
            "pool4_listening",
            "default",
            "TCP 192.0.2.1#61500: a program of the host listens there",
            "ip address add 192.0.2.1/32 dev lo; systemd-run --quiet --unit lab-listener python3 -c '"
            'import signal, socket; s = socket.socket(); s.bind(("192.0.2.1", 61500)); s.listen(); signal.pause()'
            "'; until ss -H -l -n -t | grep -q 192.0.2.1:61500; do sleep 0.2; done",
            "systemctl stop lab-listener; ip address del 192.0.2.1/32 dev lo",
        ),
    ),
    (
        "trixie",
        _ALL,
        Provocation(
            "",
            "pool4_local_ports",
            "default",
            "the host sends from 32768-62000 by itself",
            # The kernel looks at an address of the host only.
            "ip address replace 192.0.2.1/32 dev lo; sysctl -q -w net.ipv4.ip_local_port_range='32768 62000'",
            "sysctl -q -w net.ipv4.ip_local_port_range='32768 60999'",
        ),
    ),
    (
        "trixie",
        WITH_BLUE,
        Provocation(
            "",
            "instance_disabled",
            "blue/blue",
            "manually-enabled is false",
            "ip netns exec blue jool -i blue global update manually-enabled false",
            "ip netns exec blue jool -i blue global update manually-enabled true",
        ),
    ),
)


def _filled(text: str, guest: str) -> str:
    loaded, disk = OTHERS[guest]
    return text.replace("@RELEASE@", RELEASES[guest]).replace("@LOADED@", loaded).replace("@DISK@", disk)


PROVOCATIONS = tuple(
    template._replace(
        guest=guest,
        evidence=_filled(template.evidence, guest),
        do=_filled(template.do, guest),
        undo=_filled(template.undo, guest),
    )
    for always, able, template in _TEMPLATES
    for guest in (able if EVERY_RELEASE else (always,))
)

MIXED = {one.guest: OTHERS[one.guest][0] for one in PROVOCATIONS if one.code == "version_mixed"}
"""Guest to what its loaded module says of itself."""


def provoke(guests: Mapping[str, Guest], name: str) -> None:
    """Do all that is to be done to a guest."""
    for one in PROVOCATIONS:
        if one.guest == name:
            guests[name].run("sh", "-ec", one.do)


def undo(guests: Mapping[str, Guest], name: str) -> None:
    """Undo it, whatever of it was done."""
    for one in PROVOCATIONS:
        if one.guest == name:
            guests[name].run("sh", "-c", one.undo, check=False)
