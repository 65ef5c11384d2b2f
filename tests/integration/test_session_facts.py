# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`jool_session_facts` against real kernels: every release, every transport, two versions of ansible-core."""

from __future__ import annotations

import csv
import json
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration.combinations import (
    TRANSPORTS,
    combinations,
    guests_and_transports,
    where_combined,
)
from ansible_collections.nat64.jool.tests.integration.guests import RELEASES, WITH_BLUE, Guest
from ansible_collections.nat64.jool.tests.integration.runner import CORES, Case, Run, ansible, ask
from ansible_collections.nat64.jool.tests.integration.runner import INVENTORY as LAB

OPERATOR = {"become": True, "vars": {"ansible_user": "operator"}}
KEEPER = {"become": True, "vars": {"ansible_user": "keeper", "ansible_become_password": "lab-keeper"}}
PYTHONLESS = {"vars": {"ansible_python_interpreter": "/no/python"}}

ALL: dict[str, Any] = {"gather_subset": ["all"]}
BRIEF: dict[str, Any] = {"gather_subset": ["counts"], "instances": ["default"], "netns": [""]}

COMBINED = combinations(["check_mode", "become", "become_password"])


def where(name: str) -> pytest.MarkDecorator:
    """The guests and transports that have it."""
    return pytest.mark.parametrize(("guest", "transport"), guests_and_transports(name, COMBINED))


def _cases(place: Path) -> dict[str, Case]:
    cases = {}
    for transport in TRANSPORTS:
        dest = {"dest": f"{place}/{{{{ inventory_hostname }}}}-{transport}.jsonl"}
        brief = {**BRIEF, "transport": transport}
        cases[transport] = Case({**ALL, "transport": transport, **dest})
        unwritten = {"dest": f"{place}/{{{{ inventory_hostname }}}}-{transport}-check.jsonl"}
        kept = {"dest": f"{place}/{{{{ inventory_hostname }}}}-{transport}-become.csv", "dest_format": "csv"}
        for name, case in (
            ("check_mode", Case({**brief, **unwritten}, {"check_mode": True})),
            ("become", Case({**brief, **kept}, OPERATOR)),
        ):
            cases[f"{transport}_{name}"] = where_combined(case, transport, name, COMBINED)
    return cases


@pytest.fixture(scope="module")
def more(known_traffic: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What does not depend on the version of ansible-core."""
    assert known_traffic
    cases = {
        f"{transport}_no_python": Case({**BRIEF, "transport": transport}, PYTHONLESS)
        for transport in ("connection", "ssh")
    }
    for transport in TRANSPORTS:
        case = Case({**BRIEF, "transport": transport}, KEEPER)
        cases[f"{transport}_become_password"] = where_combined(case, transport, "become_password", COMBINED)
    return ask("2.21", cases, tmp_path_factory.mktemp("more"))


@pytest.fixture(scope="module", params=list(CORES))
def run(
    request: pytest.FixtureRequest, known_traffic: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Run, Path]:
    """All cases on all guests with one ansible-core."""
    assert known_traffic
    place = tmp_path_factory.mktemp(f"core-{request.param}")
    return ask(request.param, _cases(place), place), place


def facts_of(run: Run, guest: str, case: str) -> dict[str, Any]:
    result = run.results[guest][case]
    assert not result.get("failed"), result.get("msg")
    assert not result.get("unreachable"), result.get("msg")
    assert result["changed"] is False
    facts: dict[str, Any] = result["ansible_facts"]["jool_sessions"]
    return facts


def default_of(facts: dict[str, Any]) -> dict[str, Any]:
    (entry,) = [entry for entry in facts["instances"] if (entry["name"], entry["netns"]) == ("default", "")]
    return dict(entry)


Tables = dict[str, dict[str, list[str]]]
"""Guest and protocol to the rows of its own tool."""


@pytest.fixture(scope="module")
def tables(known_traffic: dict[str, Any], guests: dict[str, Guest]) -> Tables:
    assert known_traffic
    return {
        name: {protocol: guest.table(protocol) for protocol in ("tcp", "udp", "icmp")} for name, guest in guests.items()
    }


@pytest.mark.parametrize("guest", list(RELEASES))
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_counts_are_the_kernels(
    run: tuple[Run, Path], tables: Tables, known_traffic: dict[str, Any], guest: str, transport: str
) -> None:
    facts = facts_of(run[0], guest, transport)
    entry = default_of(facts)
    # By the traffic that was made,
    made = known_traffic[guest]["expected"]["sessions"]
    assert entry["by_protocol"] == {protocol: made[protocol]["total"] for protocol in ("tcp", "udp", "icmp")}
    assert {state: count for state, count in entry["by_state"].items() if count} == made["tcp"]["states"]
    # and by the guest's own tool and wc -l.
    assert entry["by_protocol"] == {protocol: len(rows) for protocol, rows in tables[guest].items()}
    assert entry["kernel_sessions"] == {"before": entry["total"], "after": entry["total"]}
    assert facts["jool"] == {"tool": RELEASES[guest], "module": RELEASES[guest]}
    assert facts["transport"] == transport
    assert facts["complete"] is True
    assert facts["warnings"] == []


@pytest.mark.parametrize("guest", list(RELEASES))
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_rows_are_those_that_were_made(
    run: tuple[Run, Path], known_traffic: dict[str, Any], guest: str, transport: str
) -> None:
    entry = default_of(facts_of(run[0], guest, transport))
    assert entry["truncated"] is False
    found = Counter(
        (
            row["protocol"],
            row["state"],
            row["ipv6_remote_address"],
            row["ipv6_remote_l4_id"],
            row["ipv6_local_address"],
            row["ipv6_local_l4_id"],
            row["ipv4_local_address"],
            row["ipv4_remote_address"],
        )
        for row in entry["sessions"]
    )
    assert found == Counter(
        (
            row["protocol"].lower(),
            row["state"],
            row["ipv6_remote_address"],
            row["ipv6_remote_id"],
            row["ipv6_local_address"],
            row["ipv6_local_id"],
            row["ipv4_local_address"],
            row["ipv4_remote_address"],
        )
        for row in known_traffic[guest]["rows"]
    )


@pytest.mark.parametrize("guest", list(RELEASES))
def test_pool4_is_counted(run: tuple[Run, Path], tables: Tables, guest: str) -> None:
    entry = default_of(facts_of(run[0], guest, "ssh"))
    for use in entry["pool4"]:
        rows = [row.split(",") for row in tables[guest][use["protocol"]]]
        assert (use["address"], use["port_min"], use["port_max"]) == ("192.0.2.1", 61001, 65535)
        assert use["ports_used"] == len({(row[5], row[6]) for row in rows})
        assert use["ports_total"] == 4535
    assert sum(entry["by_pool4_address"].values()) == entry["total"]
    clients = {row["ipv6_remote_address"] for row in entry["sessions"]}
    assert entry["clients"] == len(clients)  # each in a /64 of its own


@pytest.mark.parametrize("guest", WITH_BLUE)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_instance_in_a_namespace_is_found(
    run: tuple[Run, Path], guests: dict[str, Guest], guest: str, transport: str
) -> None:
    facts = facts_of(run[0], guest, transport)
    assert [(entry["name"], entry["netns"]) for entry in facts["instances"]] == [("default", ""), ("blue", "blue")]
    blue = facts["instances"][1]
    assert blue["by_protocol"]["icmp"] == len(guests[guest].table("icmp", "blue", "blue")) > 0
    assert facts["total"] == sum(entry["total"] for entry in facts["instances"])


@pytest.mark.parametrize("guest", list(RELEASES))
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_full_table_is_on_the_controller(run: tuple[Run, Path], guest: str, transport: str) -> None:
    facts = facts_of(run[0], guest, transport)
    path = run[1] / f"{guest}-{transport}.jsonl"
    assert facts["dest"] == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == facts["total"]
    in_facts = [
        {"netns": entry["netns"], "instance": entry["name"], **row}
        for entry in facts["instances"]
        for row in entry["sessions"]
    ]
    assert rows == in_facts


@where("check_mode")
def test_check_mode_gathers_and_writes_nothing(run: tuple[Run, Path], guest: str, transport: str) -> None:
    checked = facts_of(run[0], guest, f"{transport}_check_mode")
    assert checked["by_protocol"] == default_of(facts_of(run[0], guest, transport))["by_protocol"]
    assert checked["dest"] is None
    assert not (run[1] / f"{guest}-{transport}-check.jsonl").exists()


@where("become")
def test_become(run: tuple[Run, Path], guest: str, transport: str) -> None:
    facts = facts_of(run[0], guest, f"{transport}_become")
    assert facts["by_protocol"] == default_of(facts_of(run[0], guest, transport))["by_protocol"]
    path = run[1] / f"{guest}-{transport}-become.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == facts["total"]


@where("become_password")
def test_become_with_a_password(more: Run, known_traffic: dict[str, Any], guest: str, transport: str) -> None:
    made = known_traffic[guest]["expected"]["sessions"]
    facts = facts_of(more, guest, f"{transport}_become_password")
    assert facts["by_protocol"] == {protocol: made[protocol]["total"] for protocol in made}


@pytest.mark.parametrize("guest", list(RELEASES))
@pytest.mark.parametrize("transport", ["connection", "ssh"])
def test_a_host_needs_no_python(more: Run, known_traffic: dict[str, Any], guest: str, transport: str) -> None:
    made = known_traffic[guest]["expected"]["sessions"]
    facts = facts_of(more, guest, f"{transport}_no_python")
    assert facts["by_protocol"] == {protocol: made[protocol]["total"] for protocol in made}


def test_nothing_is_left_on_the_hosts(run: tuple[Run, Path], guests: dict[str, Guest]) -> None:
    assert run[0].results
    for guest in guests.values():
        found = guest.run("sh", "-c", "ls -d /root/.ansible/tmp/* /home/*/.ansible/tmp/* 2>/dev/null; true")
        assert found == "", guest.name


@pytest.mark.parametrize("core", list(CORES))
def test_as_a_facts_module(core: str, known_traffic: dict[str, Any], tmp_path: Path) -> None:
    """``gather_facts`` runs the module itself, on the host, and passes the action plugin by."""
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(
        "- hosts: translators\n"
        "  tasks:\n"
        "    - ansible.builtin.copy:\n"
        "        content: '{{ ansible_facts.jool_sessions | to_json }}'\n"
        f"        dest: '{tmp_path}/{{{{ inventory_hostname }}}}.json'\n"
        "        mode: '0600'\n"
        "      delegate_to: localhost\n"
        "      connection: local\n",
        encoding="utf-8",
    )
    done = ansible(
        core,
        "ansible-playbook",
        "-i",
        str(LAB),
        str(playbook),
        environment={"ANSIBLE_FACTS_MODULES": "nat64.jool.jool_session_facts"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for guest, made in known_traffic.items():
        facts = json.loads((tmp_path / f"{guest}.json").read_text(encoding="utf-8"))
        assert facts["transport"] == "host"
        assert default_of(facts)["by_protocol"] == {
            protocol: made["expected"]["sessions"][protocol]["total"] for protocol in ("tcp", "udp", "icmp")
        }
