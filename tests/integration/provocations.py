# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done to guests so that an audit finds it, how it is undone, and what must be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ansible_collections.nat64.jool.tests.integration.guests import Guest

NEXT_KERNEL = "9.9.9-lab-amd64"


class Provocation(NamedTuple):
    """One thing that is wrong.

    :ivar do: shell words on the guest.
    :ivar undo: the same, afterwards.
    :ivar code: of the finding.
    :ivar instance: that it is about; None for the host.
    :ivar evidence: a part of its sentence.
    """

    guest: str
    code: str
    instance: str | None
    evidence: str
    do: str
    undo: str


PROVOCATIONS = (
    Provocation(
        "bookworm",
        "kernel_without_module",
        None,
        f"{NEXT_KERNEL} starts at the next boot (the newest one installed) and has no module jool on disk.",
        f": >/boot/vmlinuz-{NEXT_KERNEL}",
        f"rm -f /boot/vmlinuz-{NEXT_KERNEL}",
    ),
    Provocation(
        "bookworm",
        "module_waits",
        None,
        "4.1.9 is loaded, and 4.1.8 is what the next load or boot brings.",
        "file=$(modinfo -n jool); cp -p $file /run/jool.ko; sed -i s/version=4.1.9.0/version=4.1.8.0/ $file",
        "cp -p /run/jool.ko $(modinfo -n jool); rm /run/jool.ko",
    ),
    Provocation(
        "bookworm",
        "receive_offload",
        None,
        "On: generic-receive-offload.",
        "ethtool -K to-client6 gro on",
        "ethtool -K to-client6 gro off",
    ),
    Provocation(
        "bullseye",
        "configuration_drift",
        "default",
        "udp-timeout is 150, and 3600 on 2 other hosts (bookworm, trixie)",
        "jool global update udp-timeout 0:02:30",
        "jool global update udp-timeout 1:00:00",
    ),
    Provocation(
        "bullseye",
        "instance_hidden",
        None,
        "default and stray (SIIT) share the host's network namespace.",
        "modprobe jool_siit; jool_siit instance add stray --netfilter --pool6 64:ff9b:2::/96",
        "jool_siit instance remove stray; modprobe -r jool_siit",
    ),
    Provocation(
        "trixie",
        "version_mixed",
        None,
        "The tool is 4.1.13, the loaded kernel module is 4.1.12.",
        "echo 4.1.12.0 >/run/jool-version; mount --bind /run/jool-version /sys/module/jool/version",
        "umount /sys/module/jool/version; rm /run/jool-version",
    ),
    Provocation(
        "trixie",
        "pool4_listening",
        "default",
        "TCP 192.0.2.1#61500: a program of the host listens there",
        "ip address add 192.0.2.1/32 dev lo; systemd-run --quiet --unit lab-listener python3 -c '"
        'import signal, socket; s = socket.socket(); s.bind(("192.0.2.1", 61500)); s.listen(); signal.pause()'
        "'; until ss -H -l -n -t | grep -q 192.0.2.1:61500; do sleep 0.2; done",
        "systemctl stop lab-listener; ip address del 192.0.2.1/32 dev lo",
    ),
    Provocation(
        "trixie",
        "pool4_local_ports",
        "default",
        "the host sends from 32768-62000 by itself",
        'sysctl -q -w net.ipv4.ip_local_port_range="32768 62000"',
        'sysctl -q -w net.ipv4.ip_local_port_range="32768 60999"',
    ),
    Provocation(
        "trixie",
        "instance_disabled",
        "blue/blue",
        "manually-enabled is false",
        "ip netns exec blue jool -i blue global update manually-enabled false",
        "ip netns exec blue jool -i blue global update manually-enabled true",
    ),
)


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
