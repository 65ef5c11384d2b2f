# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is beside the sessions on real kernels: the BIB, marks, destinations, times, RFC 6052, an empty pool4."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration.combinations import TRANSPORTS
from ansible_collections.nat64.jool.tests.integration.guests import RELEASES, Guest, side_by_side
from ansible_collections.nat64.jool.tests.integration.runner import Case, Run, ask

DETAILS: dict[str, Any] = {
    "gather_subset": ["summary", "details", "bib"],
    "instances": ["default"],
    "netns": [""],
    "top_clients": 1000,
}
PROTOCOLS = ("tcp", "udp", "icmp")

everywhere = pytest.mark.parametrize("guest", list(RELEASES))
every_way = pytest.mark.parametrize("transport", TRANSPORTS)


def configure(guest: Guest) -> None:
    """A static entry without a session, and a range for packets with a mark."""
    guest.run("jool", "pool4", "add", "--tcp", "192.0.2.7", "2000-2999", "--mark", "5")
    guest.run("jool", "bib", "add", "--udp", "2001:db8:64:1::5#53", "192.0.2.1#61999")


@pytest.fixture(scope="module")
def run(known_traffic: dict[str, Any], guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Run:
    assert known_traffic
    side_by_side(configure, guests.values())
    cases = {transport: Case({**DETAILS, "transport": transport}) for transport in TRANSPORTS}
    return ask("2.21", cases, tmp_path_factory.mktemp("details"))


def entry_of(run: Run, guest: str, case: str) -> dict[str, Any]:
    result = run.results[guest][case]
    assert not result.get("failed"), result.get("msg")
    (entry,) = result["ansible_facts"]["jool_sessions"]["instances"]
    found: dict[str, Any] = entry
    return found


def rows(guest: Guest) -> list[list[str]]:
    return [row.split(",") for protocol in PROTOCOLS for row in guest.table(protocol)]


@pytest.fixture(scope="module")
def tables(run: Run, guests: dict[str, Guest]) -> dict[str, list[list[str]]]:
    """Guest to the rows of its own tool."""
    assert run.results
    return {name: rows(guest) for name, guest in guests.items()}


@everywhere
@every_way
def test_bib(run: Run, guests: dict[str, Guest], guest: str, transport: str) -> None:
    entry = entry_of(run, guest, transport)
    for protocol in PROTOCOLS:
        listed = guests[guest].run("jool", "bib", "display", f"--{protocol}", "--numeric", "--csv", "--no-headers")
        kinds = Counter(line.rsplit(",", 1)[1] for line in listed.splitlines())
        assert entry["bib"][protocol] == {"static": kinds["1"], "dynamic": kinds["0"]}
        used = sum(use["ports_used"] for use in entry["pool4"] if use["protocol"] == protocol)
        assert used == kinds.total()  # whatever of it has a session
    assert entry["bib"]["udp"]["static"] == 1
    gauge = entry["counters"]["JSTAT_BIB_ENTRIES"]
    assert gauge == sum(count for kinds in entry["bib"].values() for count in kinds.values())


@everywhere
@every_way
def test_marks_and_destinations(run: Run, tables: dict[str, list[list[str]]], guest: str, transport: str) -> None:
    entry = entry_of(run, guest, transport)
    table = tables[guest]
    assert entry["by_mark"] == {"0": len(table), "5": 0}
    servers = Counter(row[7] for row in table)
    assert {one["address"]: one["sessions"] for one in entry["top_destinations"]} == servers
    services = Counter((row[0].lower(), int(row[8])) for row in table if row[0] != "ICMP")
    assert {(one["protocol"], one["l4_id"]): one["sessions"] for one in entry["top_services"]} == services


@everywhere
@every_way
def test_rfc6052_and_times(
    run: Run, tables: dict[str, list[list[str]]], guests: dict[str, Guest], guest: str, transport: str
) -> None:
    entry = entry_of(run, guest, transport)
    total = len(tables[guest])
    assert entry["rfc6052"] == {"pool6": "64:ff9b::/96", "checked": total, "mismatched": 0}
    assert sum(one["sessions"] for one in entry["expires_in"]) == total
    told = guests[guest].run("jool", "global", "display")
    assert ("ss-enabled: true" in told) == entry["globals"]["ss_enabled"]
    hours, minutes, seconds = re.findall(r"udp-timeout: (\d+):(\d\d):(\d\d)", told)[0]
    assert entry["globals"]["udp_timeout"] == int(hours) * 3600 + int(minutes) * 60 + int(seconds)


@pytest.fixture(scope="module")
def without_pool4(run: Run, guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A few pings through translators whose pool4 is empty."""
    assert run.results

    def ping(guest: Guest) -> None:
        guest.pristine()
        guest.run("jool", "pool4", "flush")
        server = "64:ff9b::198.51.100.5"
        guest.run("ip", "netns", "exec", "client6", "ping", "-c", "3", "-i", "0.2", server)

    side_by_side(ping, guests.values())
    yield ask("2.21", {"empty": Case({**DETAILS, "transport": "ssh"})}, tmp_path_factory.mktemp("empty"))
    side_by_side(Guest.restore, guests.values())


@everywhere
def test_an_empty_pool4(without_pool4: Run, guests: dict[str, Guest], guest: str) -> None:
    """Sessions come to stand on the host's own address, with the ports that the kernel takes there."""
    machine = guests[guest]
    entry = entry_of(without_pool4, guest, "empty")
    table = rows(machine)
    assert len(table) == entry["total"] > 0
    own = set(re.findall(r"inet ([0-9.]+)", machine.run("ip", "-4", "-o", "address", "show", "scope", "global")))
    assert {use["address"] for use in entry["pool4"]} == own
    assert {row[5] for row in table} <= own
    assert all(61001 <= int(row[6]) <= 65535 for row in table)
    for use in entry["pool4"]:
        assert (use["is_default"], use["mark"], use["ports_total"]) == (True, None, 4535)
        here = {row[6] for row in table if (row[0].lower(), row[5]) == (use["protocol"], use["address"])}
        assert use["ports_used"] == len(here)
    assert entry["by_mark"] is None
    assert ipaddress.ip_network(entry["rfc6052"]["pool6"]).prefixlen == 96
