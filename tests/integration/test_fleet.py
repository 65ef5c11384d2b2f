# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts asked in one task, over SSH, with real kernels; and the same fleet in two slices."""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.tests.integration.guests import INVENTORY, WITH_BLUE, Guest
from ansible_collections.nat64.jool.tests.integration.runner import CORES, ansible

PROTOCOLS = ("tcp", "udp", "icmp")
DARK = {"translators": {"hosts": {"dark": {"ansible_host": "127.0.0.1", "ansible_port": 1}}}}
OPTIONS: dict[str, Any] = {"retries": 1, "backoff": 0.1, "timeout": 300}


def summarise(core: str, place: Path, **options: Any) -> dict[str, Any]:
    """One task of `jool_fleet_session_info` on localhost; what became of it."""
    (place / "dark.yml").write_text(yaml.safe_dump(DARK), encoding="utf-8")
    tasks = [
        {
            "name": "Ask",
            "nat64.jool.jool_fleet_session_info": {**OPTIONS, **options},
            "register": "asked",
            "become": True,
        },
        {
            "name": "Keep the answer",
            "ansible.builtin.copy": {"content": "{{ asked | to_json }}", "dest": f"{place}/asked.json", "mode": "0600"},
        },
    ]
    play = {"name": "Ask", "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    (place / "playbook.yml").write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    words = ("-i", str(INVENTORY), "-i", str(place / "dark.yml"), str(place / "playbook.yml"))
    done = ansible(core, "ansible-playbook", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads((place / "asked.json").read_text(encoding="utf-8"))
    return found


def tables(guest: Guest) -> dict[str, list[str]]:
    """The rows of all translators of a guest."""
    places = [("default", ""), *([("blue", "blue")] if guest.name in WITH_BLUE else [])]
    return {protocol: [row for place in places for row in guest.table(protocol, *place)] for protocol in PROTOCOLS}


def compare(fleet: Mapping[str, Any], guests: Mapping[str, Guest]) -> None:
    hosts = {host["host"]: host for host in fleet["hosts"]}
    assert set(hosts) == {*guests, "dark"}
    assert hosts["dark"]["sessions"] is None
    assert [(missing["host"], missing["status"]) for missing in fleet["coverage"]["missing"]] == [
        ("dark", "unreachable")
    ]
    sums = dict.fromkeys(PROTOCOLS, 0)
    for name, guest in guests.items():
        for protocol, rows in tables(guest).items():
            assert hosts[name][protocol] == len(rows), (name, protocol)
            sums[protocol] += len(rows)
    assert fleet["totals"]["by_protocol"] == sums
    assert fleet["totals"]["sessions"] == sum(sums.values()) > 0


@pytest.mark.parametrize("core", list(CORES))
def test_all_hosts_in_one_task(
    known_traffic: dict[str, Any], guests: dict[str, Guest], core: str, tmp_path: Path
) -> None:
    assert known_traffic
    rows = tmp_path / "rows"
    asked = summarise(core, tmp_path, hosts=["translators"], gather_subset=["summary", "details"], rows_dest=str(rows))
    compare(asked["fleet"], guests)
    assert {path.name for path in rows.iterdir()} == {f"{name}.jsonl" for name in guests}
    for name, guest in guests.items():
        path = rows / f"{name}.jsonl"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert len(path.read_text(encoding="utf-8").splitlines()) == sum(map(len, tables(guest).values()))


def test_slices_of_a_job(known_traffic: dict[str, Any], guests: dict[str, Guest], tmp_path: Path) -> None:
    """Two slices that each ask a part and save it, and a merge that asks nobody."""
    assert known_traffic
    saved = []
    for number, names in enumerate((["bullseye", "dark"], ["bookworm", "trixie"])):
        place = tmp_path / str(number)
        place.mkdir()
        saved.append(str(place / "summary.json"))
        summarise("2.21", place, hosts=names, summary_dest=saved[-1])
    whole = tmp_path / "whole"
    whole.mkdir()
    merged = summarise("2.21", whole, summaries=saved, expected_hosts=[*guests, "dark"])
    compare(merged["fleet"], guests)
