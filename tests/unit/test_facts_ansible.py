# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible itself, its connection `local`, and recorded answers of Jool: what each transport of `jool_facts` tells."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.tests.unit.jool_host import host, nat64, siit
from ansible_collections.nat64.jool.tests.unit.replay import Answer
from ansible_collections.nat64.jool.tests.unit.test_connection_ansible import CORES, ROOT, each_core, unchanging

SUBSETS = ["versions", "instances", "statistics", "sysctls"]
"""What does not depend on the programs of the machine that the tests run on, but for sysctl."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Both tools, which answer from files that are named for their arguments."""
    place = tmp_path / "host"
    answers = {
        **host("4.1.9", ("ab0,default,netfilter",), ("ab0,stateless,netfilter",)),
        **nat64("4.1.9"),
        **siit("4.1.9"),
    }
    for tool in ("jool", "jool_siit"):
        (place / "answers" / tool).mkdir(parents=True)
        script = place / tool
        script.write_text(f'#!/bin/sh\nexec cat "{place}/answers/{tool}/$*"\n', encoding="utf-8")
        script.chmod(0o755)
    for line, answer in answers.items():
        tool, _space, words = line.partition(" ")
        if tool in ("jool", "jool_siit") and isinstance(answer, Answer):
            (place / "answers" / tool / words).write_bytes(answer.stdout)
    return place


def play(core: str, tmp_path: Path, cases: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Each case is a task; their results."""
    tasks: list[dict[str, Any]] = []
    for name, options in cases.items():
        keep = {"content": "{{ answer | to_json }}", "dest": f"{tmp_path}/{name}.json", "mode": "0600"}
        tasks += [
            {"name": "Ask", "nat64.jool.jool_facts": options, "register": "answer", "ignore_errors": True},
            {"name": "Keep", "ansible.builtin.copy": keep},
        ]
    plays = [{"name": "Play", "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]
    (tmp_path / "playbook.yml").write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(tmp_path / "ansible"),
        "LC_ALL": "C.UTF-8",
    }
    command = [str(CORES[core] / "ansible-playbook"), "-i", "localhost,", str(tmp_path / "playbook.yml")]
    python = f"ansible_python_interpreter={CORES[core] / 'python'}"
    done = subprocess.run(
        [*command, "-e", python], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8")) for name in cases}


@pytest.mark.parametrize("core", each_core())
def test_the_transports_tell_the_same(core: str, place: Path, tmp_path: Path) -> None:
    tools = {"jool_path": str(place / "jool"), "jool_siit_path": str(place / "jool_siit"), "gather_subset": SUBSETS}
    results = play(
        core,
        tmp_path,
        {
            "connection": {**tools, "transport": "connection"},
            "host": {**tools, "transport": "host"},
            "bare": {"jool_path": "/no/jool", "jool_siit_path": "/no/jool_siit", "transport": "host"},
            "bare_connection": {"jool_path": "/no/jool", "jool_siit_path": "/no/jool_siit"},
            "no_namespace": {**tools, "netns": ["nope"]},
            "no_namespace_host": {**tools, "netns": ["nope"], "transport": "host"},
            "senseless": {"netns": []},
            "senseless_host": {"jool_path": "jool_siit", "transport": "host"},
            "unknown_subset": {"gather_subset": ["sessions"]},
        },
    )
    of_connection, of_host = (results[name]["ansible_facts"]["jool"] for name in ("connection", "host"))
    assert unchanging(of_connection) == unchanging(of_host)
    assert (of_connection["transport"], of_host["transport"]) == ("connection", "host")
    assert (of_connection["tool"], of_connection["siit_tool"]) == ("4.1.9", "4.1.9")
    assert [(entry["translator"], entry["name"]) for entry in of_connection["instances"]] == [
        ("nat64", "default"),
        ("siit", "stateless"),
    ]
    assert all(entry["config"] and entry["statistics"] for entry in of_connection["instances"])
    assert of_connection["complete"] is True
    for name in ("bare", "bare_connection"):
        result = results[name]
        assert not result.get("failed"), result["msg"]
        assert (result["changed"], result["ansible_facts"]["jool"]["tool"]) == (False, None)
        assert result["ansible_facts"]["jool"]["instances"] == []
        assert result.get("warnings", []) == result["ansible_facts"]["jool"]["warnings"]
    for name in ("no_namespace", "no_namespace_host"):
        assert results[name]["failed"] is True
        assert "ansible_facts" not in results[name]
    assert "netns: an empty list" in results["senseless"]["msg"]
    assert "jool_path: 'jool_siit' is the tool of the other kind" in results["senseless_host"]["msg"]
    assert "sessions" in results["unknown_subset"]["msg"]
