# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look-up of now, as an operator runs it: against servers on loopback, and by the playbook with its reply."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible")
pytest.importorskip("paramiko")

from ansible_collections.nat64.jool.tests.unit.fleet.test_fleet_session_info import Controller, controller, each, hosts
from ansible_collections.nat64.jool.tests.unit.fleet.test_fleet_store import ROW, look_up
from ansible_collections.nat64.jool.tests.unit.gathering.fake_hosts import Fleet, closed_port

__all__ = ["controller", "each", "hosts"]  # fixtures

ADDRESS, L4_ID = ROW[5], int(ROW[6])
"""Of pool4, as the recorded table has it."""


def test_hosts_are_asked(each: Controller, hosts: Fleet) -> None:
    hosts.add("edge1")
    found = look_up(each, {"hosts": "nat64", "address": ADDRESS, "l4_id": L4_ID, "protocols": ["tcp"]})["lookup"]
    assert found["verdict"] == "known", found["sentence"]
    (holder,) = found["holders"]
    assert (holder["ipv6_remote_address"], holder["ipv6_remote_l4_id"]) == (ROW[1], int(ROW[2]))
    assert {(one["host"], one["instance"], one["static"]) for one in found["sessions"]} == {("edge1", "default", False)}


def test_a_host_that_is_away(controller: Controller, hosts: Fleet) -> None:
    hosts.add("edge1")
    hosts.target("gone", closed_port())
    found = look_up(controller, {"hosts": "nat64", "clients": ["2001:db8:ffff::/48"], "retries": 0})["lookup"]
    assert found["verdict"] == "unknown"
    assert [one["host"] for one in found["missing"]] == ["gone"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "one of the following is required: hosts, store, logs"),
        ({"hosts": "nat64"}, "one of the following is required: address, clients, peers"),
        ({"hosts": "nat64", "address": "192.0.2.1"}, "parameters are required together: address, l4_id"),
        ({"store": "x", "address": "192.0.2.1", "l4_id": 1}, "missing parameter(s) required by 'store': at"),
        ({"hosts": "nat64", "peers": ["192.0.2.1"], "at": "x"}, "mutually exclusive: hosts|at"),
    ],
)
def test_options_that_do_not_go_together(controller: Controller, options: dict[str, Any], said: str) -> None:
    result = look_up(controller, options)
    assert result["failed"] is True
    assert said in result["msg"]


def test_the_playbook_writes_a_reply(controller: Controller, hosts: Fleet, tmp_path: Path) -> None:
    hosts.add("edge1")
    reply = tmp_path / "reply.txt"
    settings = {
        "lookup_hosts": "nat64",
        "lookup_become": False,
        "lookup_address": ADDRESS,
        "lookup_l4_id": L4_ID,
        "lookup_protocols": ["tcp"],
        "lookup_reply": str(reply),
    }
    done = controller.playbook("nat64.jool.session_lookup", "-e", json.dumps(settings))
    assert done.returncode == 0, controller.output
    text = reply.read_text(encoding="utf-8")
    assert stat.S_IMODE(reply.stat().st_mode) == 0o600
    for said in (f"{ADDRESS}, port {L4_ID} (tcp)", f"{ROW[1]}, port {ROW[2]} (tcp)", "edge1"):
        assert said in text
    assert ROW[1] in done.stdout  # the answer is on the terminal, too
