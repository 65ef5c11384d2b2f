# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of hosts, an audit before, and what is accepted, as an operator gives them to `jool_fleet_session_info`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ansible")
pytest.importorskip("paramiko")

from ansible_collections.nat64.jool.tests.unit.gathering.fake_hosts import Fleet
from ansible_collections.nat64.jool.tests.unit.host_facts_sample import host_facts, instance, offload, statistics

from .answers import answered
from .test_fleet_session_info import Controller, controller, each, hosts, told, warnings

__all__ = ["controller", "each", "hosts"]  # fixtures

OFFLOAD = {"offloads": [offload("eth0", generic_receive_offload=True)]}


def given(*names: str, **facts: Any) -> dict[str, Any]:
    """Options that bring what plays have gathered of these hosts."""
    return {
        "facts": {name: {"ansible_facts": {"jool_sessions": answered(name).facts}} for name in names},
        "host_facts": {name: {"ansible_facts": {"jool": host_facts(**facts)}} for name in names},
        "stale_after_seconds": 1e9,
    }


def codes(result: dict[str, Any], *urgent: str) -> set[tuple[str, str | None]]:
    return {(one["code"], one["host"]) for one in result["fleet"]["findings"] if one["severity"] in urgent}


def test_what_hosts_are(each: Controller) -> None:
    result = each.run(given("a", "b", **OFFLOAD))
    assert codes(result, "warning") == {("receive_offload", "a"), ("receive_offload", "b")}
    assert result["fleet"]["changes"] is None
    accepted = each.run({**given("a", "b", **OFFLOAD), "accept": ["receive_offload:interface eth0"]})
    assert codes(accepted, "warning", "critical") == set()
    assert codes(accepted, "note") >= {("receive_offload", "a")}


def test_a_host_whose_sessions_nobody_brought(controller: Controller) -> None:
    options = given("a", "b")
    del options["facts"]["b"]
    result = controller.run(options)
    assert told(result) == {"a": "answered", "b": "failed"}
    (missing,) = result["fleet"]["coverage"]["missing"]
    assert (missing["host"], missing["condition"]) == ("b", "NoAnswer")


def test_facts_of_hosts_that_are_asked_now(controller: Controller, hosts: Fleet) -> None:
    hosts.add("edge1")
    result = controller.run({"hosts": "nat64", "host_facts": {"edge1": host_facts(**OFFLOAD)}})
    assert told(result) == {"edge1": "answered"}
    assert ("receive_offload", "edge1") in codes(result, "warning")


def test_two_audits(each: Controller, tmp_path: Path) -> None:
    """The summary is read before it is replaced; in check mode it is read and stays."""
    path = tmp_path / "summary.json"
    files = {"summary_dest": str(path), "since": str(path)}
    first = each.run({**given("a", "b"), **files})
    assert warnings(first) == []
    assert first["fleet"]["changes"] is None
    later = {"gathered_at": "2026-11-25T18:55:00Z", "instances": [instance(parameters={"udp_timeout": 60})]}
    before = path.read_bytes()
    checked = each.run({**given("a", **later), **files}, "--check")
    assert path.read_bytes() == before
    second = each.run({**given("a", **later), **files})
    for result in (checked, second):
        changes = result["fleet"]["changes"]
        assert changes["hosts_gone"] == ["b"]
        assert [(one["what"], one["before"], one["now"]) for one in changes["entries"]] == [
            ("udp-timeout", "300", "60")
        ]
        assert ("no_traffic", "a") in codes(result, "warning")
    assert path.read_bytes() != before


def test_counters_that_grew(controller: Controller, tmp_path: Path) -> None:
    path = str(tmp_path / "summary.json")
    controller.run({**given("a"), "summary_dest": path})
    lost = statistics(JSTAT_SUCCESS=900, JSTAT_RECEIVED6=900, JSTAT_RECEIVED4=900, JSTAT_FAILED_ROUTES=80)
    later = {"gathered_at": "2026-11-25T18:55:00Z", "instances": [instance(statistics=lost)]}
    result = controller.run({**given("a", **later), "since": path})
    assert codes(result, "warning") == {("counter_grew", "a")}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b'{"schema": 1, "kind": "nat64.jool/fleet-summary", "hosts": [', "it is no whole JSON document"),
        (b'{"schema": 9, "kind": "nat64.jool/fleet-summary", "hosts": []}', "its schema is 9"),
        (b'{"schema": 1, "kind": "nat64.jool/fleet"}', "its kind is"),
        (None, "Is a directory"),
    ],
    ids=["empty", "cut", "schema", "report", "directory"],
)
def test_an_audit_before_that_is_none(controller: Controller, tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "summary.json"
    path.mkdir() if content is None else path.write_bytes(content)
    result = controller.run({**given("a"), "since": str(path)})
    (warning,) = warnings(result)
    assert warning.startswith("What changed, and which counters grew, is not known: ")
    assert said in warning
    assert result["fleet"]["changes"] is None
    assert result["fleet"]["totals"]["sessions"] > 0


def test_an_audit_from_the_future(controller: Controller, tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    options = given("a")
    facts = options["facts"]["a"]["ansible_facts"]["jool_sessions"]
    facts["gathered_at"] = "2199-01-01T00:00:00Z"
    controller.run({**options, "summary_dest": str(path)})
    result = controller.run({**given("a"), "since": str(path)})
    assert "2199-01-01" in warnings(result)[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"accept": ["recieve_offload"]}, "accept: there is no finding 'recieve_offload'"),
        ({"heavy_client_percent": 101}, "heavy_client_percent: 101 is not between 0 and 100"),
    ],
)
def test_options_that_make_no_sense(controller: Controller, options: dict[str, Any], said: str) -> None:
    result = controller.run({**given("a"), **options})
    assert result["failed"] is True
    assert said in result["msg"]


def test_groups_that_must_be_alike(controller: Controller, hosts: Fleet) -> None:
    for name in ("edge1", "edge2", "twin1", "twin2"):
        hosts.add(name)
    options = given("edge1", "edge2", "twin1", "twin2")
    other = [instance(parameters={"udp_timeout": 60})]
    options["host_facts"]["twin2"] = json.loads(json.dumps(host_facts(instances=other)))
    apart = controller.run(options)
    assert ("configuration_drift", None) in codes(apart, "warning")  # the two twins differ: nobody is more usual
    named = controller.run({**options, "drift_groups": ["nat64"]})
    assert ("configuration_drift", "twin2") in codes(named, "warning")
