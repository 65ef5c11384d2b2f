# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Instances are changed on real kernels: every change twice, in check mode, and interrupted, with traffic on its way.

Any guests of the lab will do, one alone, too.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY, PING, ROOT, Guest, long_test_on
from ansible_collections.nat64.jool.tests.integration.runner import CORES, Case, ask
from ansible_collections.nat64.jool.tests.integration.transfer import Transfer


def entry(protocol: str, prefix: str = "192.0.2.1", ports: str = "61001-65535", **more: Any) -> dict[str, Any]:
    return {"protocol": protocol, "prefix": prefix, "port_range": ports, **more}


POOL4 = [entry("tcp"), entry("udp"), entry("icmp")]
BINDING = {"protocol": "TCP", "ipv6 address": "2001:DB8:1::2#80", "ipv4 address": "192.0.2.9#8080"}

CHANGES: dict[str, dict[str, Any]] = {
    "parameters": {
        "global": {"udp_timeout": "6:00", "tcp-est-timeout": 7440, "mtu plateaus": [1280, 65535, 1500], "tos": "0"}
    },
    "pool4_added": {"pool4": [entry("TCP", "192.0.2.8/30", "8000-8999"), entry("udp", ports="1000-1999", mark=7)]},
    "iterations": {"pool4": [entry("udp", ports="61001-61002", max_iterations=9)]},
    "bib_added": {"bib": [BINDING]},
    "at_once": {"atomic": True, "global": {"tos": 16, "override_tos": True}, "pool4": [entry("icmp", ports="0-99")]},
    "bib_removed": {"bib": [], "purge": True},
    "pool4_removed": {"pool4": POOL4, "purge": True},
    "defaults": {"global": {}, "purge": True},
}
"""In this order. None of them may harm a connection that is there."""

OTHER_POOL6 = {"global": {"pool6": "2001:db8:46::/96"}}


WAYS = {"bullseye": "ssh", "bookworm": "ssh", "trixie": "connection"}
"""Each guest by one way: what becomes of Jool does not depend on it, and `connection` takes an emulated guest long."""


def playing(cases: Mapping[str, Case], place: Path, guest: str) -> Mapping[str, Any]:
    """The results of one guest."""
    place.mkdir(parents=True, exist_ok=True)
    by_its_way = {name: replace(one, options={"transport": WAYS[guest], **one.options}) for name, one in cases.items()}
    run = ask("2.21", by_its_way, place, hosts=[guest])
    assert guest in run.results, run.output
    return run.results[guest]


def case(options: Mapping[str, Any], check: bool = False) -> Case:
    return Case(options, {"check_mode": True} if check else {}, "jool_instance")


def running(guest: Guest) -> str:
    """The configuration as the guest's own tool prints it, without any code of ours."""
    words = [("global", "display"), *(("pool4", "display", f"--{one}") for one in ("tcp", "udp", "icmp"))]
    text = "".join(guest.run("jool", *word, "--csv") for word in words)
    static = [
        line for line in guest.run("jool", "bib", "display", "--tcp", "--numeric").splitlines() if "Static" in line
    ]
    return text + "\n".join(static)


@pytest.fixture(scope="module", params=long_test_on("trixie"))
def guest(request: pytest.FixtureRequest, guests: dict[str, Guest]) -> Iterator[Guest]:
    """A guest as at boot."""
    if request.param not in guests:
        pytest.skip(f"the lab has no guest '{request.param}'")
    found = guests[request.param]
    found.restore()
    yield found
    Transfer(found).end()
    found.run("sh", "-c", "rm -f /usr/local/bin/jool-*")
    found.restore()


@pytest.fixture(scope="module")
def changed(guest: Guest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every change, checked, made and made again, while a connection is used; what it has done at last."""
    transfer = Transfer(guest)
    transfer.begin()
    cases: dict[str, Case] = {}
    for name, options in CHANGES.items():
        cases[f"check_{name}"] = case(options, check=True)
        cases[name] = case(options)
        cases[f"again_{name}"] = case(options)
        if name == "at_once":  # what runs, given back, is no change
            given_back = "{{ case_again_at_once.after | dict2items | rejectattr('value', 'none') | items2dict }}"
            cases["echo"] = case({"config": given_back, "purge": True})
    results = dict(playing(cases, tmp_path_factory.mktemp("changed"), guest.name))
    results["goes on"] = transfer.goes_on()
    results["longest"] = transfer.progress()[1]
    return results


@pytest.mark.parametrize("name", list(CHANGES))
def test_change(changed: dict[str, Any], name: str) -> None:
    predicted, made, again = (changed[f"{word}{name}"] for word in ("check_", "", "again_"))
    for one in (predicted, made, again):
        assert not one.get("failed"), one.get("msg")
    assert (predicted["changed"], made["changed"], again["changed"]) == (True, True, False)
    for key in ("plan", "diff", "before", "after"):
        assert predicted[key] == made[key]
    assert made["plan"]
    assert again["plan"] == []
    assert again["before"]["global"] == made["after"]["global"]
    assert again["before"]["pool4"] == made["after"]["pool4"]
    assert made["sessions_dropped"] == made["sessions_stranded"] == 0


def test_what_runs_is_what_is_wanted(changed: dict[str, Any]) -> None:
    assert not changed["echo"].get("failed"), changed["echo"].get("msg")
    assert changed["echo"]["changed"] is False


def test_a_transfer_survives_them(changed: dict[str, Any], guest: Guest) -> None:
    assert changed["goes on"], Transfer(guest).words()
    assert changed["longest"] < 10


def test_all_is_as_at_boot_after_them(changed: dict[str, Any], guest: Guest) -> None:
    assert changed
    after = running(guest)
    guest.restore()
    assert after == running(guest)


def test_traffic_stops_and_passes(guest: Guest, tmp_path: Path) -> None:
    guest.restore()
    guest.run(*PING)
    playing({"off": case({"global": {"manually_enabled": False}})}, tmp_path / "off", guest.name)
    with pytest.raises(RuntimeError):
        guest.run(*PING)
    playing({"on": case({"global": {"manually_enabled": "on"}})}, tmp_path / "on", guest.name)
    guest.run(*PING)


def test_verification(guest: Guest, tmp_path: Path) -> None:
    guest.restore()
    before = running(guest)
    verify = {"command": list(PING), "tries": 2}
    cases = {
        "bad": case({"global": {"manually_enabled": False, "tos": 7}, "verify": verify}),
        "bad_pool4": case({"pool4": [entry("tcp")], "purge": True, "verify": verify, "drop_sessions": True}),
        "good": case({"global": {"tos": 7}, "verify": verify}),
    }
    results = playing(cases, tmp_path, guest.name)
    for name in ("bad", "bad_pool4"):
        assert results[name]["error"]["condition"] == "ProbeFailed", results[name]["msg"]
        assert results[name]["changed"] is False
        assert results[name]["plan"]
    assert results["good"]["changed"] is True, results["good"].get("msg")
    assert results["good"]["before"]["global"]["tos"] == 0
    guest.run("jool", "global", "update", "tos", "0")
    assert running(guest) == before
    guest.run(*PING)


def test_recreation(guest: Guest, tmp_path: Path) -> None:
    guest.pristine()  # a session that lasts
    before = running(guest)
    guest.run(*PING)
    cases = {
        "refused": case(OTHER_POOL6),
        "check": case({**OTHER_POOL6, "recreate": True}, check=True),
        "made": case({**OTHER_POOL6, "recreate": True}),
        "again": case({**OTHER_POOL6, "recreate": True}),
    }
    results = playing(cases, tmp_path / "there", guest.name)
    assert results["refused"]["error"]["condition"] == "NotChangeable"
    assert "sessions" in results["refused"]["msg"]
    for name in ("check", "made"):
        assert results[name]["sessions_dropped"] >= 1
        assert "sessions are dropped" in results[name]["warnings"][0]
    assert results["again"]["changed"] is False
    with pytest.raises(RuntimeError):
        guest.run(*PING)
    back = {"global": {"pool6": "64:ff9b::/96"}, "recreate": True}
    playing({"back": case(back)}, tmp_path / "back", guest.name)
    assert running(guest) == before
    guest.run(*PING)


REFUSED: dict[str, dict[str, Any]] = {
    "range": {"global": {"tos": 256}},
    "siit": {"eamt": [{"ipv6_prefix": "2001:db8::/120", "ipv4_prefix": "192.0.2.0/24"}]},
    "mark": {"pool4": [entry("tcp", mark=3000000000)]},
    "bib": {"bib": [{**BINDING, "ipv4 address": "192.0.2.77#1"}]},
    "release": {"global": {"trace": True}},
    "second": {"name": "second", "global": {"pool6": "64:ff9b:1::/96"}},
}


def test_refused_in_the_plan(guest: Guest, tmp_path: Path) -> None:
    guest.restore()
    before = running(guest)
    results = playing({name: case(options) for name, options in REFUSED.items()}, tmp_path, guest.name)
    for name in REFUSED:
        assert results[name]["error"]["condition"] == "ConfigurationInvalid", results[name]
        assert results[name]["changed"] is False
    assert running(guest) == before


# The real tool, which is killed once, before or after its work, or whose caller is.
KILLED = """#!/bin/sh
case "$*" in
*"{words}"*)
    if [ ! -e /run/killed ]; then
        : >/run/killed
        {how}
    fi ;;
esac
exec jool "$@"
"""
KILLS = {
    "before": "kill -KILL $$",
    "after": 'jool "$@"; kill -KILL $$',
    "script": 'jool "$@"; kill -KILL $PPID; exit 0',
}
WANTED = {
    "global": {"tos": 9, "udp-timeout": 500},
    "pool4": [entry("tcp", ports="61001-65000"), entry("udp"), entry("icmp"), entry("tcp", "192.0.2.5", "1-9", mark=2)],
    "purge": True,
}


@pytest.mark.parametrize("words", ["global update tos", "pool4 remove"])
@pytest.mark.parametrize("kill", list(KILLS))
def test_killed_on_the_host(guest: Guest, tmp_path: Path, kill: str, words: str) -> None:
    guest.restore()
    before = running(guest)
    guest.run("rm", "-f", "/run/killed")
    guest.write("/usr/local/bin/jool-killed", KILLED.format(words=words, how=KILLS[kill]))
    cases = {"killed": case({**WANTED, "jool_path": "/usr/local/bin/jool-killed"})}
    result = playing(cases, tmp_path, guest.name)["killed"]
    assert result["error"]["condition"] == "ChangeFailed", result["msg"]
    assert "former configuration runs again" in result["msg"]
    assert result["changed"] is False
    assert running(guest) == before
    guest.run(*PING)


SLOW = """#!/bin/sh
case "$*" in *display*|--version) ;; *) : >/run/begun; sleep 1 ;; esac
exec jool "$@"
"""


def test_the_controller_is_killed(guest: Guest, tmp_path: Path) -> None:
    """The host carries the change to its end."""
    guest.restore()
    guest.run("rm", "-f", "/run/begun")
    guest.write("/usr/local/bin/jool-slow", SLOW)
    task = {"nat64.jool.jool_instance": {**WANTED, "jool_path": "/usr/local/bin/jool-slow"}}
    playbook = tmp_path / "slow.yml"
    playbook.write_text(yaml.safe_dump([{"hosts": guest.name, "gather_facts": False, "tasks": [task]}]))
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"), "LC_ALL": "C.UTF-8"}
    command = [str(CORES["2.21"] / "bin" / "ansible-playbook"), "-i", str(INVENTORY), str(playbook)]
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=ROOT,
    )
    try:
        guest.run("sh", "-c", "for try in $(seq 300); do [ ! -e /run/begun ] || exit 0; sleep 0.2; done; exit 1")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    # In brackets, so that this command does not find itself.
    guest.run(
        "sh", "-c", "for try in $(seq 300); do pgrep -f '[j]ool-slow' >/dev/null || exit 0; sleep 0.2; done; exit 1"
    )
    assert playing({"then": case(WANTED, check=True)}, tmp_path / "then", guest.name)["then"]["changed"] is False
    guest.run(*PING)


# Three namespaces of the test's own: an IPv6 node, the translator, an IPv4 node.
NETWORK = """set -e
for name in it-six it-siit it-four; do ip netns add $name; ip -n $name link set lo up; done
ip netns exec it-siit sysctl -q -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n it-siit link add to6 type veth peer name uplink netns it-six
ip -n it-siit link add to4 type veth peer name uplink netns it-four
ip -n it-siit link set to6 up
ip -n it-siit link set to4 up
ip -n it-six link set uplink up
ip -n it-four link set uplink up
ip -n it-siit address add 2001:db8:c::1/64 dev to6 nodad
ip -n it-six address add 2001:db8:c::2/64 dev uplink nodad
ip -n it-six route add default via 2001:db8:c::1
ip -n it-siit address add 198.18.5.1/24 dev to4
ip -n it-four address add 198.18.5.2/24 dev uplink
ip -n it-four route add default via 198.18.5.1
modprobe jool_siit
"""
NO_NETWORK = """for name in it-six it-siit it-four; do ip netns del $name; done
for try in 1 2 3 4 5; do modprobe -r jool_siit && exit 0; sleep 1; done
"""
SIIT = {
    "name": "siit",
    "netns": "it-siit",
    "translator": "siit",
    "global": {"pool6": "2001:db8:46::/96"},
    "eamt": [{"ipv6 prefix": "2001:db8:c::/120", "ipv4 prefix": "203.0.113.0/24"}],
}
SIX_PINGS = ("ip", "netns", "exec", "it-six", "ping", "-n", "-c", "3", "-W", "2", "2001:db8:46::198.18.5.2")


def test_siit(guest: Guest, tmp_path: Path) -> None:
    guest.run("sh", "-c", NETWORK)
    try:
        verify = {"command": list(SIX_PINGS), "tries": 3}
        cases = {
            "check": case(SIIT, check=True),
            "made": case({**SIIT, "verify": verify}),
            "again": case(SIIT),
            "more": case(
                {
                    **SIIT,
                    "eamt": [*SIIT["eamt"], {"ipv6_prefix": "2001:db8:d::7", "ipv4_prefix": "192.0.2.7"}],
                    "denylist4": ["198.51.100.0/24", "10.1.0.0/16"],
                    "global": {"rfc6791v4-prefix": "203.0.113.128/25", "eam-hairpin-mode": False},
                }
            ),
            "overlap": case({**SIIT, "eamt": [{"ipv6_prefix": "2001:db8:c::9", "ipv4_prefix": "192.0.2.9"}]}),
            "forced": case(
                {**SIIT, "eamt": [{"ipv6_prefix": "2001:db8:c::9", "ipv4_prefix": "192.0.2.9"}], "force": True}
            ),
            "exact": case({**SIIT, "denylist4": [], "purge": True}),
            "exact_again": case({**SIIT, "denylist4": [], "purge": True}),
            "at_once": case({**SIIT, "atomic": True, "denylist4": ["10.0.0.0/8"]}),
            "at_once_again": case({**SIIT, "denylist4": ["10.0.0.0/8"], "purge": True}),
        }
        results = playing(cases, tmp_path / "made", guest.name)
        for name, result in results.items():
            if name != "overlap":
                assert not result.get("failed"), f"{name}: {result.get('msg')}"
        made = [name for name, result in results.items() if result["changed"]]
        assert made == ["check", "made", "more", "forced", "exact", "at_once"]
        assert "overlaps" in results["overlap"]["msg"]
        guest.run(*SIX_PINGS)
        playing({"none": case({**SIIT, "eamt": [], "purge": True})}, tmp_path / "none", guest.name)
        with pytest.raises(RuntimeError):
            guest.run(*SIX_PINGS)  # without a mapping there is no IPv4 source address
        results = playing(
            {
                "absent": case({**SIIT, "state": "absent"}),
                "absent_again": case({**SIIT, "state": "absent"}),
                "elsewhere": case({**SIIT, "netns": "it-none"}),
            },
            tmp_path / "absent",
            guest.name,
        )
        assert [results[name]["changed"] for name in ("absent", "absent_again")] == [True, False]
        assert results["elsewhere"]["error"]["condition"] == "NoSuchNamespace"
    finally:
        guest.run("sh", "-c", NO_NETWORK)


def test_conditions(guest: Guest, tmp_path: Path) -> None:
    guest.restore()
    viewer = {"vars": {"ansible_user": "viewer"}}
    tool = {"jool_path": "/no/jool"}
    cases = {
        "NoPrivilege": Case({"global": {"tos": 1}}, viewer, "jool_instance"),
        "JoolNotInstalled": case(tool),
        "transport_ssh": case({"transport": "ssh", "global": {"tos": 1}}, check=True),
        "transport_host": case({"transport": "host", "global": {"tos": 1}}, check=True),
        "rendered": case({"state": "rendered", "global": {"pool6": "64:ff9b::/96"}, "pool4": POOL4}),
    }
    results = playing(cases, tmp_path, guest.name)
    for name in ("NoPrivilege", "JoolNotInstalled"):
        assert results[name]["error"]["condition"] == name, results[name]["msg"]
    for name in ("transport_ssh", "transport_host"):
        assert results[name]["plan"] == ["set tos from 0 to 1"], results[name].get("msg")
    document = tmp_path / "rendered.json"
    document.write_text(results["rendered"]["rendered_text"])
    guest.run(
        "sh", "-c", f"printf %s '{document.read_text()}' >/run/rendered.json && jool file handle /run/rendered.json"
    )
    guest.run(*PING)
