# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks over a whole fleet: every host is in the overview and the report, whatever became of it."""

from __future__ import annotations

import csv
import json
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.fleet.counter_findings import NO_TRAFFIC_SECONDS
from ansible_collections.nat64.jool.tests.integration.guests import (
    EVERY_RELEASE,
    INVENTORY,
    PING,
    RELEASES,
    WITH_BLUE,
    Guest,
    side_by_side,
)
from ansible_collections.nat64.jool.tests.integration.provocations import (
    MIXED,
    NEXT_KERNEL,
    PROVOCATIONS,
    Provocation,
    provoke,
    undo,
)
from ansible_collections.nat64.jool.tests.integration.runner import ansible

# Beside the lab: a host that is off, and one whose user may not ask.
TROUBLE = """
translators:
  hosts:
    dark:
      ansible_host: 127.0.0.1
      ansible_port: 1
    locked:
      ansible_host: 127.0.0.1
      ansible_port: "{{ hostvars.bookworm.ansible_port }}"
      ansible_user: viewer
      ansible_become: false
      ansible_ssh_private_key_file: "{{ hostvars.bookworm.ansible_ssh_private_key_file }}"
      ansible_ssh_common_args: "{{ hostvars.bookworm.ansible_ssh_common_args }}"
"""


@pytest.mark.parametrize("transport", ["connection", "ssh"])
def test_overview(known_traffic: dict[str, Any], tmp_path: Path, transport: str) -> None:
    trouble = tmp_path / "trouble.yml"
    trouble.write_text(TROUBLE, encoding="utf-8")
    place = tmp_path / "audit"
    settings = {"jool_session_facts_directory": str(place), "jool_session_facts_transport": transport}
    playbook = ("ansible-playbook", "nat64.jool.session_facts", "-e", json.dumps(settings))
    done = ansible("2.21", *playbook, "-i", str(INVENTORY), "-i", str(trouble))
    overview = (place / "overview.txt").read_text(encoding="utf-8")

    assert done.returncode != 0
    assert "2 of 5 hosts gave no answer: dark, locked" in done.stdout
    assert overview.startswith("Sessions of 3 of 5 hosts, ")
    assert "dark: NO ANSWER, not counted" in overview
    assert "locked: NO ANSWER, not counted" in overview
    assert "CAP_NET_ADMIN capability required" in overview
    for guest, release in RELEASES.items():
        made = known_traffic[guest]["expected"]["sessions"]
        counts = ", ".join(f"{protocol} {made[protocol]['total']}" for protocol in ("tcp", "udp", "icmp"))
        assert f"{guest}: Jool {release}, " in overview
        assert f"    instance default: {counts}\n        tcp states: ESTABLISHED 3, " in overview
        table = place / f"{guest}.jsonl"
        assert stat.S_IMODE(table.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "overview.txt").stat().st_mode) == 0o600
    assert {path.name for path in place.iterdir()} == {"overview.txt", *(f"{guest}.jsonl" for guest in RELEASES)}


PROTOCOLS = ("tcp", "udp", "icmp")
EXHAUSTED, BUSY = "bullseye", "bookworm"


AUDIT = {
    "fleet_audit_gather_subset": ["summary", "details", "bib"],
    # What SSH comes in by: no translated packet does.
    "fleet_audit_accept": ["receive_offload:interface eth0"],
}


def audit(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    settings = json.dumps({**AUDIT, "fleet_audit_directory": str(place / "audit")})
    playbook = ("ansible-playbook", "nat64.jool.fleet_audit", "-e", settings, "-i", str(INVENTORY))
    return ansible("2.21", *playbook, *words, environment={"ANSIBLE_SHOW_CUSTOM_STATS": "1"})


class Audited(NamedTuple):
    """What an audit printed, its report, and when it ended, by the clock that only goes on."""

    done: subprocess.CompletedProcess[str]
    fleet: dict[str, Any]
    ended: float


@pytest.fixture(scope="module")
def healthy(
    known_traffic: dict[str, Any], guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Audited]:
    """The first audit, of three translators that nothing is wrong with."""
    assert known_traffic
    assert guests
    place = tmp_path_factory.mktemp("fleet")
    done = audit(place)
    return place, Audited(done, fleet_of(place / "audit"), time.monotonic())


@pytest.fixture(scope="module")
def report(healthy: tuple[Path, Audited], guests: dict[str, Guest]) -> Iterator[Path]:
    """The report of the second one: much is wrong, one is out of ports, and two hosts give no answer."""
    place, first = healthy
    trouble = place / "trouble.yml"
    trouble.write_text(TROUBLE, encoding="utf-8")

    def make(name: str) -> None:
        provoke(guests, name)
        if name == EXHAUSTED:
            guests[name].traffic("exhaust")
        if name == BUSY:
            guests[name].run(*PING)

    try:
        side_by_side(make, guests)
        # A machine may be quicker than the time after which a translator counts as idle.
        time.sleep(max(0.0, first.ended + NO_TRAFFIC_SECONDS + 1 - time.monotonic()))
        done = audit(place, "-i", str(trouble))
        assert done.returncode != 0
        assert "3 of 5 hosts answered. Without an answer: dark, locked." in done.stdout, done.stdout
        yield place / "audit"
    finally:
        side_by_side(lambda name: undo(guests, name), guests)


def test_a_healthy_fleet_yields_nothing(healthy: tuple[Path, Audited]) -> None:
    _place, first = healthy
    assert first.done.returncode == 0, first.done.stdout + first.done.stderr
    urgent = [finding for finding in first.fleet["findings"] if finding["severity"] != "note"]
    assert urgent == []
    accepted = {finding["host"] for finding in first.fleet["findings"] if finding["accepted"]}
    assert accepted == set(RELEASES)
    assert first.fleet["changes"] is None
    assert first.fleet["verdict"]["severity"] == "ok"
    stats = first.done.stdout[first.done.stdout.index("CUSTOM STATS") :]
    for said in ('"severity": "ok"', '"answered": 3', '"critical": 0', '"coverage_met": true'):
        assert said in stats


def findings_of(fleet: dict[str, Any], code: str, host: str | None) -> list[dict[str, Any]]:
    return [one for one in fleet["findings"] if (one["code"], one["host"]) == (code, host)]


@pytest.mark.parametrize("provoked", PROVOCATIONS, ids=[f"{one.guest}-{one.code}" for one in PROVOCATIONS])
def test_what_is_wrong_is_found(report: Path, provoked: Provocation) -> None:
    found = [one for one in findings_of(fleet_of(report), provoked.code, provoked.guest) if not one["accepted"]]
    matching = [one for one in found if one["instance"] == provoked.instance and provoked.evidence in one["evidence"]]
    assert len(matching) == 1, found
    (finding,) = matching
    assert finding["severity"] in ("critical", "warning")
    assert finding["remedy"]


def test_what_is_right_is_not_found(report: Path) -> None:
    """Each of these was done to some of the guests."""
    fleet = fleet_of(report)
    for code in {one.code for one in PROVOCATIONS}:
        wrong = {one.guest for one in PROVOCATIONS if one.code == code}
        urgent = [one for one in fleet["findings"] if one["code"] == code and one["severity"] != "note"]
        found = {one["host"] for one in urgent if one["host"] is not None}
        # A module that is made to name another release waits for the one on disk, and has that release's defaults.
        # 4.1.13 changed one of them. `locked` is bookworm under another name.
        follows = set(MIXED) if code in ("module_waits", "configuration_drift") else set()
        assert wrong <= found - {"locked"} <= wrong | follows, code


@pytest.mark.skipif(EVERY_RELEASE, reason="both are switched off, which is no drift")
def test_two_that_differ_are_told_both(report: Path) -> None:
    """The instance blue is switched off on one of its two hosts, and nobody can say which of them is meant."""
    (drift,) = findings_of(fleet_of(report), "configuration_drift", None)
    assert drift["evidence"].startswith("The hosts of the group differ: ")
    assert "manually-enabled is on on bookworm, off on trixie" in drift["evidence"]


def test_who_translates_nothing_is_found(report: Path) -> None:
    fleet = fleet_of(report)
    silent = {(one["host"], one["instance"]) for one in fleet["findings"] if one["code"] == "no_traffic"}
    assert silent == {("trixie", "default"), ("trixie", "blue/blue"), ("bookworm", "blue/blue")}


def test_counters_of_lost_packets_are_found(report: Path) -> None:
    (grown,) = findings_of(fleet_of(report), "counter_grew", EXHAUSTED)
    assert (grown["subject"], grown["severity"]) == ("JSTAT_BIB6_NOT_FOUND", "warning")
    number = int(grown["evidence"].split()[3].replace(",", ""))
    assert number > 15000


def test_what_changed(report: Path) -> None:
    changes = fleet_of(report)["changes"]
    assert changes["hosts_new"] == ["dark", "locked"]
    told = {(one["host"], one["instance"], one["what"]): (one["before"], one["now"]) for one in changes["entries"]}
    assert told["bullseye", "default", "tos"] == ("0", "32")
    assert told["bullseye", "stray (SIIT)", "instance"] == (None, "is there")
    assert told["trixie", "blue/blue", "manually-enabled"] == ("on", "off")
    assert told["trixie", None, "module"] == ("4.1.13", "4.1.12")
    assert told["bookworm", None, "next kernel"][1] == NEXT_KERNEL
    assert changes["sessions"][0]["host"] == EXHAUSTED
    assert changes["findings_new"] > len(PROVOCATIONS)


def fleet_of(report: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((report / "fleet.json").read_text(encoding="utf-8"))
    return found


def places(guest: str) -> list[tuple[str, str]]:
    """Instance and network namespace of each translator of a guest."""
    return [("default", ""), *([("blue", "blue")] if guest in WITH_BLUE else [])]


def test_every_number_is_the_kernels(report: Path, guests: dict[str, Guest]) -> None:
    fleet = fleet_of(report)
    counted = {
        name: {protocol: sum(len(guest.table(protocol, *place)) for place in places(name)) for protocol in PROTOCOLS}
        for name, guest in guests.items()
    }
    hosts = {host["host"]: host for host in fleet["hosts"]}
    for name, counts in counted.items():
        assert {protocol: hosts[name][protocol] for protocol in PROTOCOLS} == counts
        assert hosts[name]["sessions"] == sum(counts.values())
        assert hosts[name]["jool_tool"] == RELEASES[name]
        assert hosts[name]["jool_module"] == MIXED.get(name, RELEASES[name])
    sums = {protocol: sum(counts[protocol] for counts in counted.values()) for protocol in PROTOCOLS}
    assert fleet["totals"]["by_protocol"] == sums
    assert fleet["totals"]["sessions"] == sum(sums.values())
    for pool in fleet["pools"]:
        bib = guests[pool["host"]].run(
            *(["ip", "netns", "exec", pool["netns"]] if pool["netns"] else []),
            *("jool", "-i", pool["instance"], "bib", "display", f"--{pool['protocol']}", "--numeric"),
            *("--csv", "--no-headers"),
        )
        used = [row.split(",") for row in bib.splitlines()]
        assert pool["ports_used"] == sum(row[3] == pool["address"] for row in used), pool
    with (report / "hosts.csv").open(encoding="utf-8", newline="") as file:
        assert {row["host"] for row in csv.DictReader(file)} >= {*guests, "dark", "locked"}


def test_who_is_missing_is_named_and_no_zero(report: Path) -> None:
    fleet = fleet_of(report)
    coverage = fleet["coverage"]
    assert (coverage["asked"], coverage["answered"], coverage["met"]) == (5, 3, False)
    missing = {host["host"]: host for host in coverage["missing"]}
    assert missing["dark"]["status"] == "unreachable"
    assert missing["locked"]["status"] == "failed"
    assert missing["locked"]["condition"] == "NoPrivilege"
    for host in fleet["hosts"]:
        assert (host["sessions"] is None) == (host["host"] in missing)


def test_the_exhausted_pool_is_found(report: Path, guests: dict[str, Guest]) -> None:
    fleet = fleet_of(report)
    fullest = fleet["pools"][0]
    assert (fullest["host"], fullest["protocol"], fullest["severity"]) == (EXHAUSTED, "udp", "critical")
    assert fullest["percent_used"] > 99
    refused = guests[EXHAUSTED].run("jool", "stats", "display", "--csv")
    assert int(dict(line.split(",")[:2] for line in refused.splitlines()[1:])["JSTAT_BIB6_NOT_FOUND"]) > 15000
    codes = {(one["code"], one["host"]) for one in fleet["findings"] if one["severity"] == "critical"}
    assert ("pool4_full", EXHAUSTED) in codes
    assert fleet["verdict"]["severity"] == "critical"


def test_files_are_their_owners_alone(report: Path) -> None:
    names = {path.name for path in report.iterdir()}
    assert names == {
        "fleet.html",
        "fleet.md",
        "fleet.json",
        "hosts.csv",
        "pools.csv",
        "jool_fleet.prom",
        "summary.json",
    }
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in report.iterdir())
    assert stat.S_IMODE(report.stat().st_mode) == 0o700
