# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible itself, its connection `local`, and this machine: each transport of `jool_preflight` tells the same."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.tests.unit.test_connection_ansible import CORES, ROOT, each_core

NOWHERE = {"jool_path": "/no/jool", "version": "4.1.9", "method": "source"}
POOL4 = [{"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "1-2"}]

CASES: dict[str, dict[str, Any]] = {
    "connection": {**NOWHERE, "stop": False, "pool4": POOL4},
    "host": {**NOWHERE, "stop": False, "pool4": POOL4, "transport": "host"},
    "stopped": {
        "method": "package",
        "module_package": "no-such-dkms",
        "tools_package": "no-such-tools",
        "version": "9.9.9",
        "transport": "host",
    },
    "senseless": {"translators": []},
    "senseless_host": {"headers_package": "x-{kernel}", "transport": "host"},
    "no_pool4": {"pool4": [{"protocol": "tcp"}]},
    "no_pool4_host": {"pool4": [{"protocol": "tcp"}], "transport": "host"},
    "unknown": {"accept": ["version_not_available"]},
}


def play(core: str, place: Path) -> dict[str, Any]:
    """Each case is a task; their results."""
    tasks: list[dict[str, Any]] = []
    for name, options in CASES.items():
        keep = {"content": "{{ answer | to_json }}", "dest": f"{place}/{name}.json", "mode": "0600"}
        tasks += [
            {"name": "Look", "nat64.jool.jool_preflight": options, "register": "answer", "ignore_errors": True},
            {"name": "Keep", "ansible.builtin.copy": keep},
        ]
    plays = [{"name": "Play", "hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}]
    (place / "playbook.yml").write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(place / "ansible"),
        "LC_ALL": "C.UTF-8",
    }
    command = [str(CORES[core] / "ansible-playbook"), "-i", "localhost,", str(place / "playbook.yml")]
    python = f"ansible_python_interpreter={CORES[core] / 'python'}"
    done = subprocess.run(
        [*command, "-e", python], env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: json.loads((place / f"{name}.json").read_text(encoding="utf-8")) for name in CASES}


@pytest.mark.parametrize("core", each_core())
def test_the_transports_tell_the_same(core: str, tmp_path: Path) -> None:
    results = play(core, tmp_path)
    for name in ("connection", "host"):
        assert not results[name].get("failed"), results[name]["msg"]
        assert results[name]["changed"] is False
        assert results[name]["preflight"]["version"] == "4.1.9"
    assert results["connection"]["preflight"] == results["host"]["preflight"]
    assert results["connection"].get("warnings", []) == results["host"].get("warnings", [])
    stopped = results["stopped"]
    if stopped["preflight"]["to_install"] is not None:  # without apt on this machine nothing is known to be missing
        assert stopped["failed"] is True
        assert stopped["msg"].startswith("Nothing was changed: ")
        assert "package no-such-dkms: version '9.9.9' of no-such-dkms is not to be had" in stopped["msg"]
        assert stopped["preflight"]["stops"] is True
        assert "error" not in stopped
    for name in ("no_pool4", "no_pool4_host"):
        assert results[name]["error"]["condition"] == "ConfigurationInvalid"
        assert "pool4 entry 1" in results[name]["msg"]
    assert "translators: an empty list" in results["senseless"]["msg"]
    assert "headers_package: " in results["senseless_host"]["msg"]
    assert "version_not_available" in results["unknown"]["msg"]
