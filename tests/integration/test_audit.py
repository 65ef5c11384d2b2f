# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks over a whole fleet: every host is in the overview and the report, whatever became of it."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY, RELEASES, WITH_BLUE, Guest
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
EXHAUSTED = "bullseye"


@pytest.fixture(scope="module")
def report(known_traffic: dict[str, Any], guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of three translators, one of them out of ports, and of two hosts that give no answer."""
    assert known_traffic
    guests[EXHAUSTED].traffic("exhaust")
    place = tmp_path_factory.mktemp("fleet")
    trouble = place / "trouble.yml"
    trouble.write_text(TROUBLE, encoding="utf-8")
    settings = {
        "fleet_audit_directory": str(place / "audit"),
        "fleet_audit_gather_subset": ["summary", "details", "bib"],
    }
    playbook = ("ansible-playbook", "nat64.jool.fleet_audit", "-e", json.dumps(settings))
    done = ansible("2.21", *playbook, "-i", str(INVENTORY), "-i", str(trouble))
    assert done.returncode != 0
    assert "3 of 5 hosts answered. Without an answer: dark, locked." in done.stdout, done.stdout
    return place / "audit"


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
        assert hosts[name]["jool_tool"] == hosts[name]["jool_module"] == RELEASES[name]
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
    assert names == {"fleet.html", "fleet.md", "fleet.json", "hosts.csv", "pools.csv", "jool_fleet.prom"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in report.iterdir())
    assert stat.S_IMODE(report.stat().st_mode) == 0o700
