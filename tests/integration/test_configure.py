# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role `configure` on real kernels: a NAT64 and a SIIT, in a namespace each, made, changed, booted, removed.

A play of many tasks takes an emulated processor long: see `guests.long_test_on`. Where all take part they do at once.
One is rebooted.
"""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration.guests import Guest, side_by_side, those_of_long_test
from ansible_collections.nat64.jool.tests.integration.role_play import Played, play, play_role
from ansible_collections.nat64.jool.tests.integration.transfer import Transfer
from ansible_collections.nat64.jool.tests.integration.web import fetches

# A network of the test's own, made by a unit at boot: an IPv6 node, two translators, an IPv4 node with the server.
NETWORK = """#!/bin/sh
set -e
for name in it-six it-nat it-siit it-four; do ip netns add $name; ip -n $name link set lo up; done
for name in it-nat it-siit; do
    ip netns exec $name sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    ip -n $name link add to6 type veth peer name $name netns it-six
    ip -n $name link add to4 type veth peer name $name netns it-four
    for device in to6 to4; do
        ip -n $name link set $device up
        ip netns exec $name ethtool -K $device gro off gso off tso off
    done
    for side in it-six it-four; do
        ip -n $side link set $name up
        ip netns exec $side ethtool -K $name gro off gso off tso off
    done
done
ip -n it-nat address add 2001:db8:c::1/64 dev to6 nodad
ip -n it-six address add 2001:db8:c::2/64 dev it-nat nodad
ip -n it-six route add default via 2001:db8:c::1
ip -n it-nat address add 198.18.5.1/30 dev to4
ip -n it-nat route add 198.51.100.0/24 via 198.18.5.2
ip -n it-four address add 198.18.5.2/30 dev it-nat
ip -n it-four route add default via 198.18.5.1
ip -n it-four route add local 198.51.100.0/25 dev lo
ip -n it-siit address add 2001:db8:d::1/64 dev to6 nodad
ip -n it-six address add 2001:db8:d::2/64 dev it-siit nodad
ip -n it-six route add 2001:db8:46::/64 via 2001:db8:d::1
ip -n it-siit address add 198.18.5.5/30 dev to4
ip -n it-siit route add 198.51.100.0/24 via 198.18.5.6
ip -n it-four address add 198.18.5.6/30 dev it-siit
ip -n it-four route add 203.0.113.2 via 198.18.5.5
"""
UNITS = {
    "it-network.service": """[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=/bin/sleep {late}
ExecStart=/usr/local/sbin/it-network
[Install]
WantedBy=multi-user.target
""",
    "it-server.service": """[Unit]
Requires=it-network.service
After=it-network.service
[Service]
NetworkNamespacePath=/run/netns/it-four
Environment=PYTHONPATH=/usr/local/lib/lab
ExecStart=/usr/bin/python3 -S -m lab_server
[Install]
WantedBy=multi-user.target
""",
}
NO_NETWORK = """systemctl disable --quiet --now it-server.service it-network.service
rm -f /etc/systemd/system/it-*.service /usr/local/sbin/it-network /run/it-*
systemctl daemon-reload
for name in it-six it-nat it-siit it-four; do ip netns del $name; done
for try in 1 2 3 4 5; do [ -e /sys/module/jool_siit ] || exit 0; modprobe -r jool_siit && exit 0; sleep 1; done
"""

# Hears what is sent to the group: the size of a packet and its TTL.
LISTENER = """import socket, sys
group, port, way = "233.252.0.64", 6400, "198.18.5.2"
heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
heard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
heard.bind((group, port))
heard.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(way))
heard.setsockopt(socket.IPPROTO_IP, 12, 1)
heard.settimeout(60)
open("/run/it-listens", "w").close()
message, ancillary, _flags, _peer = heard.recvmsg(65535, 256)
print(len(message), int.from_bytes(ancillary[0][2][:4], sys.byteorder))
"""

NAT_PING = ("ip", "netns", "exec", "it-six", "ping", "-n", "-c", "1", "-W", "2", "64:ff9b::198.51.100.5")
SIIT_PING = ("ip", "netns", "exec", "it-six", "ping", "-n", "-c", "1", "-W", "2", "2001:db8:46::5")
VERIFY = {"command": list(NAT_PING), "tries": 20}

NAT: dict[str, Any] = {
    "name": "it-nat",
    "netns": "it-nat",
    "global": {"pool6": "64:ff9b::/96"},
    "pool4": [
        {"protocol": protocol, "prefix": "203.0.113.1", "port_range": "61001-65535"}
        for protocol in ("tcp", "udp", "icmp")
    ],
    "verify": VERIFY,
}
SIIT: dict[str, Any] = {
    "name": "it-siit",
    "netns": "it-siit",
    "translator": "siit",
    "eamt": [
        {"ipv6_prefix": "2001:db8:d::2", "ipv4_prefix": "203.0.113.2"},
        {"ipv6_prefix": "2001:db8:46::5", "ipv4_prefix": "198.51.100.5"},
    ],
}
CHANGED = {
    **NAT,
    "global": {**NAT["global"], "udp_timeout": "0:06:00"},
    "bib": [{"protocol": "tcp", "ipv6_address": "2001:db8:c::2#80", "ipv4_address": "203.0.113.1#61080"}],
    "synchronisation": {"group": "233.252.0.64", "address": "198.18.5.1"},
}
BAD = {**CHANGED, "global": {**CHANGED["global"], "manually_enabled": False}, "verify": {**VERIFY, "tries": 2}}
ABSENT = [{**one, "state": "absent"} for one in (NAT, SIIT)]
HIDDEN = {**SIIT, "netns": "it-nat"}

UNIT = "jool-nat64-it-nat.it-nat.service"
SIIT_UNIT = "jool-siit-it-siit.it-siit.service"
DAEMON = "jool-synchronisation-it-nat.it-nat.service"

ADVERTISES = ("trixie",)
"""Guests with Jool 4.1.11 or newer."""

SESSION_OCTETS = 40
"""Of one session in 4.1.13 (NICMx/Jool src/mod/common/nl/attribute.c); releases before take more."""

STARTS = "Have the unit active, now and after a boot"
REBOOTED = ("trixie", "bookworm", "bullseye")
"""The first of these that there is."""


def passes(guest: Guest, ping: tuple[str, ...], limit: float = 60.0) -> bool:
    """Whether traffic passes, at last."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        if " 1 received" in guest.run(*ping, check=False):
            return True
        time.sleep(1)
    return False


def pages(guest: Guest) -> tuple[bool, bool]:
    """Whether the page of the server comes, through the NAT64 and through the SIIT."""
    return fetches(guest, namespace="it-six"), fetches(guest, "2001:db8:46::5", "it-six")


def fails(guest: Guest, ping: tuple[str, ...]) -> bool:
    return " 0 received" in guest.run(*ping, check=False)


def standing(guest: Guest) -> str:
    """Instances, files and units of a guest, by its own tools."""
    look = (
        "jool instance display --csv --no-headers",
        "jool_siit instance display --csv --no-headers 2>/dev/null",
        "find /etc/jool /etc/systemd/system/jool* /etc/systemd/system/*/jool* -type f 2>/dev/null | xargs -r sha256sum",
        "find /etc/systemd/system/*/jool-* 2>/dev/null; ls -d /etc/jool 2>/dev/null",
        "systemctl list-units --all --plain --no-legend 'jool-*'",
    )
    return guest.run("sh", "-c", "; ".join(look))


def since(guest: Guest, unit: str) -> str:
    """When a unit became active, as its own clock says."""
    return guest.run("systemctl", "show", "--value", "-p", "ActiveEnterTimestampMonotonic", unit).strip()


def instance(guest: Guest, *words: str) -> str:
    return guest.run("ip", "netns", "exec", "it-nat", "jool", "-i", "it-nat", *words)


def prepare(guest: Guest) -> None:
    guest.restore()
    guest.write("/usr/local/sbin/it-network", NETWORK)
    for name, text in UNITS.items():
        guest.run("sh", "-c", f"printf %s {shlex.quote(text.format(late=0))} >/etc/systemd/system/{name}")
    guest.run("sh", "-c", "systemctl daemon-reload && systemctl enable --quiet --now it-network it-server")


def clean(guest: Guest) -> None:
    Transfer(guest).end()
    guest.run("sh", "-c", NO_NETWORK)
    guest.restore()


@dataclass
class Fleet:
    """The guests, and where plays are kept."""

    guests: dict[str, Guest]
    place: Path

    def role(self, name: str, instances: list[Any], *words: str) -> Played:
        # Each guest has the group in a namespace of its own; to the role they are members of one.
        variables = {"jool_instances": instances, "configure_mixed_releases": True}
        return play_role("configure", self.place / name, list(self.guests), variables, *words)

    def each(self, what: Callable[[Guest], Any]) -> dict[str, Any]:
        """What a function says of each guest."""
        return dict(zip(self.guests, side_by_side(what, self.guests.values())))


@pytest.fixture(scope="module")
def fleet(guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    found = Fleet(those_of_long_test(guests, "bullseye"), tmp_path_factory.mktemp("configure"))
    try:
        found.each(prepare)
        yield found
    finally:
        ended = found.role("end", ABSENT)
        found.each(clean)
    assert not ended.failed, ended.output


@pytest.fixture(scope="module")
def bare(fleet: Fleet) -> dict[str, str]:
    """What stands on each guest before."""
    return fleet.each(standing)


@pytest.fixture(scope="module")
def made(fleet: Fleet, bare: dict[str, str]) -> Played:
    """Both instances, checked and made; traffic fails before and passes after."""
    assert all(fleet.each(lambda guest: fails(guest, NAT_PING) and fails(guest, SIIT_PING)).values())
    assert set(fleet.each(pages).values()) == {(False, False)}
    checked = fleet.role("check", [NAT, SIIT], "--check", "--diff")
    assert not checked.failed, checked.output
    assert fleet.each(standing) == bare
    done = fleet.role("made", [NAT, SIIT])
    assert not done.failed, done.output
    for name in fleet.guests:
        # The SIIT could not be asked for without its module, and a unit that is not there yet cannot be started.
        assert checked.changed[name] - {STARTS} == done.changed[name] - {STARTS}
        assert "Bring the running instance to its state" in checked.changed[name]
    assert "+   pool6: 64:ff9b::/96" in checked.output or "+  pool6: 64:ff9b::/96" in checked.output
    return done


def test_traffic_passes(fleet: Fleet, made: Played) -> None:
    assert made
    assert all(fleet.each(lambda guest: passes(guest, NAT_PING) and passes(guest, SIIT_PING)).values())
    assert set(fleet.each(pages).values()) == {(True, True)}
    for unit in (UNIT, SIIT_UNIT):
        states = fleet.each(lambda guest, unit=unit: guest.run("systemctl", "is-active", unit).strip())
        assert set(states.values()) == {"active"}
        states = fleet.each(lambda guest, unit=unit: guest.run("systemctl", "is-enabled", unit).strip())
        assert set(states.values()) == {"enabled"}


def test_a_namespace_has_one_netfilter_instance(fleet: Fleet, made: Played) -> None:
    """Jool takes a SIIT beside a NAT64, and hands all packets to the one that was there first."""
    assert made
    before = fleet.each(standing)
    refused = fleet.role("hidden", [NAT, HIDDEN])
    assert refused.failed == set(fleet.guests), refused.output
    assert "the packets of a network namespace go to" in refused.output
    assert fleet.each(standing) == before


def test_a_second_run_changes_nothing(fleet: Fleet, made: Played) -> None:
    assert made
    before = fleet.each(standing)
    again = fleet.role("again", [SIIT, NAT])
    assert not again.failed, again.output
    assert set(again.changed.values()) == {frozenset()}, again.output
    assert fleet.each(standing) == before


@pytest.fixture(scope="module")
def changed(fleet: Fleet, made: Played) -> Played:
    """A change, checked and made, while a connection is used."""
    assert made
    fleet.each(lambda guest: Transfer(guest, "it-six").begin())
    before = fleet.each(standing), fleet.each(lambda guest: since(guest, UNIT))
    checked = fleet.role("change_check", [CHANGED, SIIT], "--check", "--diff")
    assert fleet.each(standing) == before[0]
    assert fleet.each(lambda guest: since(guest, UNIT)) == before[1]
    assert "0:06:00" in checked.output
    done = fleet.role("change", [CHANGED, SIIT])
    assert not done.failed, done.output
    for name in fleet.guests:
        starts = {"Have synchronisation active, now and after a boot"}
        assert checked.changed[name] == done.changed[name] - starts, done.output
    assert fleet.each(lambda guest: since(guest, UNIT)) == before[1]
    return done


def test_a_change_keeps_sessions(fleet: Fleet, changed: Played) -> None:
    assert changed
    assert all(fleet.each(lambda guest: Transfer(guest, "it-six").goes_on()).values())
    assert set(
        fleet.each(lambda guest: instance(guest, "global", "display").count("udp-timeout: 0:06:00")).values()
    ) == {1}


def test_what_is_taken_back_is_not_written(fleet: Fleet, changed: Played) -> None:
    assert changed
    before = fleet.each(standing)
    bad = fleet.role("bad", [BAD, SIIT])
    assert bad.failed == set(fleet.guests), bad.output
    assert "ProbeFailed" in bad.output
    assert fleet.each(standing) == before
    assert all(fleet.each(lambda guest: Transfer(guest, "it-six").goes_on()).values())


def heard(guest: Guest, act: str) -> list[int]:
    """The size and the TTL of the first packet that comes to the group after something was done."""
    listens = f"python3 -c {shlex.quote(LISTENER)} >/run/it-heard & heard=$!"
    ready = "for try in $(seq 300); do [ ! -e /run/it-listens ] || break; sleep 0.2; done"
    line = f"rm -f /run/it-listens; {listens}; {ready}; {act}; wait $heard; cat /run/it-heard"
    return [int(number) for number in guest.run("ip", "netns", "exec", "it-four", "sh", "-c", line).split()]


def restart(guest: Guest) -> str:
    """What brings sessions to the others: a restart alone, or with a packet where the release advertises nothing."""
    line = f"systemctl restart {DAEMON}"
    return line if guest.name in ADVERTISES else f"{line}; sleep 5; {shlex.join(NAT_PING)} >/dev/null"


def test_sessions_are_sent_after_a_restart(fleet: Fleet, changed: Played) -> None:
    """Where they are advertised without any traffic: the connection has ended, and its session waits for its end."""
    assert changed
    fleet.each(lambda guest: Transfer(guest, "it-six").end())
    time.sleep(5)  # what was queued for a flush (2 s) is gone
    for name, (size, ttl) in fleet.each(lambda guest: heard(guest, restart(guest))).items():
        assert size >= SESSION_OCTETS, name
        assert ttl == 1, name
    states = fleet.each(lambda guest: guest.run("systemctl", "show", "--value", "-p", "NRestarts", DAEMON).strip())
    assert set(states.values()) == {"0"}


def stop_and_start(guest: Guest) -> None:
    guest.run("systemctl", "stop", UNIT)
    assert fails(guest, NAT_PING)
    assert passes(guest, SIIT_PING)
    assert pages(guest) == (False, True)
    assert guest.run("systemctl", "is-active", DAEMON, check=False).strip() == "inactive"
    guest.run("systemctl", "start", UNIT)
    assert passes(guest, NAT_PING)
    assert "udp-timeout: 0:06:00" in instance(guest, "global", "display")
    assert "[Static TCP] 203.0.113.1#61080 - 2001:db8:c::2#80" in instance(guest, "bib", "display", "--numeric")
    guest.run("systemctl", "is-active", DAEMON)
    guest.run("systemctl", "stop", SIIT_UNIT)
    assert fails(guest, SIIT_PING)
    assert pages(guest) == (True, False)
    guest.run("systemctl", "start", SIIT_UNIT)
    assert passes(guest, SIIT_PING)


def test_traffic_fails_while_the_unit_is_stopped(fleet: Fleet, changed: Played) -> None:
    assert changed
    fleet.each(stop_and_start)


def test_a_reboot(fleet: Fleet, changed: Played) -> None:
    """The namespace comes late, and nobody told the unit of the instance what makes it."""
    assert changed
    name = next(name for name in REBOOTED if name in fleet.guests)
    guest = fleet.guests[name]
    late = shlex.quote(UNITS["it-network.service"].format(late=15))
    guest.run("sh", "-c", f"printf %s {late} >/etc/systemd/system/it-network.service")
    reboot = {
        "name": "Reboot",
        "ansible.builtin.reboot": {
            "reboot_command": "systemctl reboot",
            "test_command": "systemctl is-active lab-ready.service",
            "reboot_timeout": 400,
        },
    }
    done = play(fleet.place / "reboot", [name], {"tasks": [reboot]})
    assert not done.failed, done.output
    assert passes(guest, NAT_PING, limit=120)
    assert passes(guest, SIIT_PING)
    assert pages(guest) == (True, True)
    for unit in (UNIT, SIIT_UNIT, DAEMON):
        assert guest.run("systemctl", "is-active", unit).strip() == "active"
    assert "udp-timeout: 0:06:00" in instance(guest, "global", "display")
    assert int(guest.run("systemctl", "show", "--value", "-p", "NRestarts", UNIT)) > 0
    again = play_role("configure", fleet.place / "booted", [name], {"jool_instances": [CHANGED, SIIT]})
    assert not again.failed, again.output
    assert again.changed[name] == frozenset(), again.output


def test_absent_leaves_nothing(fleet: Fleet, bare: dict[str, str], changed: Played) -> None:
    assert changed
    before = fleet.each(standing)
    checked = fleet.role("absent_check", ABSENT, "--check")
    assert fleet.each(standing) == before
    gone = fleet.role("absent", ABSENT)
    assert not gone.failed, gone.output
    assert checked.changed == gone.changed
    assert not any(fleet.each(lambda guest: "it-" in leftovers(guest)).values())
    again = fleet.role("absent_again", ABSENT)
    assert set(again.changed.values()) == {frozenset()}, again.output
    assert all(fleet.each(lambda guest: fails(guest, NAT_PING) and fails(guest, SIIT_PING)).values())
    for name, text in fleet.each(standing).items():
        assert set(words(text)) == set(words(bare[name])), name


def leftovers(guest: Guest) -> str:
    """Files and units of the role; the network of the test is none."""
    return "\n".join(line for line in standing(guest).splitlines() if "/it-" not in line)


def words(text: str) -> list[str]:
    """Lines without what a reboot changes: namespaces of instances, and the test's own unit that is late."""
    told = [line for line in text.splitlines() if "it-network" not in line]
    return [json.dumps(line.split(",")[1:] if line.count(",") == 2 else line) for line in told]
