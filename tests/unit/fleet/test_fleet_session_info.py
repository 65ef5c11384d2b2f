# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`jool_fleet_session_info` as an operator runs it: ansible-playbook of both cores against servers on loopback."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("ansible")
pytest.importorskip("paramiko")

from ansible_collections.nat64.jool.plugins.module_utils.errors import NotAFleet
from ansible_collections.nat64.jool.plugins.module_utils.fleet.earlier_report import read_earlier_report
from ansible_collections.nat64.jool.tests.unit.gathering.fake_hosts import BAD, TCP_DUMP, Fleet, closed_port, fleet
from ansible_collections.nat64.jool.tests.unit.ssh_server import ADDRESS, SUDO_PASSWORD, USER

ROOT = Path(__file__).resolve().parents[3]
CORES = {"2.21": ROOT / ".venv", "2.19": ROOT / ".venv-2.19"}
"""ansible-core to its virtual environment."""

SECONDS = 180


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Fleet]:
    place = tmp_path / "fleet"
    place.mkdir()
    with fleet(place) as running:
        yield running


class Controller:
    """A directory with an inventory; runs one task on localhost."""

    def __init__(self, place: Path, core: str, hosts: Fleet) -> None:
        self.place = place / "controller"
        self.place.mkdir()
        self._core = core
        self._hosts = hosts
        self.group_vars: dict[str, Any] = {
            "ansible_user": USER,
            "key_directory": str(hosts.place),
            "ansible_ssh_private_key_file": "{{ key_directory }}/user_key",
            "ansible_ssh_common_args": hosts.arguments,
            "ansible_ssh_timeout": 2,
        }
        self.host_vars: dict[str, dict[str, Any]] = {}
        self.output = ""

    def inventory(self) -> str:
        known = {
            target.name: {"ansible_host": ADDRESS, "ansible_port": target.destination.port}
            for target in self._hosts.targets
        }
        for name, variables in self.host_vars.items():
            known.setdefault(name, {}).update(variables)
        content = {"nat64": {"hosts": known, "vars": self.group_vars}, "twins": {"hosts": {}}}
        for name in known:
            if name.startswith("twin"):
                content["twins"]["hosts"][name] = {}
        file = self.place / "inventory.yml"
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        return str(file)

    def run(self, options: Mapping[str, Any], *words: str, **keywords: Any) -> dict[str, Any]:
        """The task's result."""
        keep = {"content": "{{ result | to_json }}", "dest": str(self.place / "result.json"), "mode": "0600"}
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "tasks": [
                {
                    "nat64.jool.jool_fleet_session_info": dict(options),
                    "register": "result",
                    "ignore_errors": True,
                    **keywords,
                },
                {"ansible.builtin.copy": keep, "check_mode": False},
            ],
        }
        playbook = self.place / "playbook.yml"
        playbook.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        done = self.playbook(str(playbook), *words)
        assert done.returncode == 0, self.output
        found: dict[str, Any] = json.loads((self.place / "result.json").read_text(encoding="utf-8"))
        assert found["changed"] is False
        return found

    def playbook(self, *words: str) -> subprocess.CompletedProcess[str]:
        (self.place / "home").mkdir(exist_ok=True)
        (self.place / "ansible.cfg").touch()
        environment = {
            **{
                name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON", "SSH_"))
            },
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "ANSIBLE_CONFIG": str(self.place / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "PWD": str(self.place),
            "ANSIBLE_HOME": str(self.place / "home"),
            "HOME": str(self.place / "home"),
            "LC_ALL": "C.UTF-8",
        }
        command = [str(CORES[self._core] / "bin" / "ansible-playbook"), "-i", self.inventory(), *words]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=self.place
        )
        self.output = done.stdout + done.stderr
        return done


@pytest.fixture
def controller(tmp_path: Path, hosts: Fleet) -> Controller:
    """With the newest core."""
    return Controller(tmp_path, next(iter(CORES)), hosts)


@pytest.fixture(params=[core for core, place in CORES.items() if (place / "bin" / "ansible-playbook").exists()])
def each(request: pytest.FixtureRequest, tmp_path: Path, hosts: Fleet) -> Controller:
    """With each core that is there."""
    return Controller(tmp_path, str(request.param), hosts)


def told(result: Mapping[str, Any]) -> dict[str, str]:
    """Host to status."""
    return {host["host"]: host["status"] for host in result["fleet"]["hosts"]}


def warnings(result: Mapping[str, Any]) -> list[str]:
    """Those of the task; Ansible leaves out an empty list."""
    return list(result.get("warnings", []))


def test_hosts_are_asked(each: Controller, hosts: Fleet) -> None:
    for name in ("edge1", "edge2", "edge3"):
        hosts.add(name)
    hosts.target("gone", closed_port())
    result = each.run({"hosts": "nat64", "retries": 1, "backoff": 0.01, "gather_subset": ["summary", "details"]})
    assert told(result) == {"edge1": "answered", "edge2": "answered", "edge3": "answered", "gone": "unreachable"}
    data = result["fleet"]
    assert data["totals"]["sessions"] == 12
    assert data["totals"]["by_protocol"] == {"tcp": 9, "udp": 3, "icmp": 0}
    assert (data["coverage"]["asked"], data["coverage"]["answered"], data["coverage"]["unreachable"]) == (4, 3, 1)
    (missing,) = data["coverage"]["missing"]
    assert (missing["host"], missing["condition"]) == ("gone", "ConnectionFailed")
    assert data["top_destinations"]
    assert {host["host"]: host["groups"] for host in data["hosts"]} == {name: ["nat64"] for name in told(result)}
    assert warnings(result) == []
    assert result["unread_summaries"] == []
    assert result["summary"] is None
    assert " hosts in " not in each.output  # a short run tells nothing on its way


def test_rows_and_summary_are_written(each: Controller, hosts: Fleet, tmp_path: Path) -> None:
    hosts.add("edge1")
    rows, saved = tmp_path / "new" / "rows", tmp_path / "fleet.json"
    options = {"hosts": ["edge1"], "rows_dest": str(rows), "summary_dest": str(saved)}
    checked = each.run(options, "--check")
    assert told(checked) == {"edge1": "answered"}
    assert checked["summary"] is None
    assert not rows.exists()
    assert not saved.exists()
    result = each.run(options)
    assert result["summary"] == str(saved)
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert stat.S_IMODE(rows.stat().st_mode) == 0o700
    (file,) = rows.iterdir()
    assert file.name == "edge1.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_text(encoding="utf-8").splitlines()) == 4
    assert "2001:db8:1::1" not in json.dumps(result)
    assert "2001:db8:1::1" not in each.output


def test_names_patterns_and_strangers(controller: Controller, hosts: Fleet) -> None:
    for name in ("edge1", "edge2", "twin1", "twin2"):
        hosts.add(name)
    asked = controller.run({"hosts": ["edge1", "edge1", "twins", "edge9"]})
    assert told(asked) == {"edge1": "answered", "twin1": "answered", "twin2": "answered", "edge9": "failed"}
    assert "hosts: 'edge1' is named more than once and was asked once" in warnings(asked)
    (missing,) = asked["fleet"]["coverage"]["missing"]
    assert missing["condition"] == "InventoryUnclear"
    assert "it is not in the inventory" in missing["message"]
    assert len(hosts.servers["edge1"].connections) == 1
    assert told(controller.run({"hosts": "nat64:!twins"})) == {"edge1": "answered", "edge2": "answered"}
    assert told(controller.run({"hosts": ["nat64", "!twins"]})) == {"edge1": "answered", "edge2": "answered"}


def test_nobody(controller: Controller) -> None:
    result = controller.run({"hosts": []})
    assert result["fleet"]["coverage"]["asked"] == 0
    assert result["fleet"]["verdict"]["severity"] != "ok"
    assert warnings(result) == ["hosts: the list is empty, nobody was asked"]


def test_nothing_is_asked_for(controller: Controller) -> None:
    result = controller.run({"title": "x"})
    assert result["failed"] is True
    assert "one of the following is required: hosts, facts, host_facts, summaries" in result["msg"]


def test_what_cannot_be_done_is_told_before_anybody_is_asked(controller: Controller, hosts: Fleet) -> None:
    hosts.add("edge1")
    result = controller.run({"hosts": ["edge1"], "concurrency": 0})
    assert result["failed"] is True
    assert "concurrency: 0 is not at least 1" in result["msg"]
    assert hosts.servers["edge1"].connections == []


def test_a_summary_that_cannot_be_written(controller: Controller, hosts: Fleet) -> None:
    hosts.add("edge1")
    result = controller.run({"hosts": ["edge1"], "summary_dest": "/nowhere/fleet.json"})
    assert result["failed"] is True
    assert "The summary cannot be written to /nowhere/fleet.json: No such file or directory" in result["msg"]


# --- the inventory's variables -----------------------------------------------------------------------------------


def test_each_host_has_its_own_way(each: Controller, hosts: Fleet) -> None:
    """Passwords, another user, an unknown key, variables that refer to others and that cannot be resolved."""
    hosts.add("plain")
    hosts.add("password", keys=())
    hosts.add("wrong")
    hosts.add("stranger", known=False)
    hosts.add("trusting", known=False)
    hosts.add("broken")
    hosts.add("port")
    ports = {target.name: target.destination.port for target in hosts.targets}
    each.host_vars = {
        "password": {"ansible_password": "{{ secret }}", "secret": "opensesame"},
        "wrong": {"ansible_user": "nobody"},
        "trusting": {"ansible_host_key_checking": False},
        "broken": {"ansible_host": "{{ nothing_that_is_there }}"},
        "port": {"ansible_port": "{{ base + 1 }}", "base": int(ports["port"] or 0) - 1},
    }
    result = each.run({"hosts": "nat64", "retries": 0})
    assert told(result) == {
        "plain": "answered",
        "password": "answered",
        "wrong": "unreachable",
        "stranger": "unreachable",
        "trusting": "answered",
        "broken": "failed",
        "port": "answered",
    }
    conditions = {missing["host"]: missing["condition"] for missing in result["fleet"]["coverage"]["missing"]}
    assert conditions == {
        "wrong": "AuthenticationFailed",
        "stranger": "HostKeyRefused",
        "broken": "InventoryUnclear",
    }
    assert "nothing_that_is_there" in json.dumps(result["fleet"]["coverage"])
    assert "opensesame" not in each.output + json.dumps(result)


BECOMES = [
    # keywords of the task, variables of the host, how the first command goes over the wire
    ({}, {}, "jool --version"),
    ({"become": True}, {}, "sudo -H -n -u root -- jool --version"),
    ({"become": True, "become_user": "netops"}, {}, "sudo -H -n -u netops -- jool --version"),
    ({"become": True}, {"ansible_become": False}, "jool --version"),
    ({}, {"ansible_become": "yes"}, "sudo -H -n -u root -- jool --version"),
    ({"become": True}, {"ansible_become_method": "doas"}, "doas -n -u root jool --version"),
    ({"become": True}, {"ansible_become_user": USER}, "jool --version"),
    ({"become": True}, {"ansible_become_password": SUDO_PASSWORD}, "sudo -H -S -p '' -u root -- jool --version"),
]


@pytest.mark.parametrize(("keywords", "variables", "line"), BECOMES)
def test_become(
    keywords: dict[str, Any], variables: dict[str, Any], line: str, controller: Controller, hosts: Fleet
) -> None:
    server = hosts.add("edge1")
    controller.host_vars["edge1"] = variables
    result = controller.run({"hosts": ["edge1"]}, **keywords)
    assert server.commands[0] == line
    assert len(result["fleet"]["hosts"]) == 1
    assert SUDO_PASSWORD not in controller.output + json.dumps(result)


def test_synchronised_hosts_count_once(controller: Controller, hosts: Fleet) -> None:
    for name in ("edge1", "twin1", "twin2"):
        hosts.add(name)
    controller.host_vars = {
        "twin1": {"jool_synchronised_with": "twins"},
        "twin2": {"jool_synchronised_with": ["twin1"]},
    }
    # Counts alone do not tell that these hosts, as they were recorded, synchronise nothing.
    counts = {"hosts": "nat64", "gather_subset": ["counts"]}
    data = controller.run(counts)["fleet"]
    assert data["totals"]["sessions"] == 8
    assert data["totals"]["sessions_counted_twice"] == 4
    (pair,) = data["pairs"]
    assert (pair["members"], pair["declared"], pair["in_step"]) == (["twin1", "twin2"], True, True)
    controller.host_vars = {}
    pairs = {"pairs": [["twin1", "twin2"]]}
    data = controller.run({**counts, **pairs})["fleet"]
    assert data["totals"]["sessions"] == 8
    data = controller.run({"hosts": "nat64", **pairs})["fleet"]
    assert data["totals"]["sessions"] == 12
    assert "pair_not_synchronised" in {finding["code"] for finding in data["findings"]}


# --- coverage ----------------------------------------------------------------------------------------------------


def test_too_few_answers(controller: Controller, hosts: Fleet) -> None:
    hosts.add("edge1")
    hosts.target("gone", closed_port())
    options = {"hosts": "nat64", "retries": 0, "min_coverage": 80}
    failed = controller.run(options)
    assert failed["failed"] is True
    assert failed["msg"] == "1 of 2 hosts answered (50 %), and 80 % are wanted. Missing: gone."
    assert told(failed) == {"edge1": "answered", "gone": "unreachable"}  # the rest is there all the same
    warned = controller.run({**options, "fail_on_coverage": False})
    assert not warned.get("failed")
    assert warnings(warned) == [failed["msg"]]
    assert not controller.run({**options, "min_coverage": 50}).get("failed")


def test_progress_of_a_long_run(controller: Controller, hosts: Fleet) -> None:
    hosts.add("edge1")
    hosts.add("slow", None, {TCP_DUMP: "sleep 8; exit 1"})
    result = controller.run({"hosts": "nat64"})
    assert told(result) == {"edge1": "answered", "slow": "failed"}
    assert "1 of 2 hosts in " in controller.output
    assert ": 1 answered, 0 failed, 0 unreachable; 1 being asked, 0 tried again" in controller.output


def test_bad_hosts_are_named(controller: Controller, hosts: Fleet) -> None:
    hosts.add("good")
    kinds = [name for name in BAD if name not in ("without jool", "thinking", "flooding")]
    for name in kinds:
        BAD[name][0](hosts, name)
    result = controller.run({"hosts": "nat64", "retries": 0, "timeout": 6})
    missing = {entry["host"]: (entry["status"], entry["condition"]) for entry in result["fleet"]["coverage"]["missing"]}
    assert missing == {name: (BAD[name][1], BAD[name][2]) for name in kinds}
    assert result["fleet"]["totals"]["sessions"] == 4


# --- facts and summaries -----------------------------------------------------------------------------------------

GATHERING = """
- hosts: nat64
  gather_facts: false
  tasks:
    - nat64.jool.jool_session_facts:
        transport: ssh
      register: answer
      ignore_errors: true
      ignore_unreachable: true
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - nat64.jool.jool_fleet_session_info:
        facts: "{{ dict(groups['nat64'] | zip(groups['nat64'] | map('extract', hostvars, KEY))) }}"
        expected_hosts: [edge1, edge7]
      register: result
    - ansible.builtin.copy:
        content: "{{ result | to_json }}"
        dest: "RESULT"
        mode: "0600"
"""


@pytest.mark.parametrize("key", ["'answer'", "['ansible_facts', 'jool_sessions']"])
def test_facts_of_other_plays(key: str, each: Controller, hosts: Fleet) -> None:
    hosts.add("edge1")
    hosts.add("edge2")
    if key == "'answer'":
        BAD["without jool"][0](hosts, "bare")
        hosts.target("gone", closed_port())
    place = each.place / "gathering.yml"
    text = GATHERING.replace("KEY", key).replace("RESULT", str(each.place / "result.json"))
    place.write_text(text, encoding="utf-8")
    assert each.playbook(str(place)).returncode == 0, each.output
    result = json.loads((each.place / "result.json").read_text(encoding="utf-8"))
    statuses = {"edge1": "answered", "edge2": "answered", "edge7": "unreachable"}
    if key == "'answer'":
        statuses |= {"bare": "failed", "gone": "unreachable"}
    found = told(result)
    found["edge7"] = "unreachable"
    assert found == statuses
    missing = {entry["host"]: entry["condition"] for entry in result["fleet"]["coverage"]["missing"]}
    assert missing["edge7"] == "NoAnswer"
    assert missing.get("bare", "JoolNotInstalled") == "JoolNotInstalled"
    assert missing.get("gone", "ConnectionFailed") == "ConnectionFailed"
    assert result["fleet"]["totals"]["by_protocol"] == {"tcp": 6, "udp": 2, "icmp": 0}


def test_two_slices_and_what_is_damaged(controller: Controller, hosts: Fleet, tmp_path: Path) -> None:
    for name in ("edge1", "edge2", "edge3"):
        hosts.add(name)
    hosts.target("gone", closed_port())
    one, two, cut, missing = (tmp_path / f"{name}.json" for name in ("one", "two", "cut", "missing"))
    controller.run({"hosts": ["edge1", "edge2"], "summary_dest": str(one)})
    controller.run({"hosts": ["edge3", "gone"], "retries": 0, "summary_dest": str(two)})
    cut.write_bytes(two.read_bytes()[:-20])
    whole = controller.run({"summaries": [str(one), str(two)], "expected_hosts": ["edge1", "edge2", "edge3", "gone"]})
    assert whole["fleet"]["totals"]["sessions"] == 12
    assert told(whole) == {"edge1": "answered", "edge2": "answered", "edge3": "answered", "gone": "unreachable"}
    assert whole["unread_summaries"] == []
    options = {"summaries": [str(one), str(cut), str(missing)], "expected_hosts": ["edge3"], "min_coverage": 100}
    damaged = controller.run(options)
    assert damaged["failed"] is True
    assert [(entry["path"], entry["condition"]) for entry in damaged["unread_summaries"]] == [
        (str(cut), "SummaryDamaged"),
        (str(missing), "SummaryNotReadable"),
    ]
    assert warnings(damaged) == [entry["message"] for entry in damaged["unread_summaries"]]
    assert damaged["fleet"]["totals"]["by_protocol"]["tcp"] == 6
    assert [entry["host"] for entry in damaged["fleet"]["coverage"]["missing"]] == ["edge3"]
    # Asked once more and merged with what is there: the newer answer counts.
    both = controller.run({"hosts": ["edge1"], "summaries": [str(one)]})
    assert both["fleet"]["totals"]["sessions"] == 8
    assert both["fleet"]["coverage"]["duplicate"] == 1


def test_since_when_findings_are_known(controller: Controller, hosts: Fleet, tmp_path: Path) -> None:
    hosts.add("edge1")
    hosts.target("gone", closed_port())
    path = tmp_path / "fleet.json"
    options = {"hosts": ["edge1", "gone"], "retries": 0, "earlier": str(path)}
    first = controller.run(options)
    assert warnings(first) == []  # there is no earlier report yet
    report = first["fleet"]
    for finding in report["findings"]:
        finding["since"] = "2026-01-02T03:04:05Z"
    path.write_text(json.dumps(report), encoding="utf-8")
    hosts.target("gone too", closed_port())
    second = controller.run({**options, "hosts": ["edge1", "gone", "gone too"]})
    since = {one["host"]: one["since"] for one in second["fleet"]["findings"] if one["code"] == "host_unreachable"}
    assert since["gone"] == "2026-01-02T03:04:05Z"
    assert since["gone too"] > since["gone"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"schema": 1, "kind": "nat64.jool/fleet", "findings": [', "it is no whole JSON document"),
        (b"", "it is no whole JSON document"),
        (b"\xff", "it is no whole JSON document"),
        (b"[" * 100_000, "it is no whole JSON document"),
        (b"[]", "it is no report of a fleet of schema 1"),
        (b'{"schema": 2, "kind": "nat64.jool/fleet"}', "it is no report of a fleet of schema 1"),
        (b'{"schema": 1, "kind": "nat64.jool/fleet-summary"}', "it is no report of a fleet of schema 1"),
    ],
)
def test_an_earlier_report_that_is_damaged(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "fleet.json"
    path.write_bytes(content)
    with pytest.raises(NotAFleet, match=said):
        read_earlier_report(str(path))
    with pytest.raises(NotAFleet, match="Is a directory"):
        read_earlier_report(str(tmp_path))
    assert read_earlier_report(str(tmp_path / "none")) is None


def test_a_damaged_earlier_report_is_a_warning(controller: Controller, hosts: Fleet, tmp_path: Path) -> None:
    hosts.add("edge1")
    (tmp_path / "fleet.json").write_text("nonsense", encoding="utf-8")
    result = controller.run({"hosts": ["edge1"], "earlier": str(tmp_path / "fleet.json")})
    assert result["fleet"]["coverage"]["answered"] == 1
    (warning,) = warnings(result)
    assert warning.startswith("Since when findings are known is lost: ")
    assert "nonsense" not in warning


def test_the_playbooks_for_slices(each: Controller, hosts: Fleet) -> None:
    for name in ("edge1", "edge2", "edge3"):
        hosts.add(name)
    hosts.target("gone", closed_port())
    for name, pattern in (("one", "edge1:edge2"), ("two", "edge3")):
        variables = {"fleet_slice_name": name, "fleet_slice_hosts": pattern, "fleet_slice_become": False}
        done = each.playbook("nat64.jool.fleet_slice", "--extra-vars", json.dumps(variables))
        assert done.returncode == 0, each.output
    saved = each.place / "audit" / "slices"
    assert sorted(path.name for path in saved.iterdir()) == ["one.json", "two.json"]
    done = each.playbook("nat64.jool.fleet_merge")
    assert done.returncode != 0
    assert "3 of 4 hosts answered. Without an answer: gone." in " ".join(each.output.split())
    report = json.loads((each.place / "audit" / "fleet.json").read_text(encoding="utf-8"))
    assert report["totals"]["sessions"] == 12
    since = {one["code"]: one["since"] for one in report["findings"]}
    assert [host["host"] for host in report["hosts"] if host["status"] == "answered"] == ["edge1", "edge2", "edge3"]
    assert (each.place / "audit" / "fleet.html").stat().st_mode & 0o777 == 0o600
    # Once more: what was found is known since the first time.
    time.sleep(1.1)
    each.playbook("nat64.jool.fleet_merge")
    again = json.loads((each.place / "audit" / "fleet.json").read_text(encoding="utf-8"))
    assert again["generated_at"] > report["generated_at"]
    assert since
    assert {one["code"]: one["since"] for one in again["findings"]} == since
    done = each.playbook("nat64.jool.fleet_merge", "--extra-vars", json.dumps({"fleet_merge_hosts": "all:!gone"}))
    assert done.returncode == 0, each.output
