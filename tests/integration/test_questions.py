# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be asked beside the whole table: filters, protocols, names, caps, captures; against real kernels."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration.guests import RELEASES, WITH_BLUE, Guest
from ansible_collections.nat64.jool.tests.integration.runner import Case, Run, ask

ROWS: dict[str, Any] = {"gather_subset": ["sessions"], "instances": ["default"], "netns": [""], "transport": "ssh"}

CASES = {
    "udp": Case({**ROWS, "protocols": ["udp"]}),
    "states": Case({**ROWS, "filters": {"states": ["ESTABLISHED", "TRANS"]}}),
    "states_on_host": Case({**ROWS, "filters": {"states": ["ESTABLISHED", "TRANS"]}, "transport": "host"}),
    "client": Case({**ROWS, "filters": {"ipv6_remote_address": ["2001:db8:64:1::/64", "2001:DB8:64:a::1"]}}),
    "port": Case({**ROWS, "filters": {"ipv4_remote_l4_id": [7], "ipv4_remote_address": ["198.51.100.0/25"]}}),
    "expiry": Case({**ROWS, "filters": {"expires_after": 3601.0}}),
    "capped": Case({**ROWS, "max_sessions": 2}),
    "names": Case({**ROWS, "numeric": False, "protocols": ["tcp"]}),
    "blue": Case({**ROWS, "instances": ["blue"], "netns": ["blue"]}),
    "blue_found": Case({**ROWS, "instances": ["blue"], "netns": None}),
    "summary": Case({"transport": "ssh", "client_prefix_length": 48, "top_clients": 1}),
}


@pytest.fixture(scope="module")
def run(known_traffic: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Run:
    assert known_traffic
    return ask("2.21", CASES, tmp_path_factory.mktemp("questions"))


def facts_of(run: Run, guest: str, case: str) -> dict[str, Any]:
    result = run.results[guest][case]
    assert not result.get("failed"), result.get("msg")
    facts: dict[str, Any] = result["ansible_facts"]["jool_sessions"]
    return facts


def rows_of(run: Run, guest: str, case: str) -> list[dict[str, Any]]:
    (entry,) = facts_of(run, guest, case)["instances"]
    assert entry["total"] == len(entry["sessions"])
    return list(entry["sessions"])


everywhere = pytest.mark.parametrize("guest", list(RELEASES))


@everywhere
def test_one_protocol(run: Run, guests: dict[str, Guest], guest: str) -> None:
    facts = facts_of(run, guest, "udp")
    assert facts["by_protocol"] == {"tcp": None, "udp": len(guests[guest].table("udp")), "icmp": None}
    assert facts["by_state"] is None


@everywhere
def test_filters(run: Run, guests: dict[str, Guest], guest: str) -> None:
    tables = {
        protocol: [row.split(",") for row in guests[guest].table(protocol)] for protocol in ("tcp", "udp", "icmp")
    }
    everything = [row for table in tables.values() for row in table]
    assert len(rows_of(run, guest, "states")) == sum(row[-1] in ("ESTABLISHED", "TRANS") for row in tables["tcp"]) > 0
    assert len(rows_of(run, guest, "states_on_host")) == len(rows_of(run, guest, "states"))
    net, address = ipaddress.ip_network("2001:db8:64:1::/64"), ipaddress.ip_address("2001:db8:64:a::1")
    assert (
        len(rows_of(run, guest, "client"))
        == sum(ipaddress.ip_address(row[1]) in net or ipaddress.ip_address(row[1]) == address for row in everything)
        > 0
    )
    near = ipaddress.ip_network("198.51.100.0/25")
    assert (
        len(rows_of(run, guest, "port"))
        == sum(row[8] == "7" and ipaddress.ip_address(row[7]) in near for row in everything)
        > 0
    )
    lasting = ("ESTABLISHED", "V4_FIN_RCV", "V6_FIN_RCV")  # two hours, everything else was set to one
    assert len(rows_of(run, guest, "expiry")) == sum(row[-1] in lasting for row in tables["tcp"]) > 0
    assert facts_of(run, guest, "states")["filtered"] is True
    assert facts_of(run, guest, "states")["instances"][0]["scanned"] == len(everything)


@everywhere
def test_cap(run: Run, guests: dict[str, Guest], guest: str) -> None:
    (entry,) = facts_of(run, guest, "capped")["instances"]
    assert len(entry["sessions"]) == 2
    assert entry["truncated"] is True
    assert entry["total"] == sum(len(guests[guest].table(protocol)) for protocol in ("tcp", "udp", "icmp"))


@everywhere
def test_names(run: Run, guests: dict[str, Guest], guest: str) -> None:
    """The guests resolve services from /etc/services: port 7 is echo, 9 is discard, for TCP."""
    rows = rows_of(run, guest, "names")
    assert len(rows) == len(guests[guest].table("tcp"))
    echoes = [row for row in rows if row["ipv4_remote_service"] == "echo"]
    assert all(row["ipv4_remote_l4_id"] is None for row in echoes)
    numbers = [row.split(",")[8] for row in guests[guest].table("tcp")]
    known = guests[guest].run("sh", "-c", "getent services 7/tcp || true")
    assert len(echoes) == (numbers.count("7") if known else 0)


@pytest.mark.parametrize("guest", WITH_BLUE)
@pytest.mark.parametrize("case", ["blue", "blue_found"])
def test_an_instance_in_a_namespace(run: Run, guests: dict[str, Guest], guest: str, case: str) -> None:
    rows = rows_of(run, guest, case)
    assert len(rows) == len(guests[guest].table("icmp", "blue", "blue")) > 0
    assert {row["ipv4_local_address"] for row in rows} == {"192.0.2.2"}


@everywhere
def test_client_prefix(run: Run, guest: str) -> None:
    (entry, *_others) = facts_of(run, guest, "summary")["instances"]
    assert entry["top_clients"][0]["prefix"] == "2001:db8:64::/48"
    assert len(entry["top_clients"]) == 1
    assert entry["clients"] == 2  # and the one that V4_INIT goes to


@everywhere
@pytest.mark.parametrize("style", ["csv", "console"])
def test_a_saved_capture_gives_the_same(
    run: Run, guests: dict[str, Guest], guest: str, style: str, tmp_path: Path
) -> None:
    """Both formats of the real tool, saved as an operator would, and read with no host at all."""
    flags = ["--csv"] if style == "csv" else []
    saved = guests[guest].run("jool", "session", "display", "--udp", "--numeric", *flags)
    (tmp_path / "saved").write_text(saved, encoding="utf-8")
    options = {"src": str(tmp_path / "saved"), "gather_subset": ["sessions"], "protocols": ["udp"]}
    offline = ask("2.21", {"saved": Case(options, {"connection": "ansible.builtin.local"})}, tmp_path, [guest])
    rows = rows_of(offline, guest, "saved")

    def timeless(row: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in row.items() if key != "expires_in"}

    assert [timeless(row) for row in rows] == [timeless(row) for row in rows_of(run, guest, "udp")]
