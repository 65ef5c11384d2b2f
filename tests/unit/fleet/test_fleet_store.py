# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From hosts that are asked to a look-up in the store, as an operator runs both."""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

pytest.importorskip("ansible")
pytest.importorskip("paramiko")

from ansible_collections.nat64.jool.plugins.module_utils.store.database import reading, writing
from ansible_collections.nat64.jool.tests.unit.gathering.fake_hosts import Fleet
from ansible_collections.nat64.jool.tests.unit.test_session_facts import TCP

from .test_fleet_session_info import Controller, controller, each, hosts, told, warnings

__all__ = ["controller", "each", "hosts"]  # fixtures

ROW = TCP.decode("ascii").splitlines()[1].split(",")
"""One of the sessions of each host."""


def look_up(controller: Controller, options: Mapping[str, Any], *words: str) -> dict[str, Any]:
    """The result of a look-up, written down by a task of its own."""
    goal = controller.place / "lookup.json"
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [
            {"nat64.jool.jool_session_lookup": dict(options), "register": "result", "ignore_errors": True},
            {
                "ansible.builtin.copy": {"content": "{{ result | to_json }}", "dest": str(goal), "mode": "0600"},
                "check_mode": False,
            },
        ],
    }
    playbook = controller.place / "lookup.yml"
    playbook.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    done = controller.playbook(str(playbook), *words)
    assert done.returncode == 0, controller.output
    found: dict[str, Any] = json.loads(goal.read_text(encoding="utf-8"))
    return found


def test_what_was_asked_is_found(each: Controller, hosts: Fleet, tmp_path: Path) -> None:
    for name in ("edge1", "edge2"):
        hosts.add(name)
    store = tmp_path / "sessions.db"
    options = {"hosts": "nat64", "store": str(store), "gather_subset": ["summary"]}
    checked = each.run(options, "--check")
    assert checked["stored"] is None
    assert not store.exists()
    result = each.run(options)
    assert told(result) == {"edge1": "answered", "edge2": "answered"}
    assert (
        result["stored"]
        == {"hosts": 2, "sessions": result["fleet"]["totals"]["sessions"]}
        == {"hosts": 2, "sessions": 8}
    )
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["controller", "fleet", "sessions.db"]
    with reading(str(store)) as connection:
        ((began,),) = connection.execute("SELECT DISTINCT began FROM dump").fetchall()
    at = datetime.fromtimestamp(began, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    asked = {"address": ROW[5], "l4_id": ROW[6], "protocols": ["tcp"], "at": at, "store": str(store)}
    for words in ((), ("--check",)):
        answer = look_up(each, asked, *words)
        assert answer["changed"] is False
        assert answer["lookup"]["verdict"] == "known"
        (holder,) = answer["lookup"]["holders"]
        assert (holder["ipv6_remote_address"], str(holder["ipv6_remote_l4_id"])) == (ROW[1], ROW[2])
        assert [one["host"] for one in answer["lookup"]["evidence"]] == ["edge1", "edge2"]
        assert answer["msg"] == answer["lookup"]["sentence"]
    wrong = look_up(each, {**asked, "store": str(tmp_path / "none")})
    assert wrong["failed"]
    assert wrong["error"]["condition"] == "StoreNotReadable"
    assert "at: 'now' is no time" in look_up(each, {**asked, "at": "now"})["msg"]
    assert "mutually exclusive" in look_up(each, {**asked, "logs": []})["msg"]


def test_a_store_that_is_in_use_fails_the_task_and_keeps_the_report(
    controller: Controller, hosts: Fleet, tmp_path: Path
) -> None:
    hosts.add("edge1")
    store = tmp_path / "sessions.db"
    with writing(str(store)):
        pass
    store.chmod(0o600)
    store.write_bytes(store.read_bytes()[:100])
    result = controller.run({"hosts": "nat64", "store": str(store)})
    assert result["failed"]
    assert result["error"]["condition"] == "StoreDamaged"
    assert "The rows are not stored." in result["msg"]
    assert result["fleet"]["totals"]["sessions"] == 4


@pytest.mark.parametrize("more", [{"protocols": ["tcp"]}, {"filters": {"states": ["ESTABLISHED"]}}, {"numeric": False}])
def test_a_store_takes_whole_tables(controller: Controller, hosts: Fleet, more: dict[str, Any], tmp_path: Path) -> None:
    hosts.add("edge1")
    result = controller.run({"hosts": "nat64", "store": str(tmp_path / "sessions.db"), **more})
    assert result["failed"]
    assert "store: takes whole tables" in result["msg"]
    assert hosts.servers["edge1"].connections == []


def test_a_store_that_cannot_be_made(controller: Controller, hosts: Fleet) -> None:
    hosts.add("edge1")
    result = controller.run({"hosts": "nat64", "store": "/nowhere/sessions.db"})
    assert result["failed"]
    assert "/nowhere/sessions.db: No such file or directory" in result["msg"]
    assert warnings(result) == []
