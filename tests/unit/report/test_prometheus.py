# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The metrics, read by Prometheus' own parser."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ansible_collections.nat64.jool.plugins.module_utils.report.visible import visible
from ansible_collections.nat64.jool.tests.unit.report.fleets import HOSTILE, bad, hostile, mixed, quiet
from ansible_collections.nat64.jool.tests.unit.report.rendering import report
from ansible_collections.nat64.jool.tests.unit.report.test_formats import none_gathered

Samples = dict[str, list[tuple[dict[str, str], float]]]


def samples(structure: dict[str, Any]) -> Samples:
    found: Samples = {}
    for family in text_string_to_metric_families(report("prometheus", structure)):
        assert family.name.startswith("jool_fleet_")
        assert family.type == "gauge"
        assert family.documentation.endswith(".")
        assert family.samples
        found[family.name] = [(sample.labels, sample.value) for sample in family.samples]
    for series in found.values():
        labels = [tuple(sorted(one.items())) for one, _value in series]
        assert len(labels) == len(set(labels)), "node_exporter refuses a file in which a series comes twice"
    return found


@pytest.mark.parametrize(
    "structure", [mixed(0), mixed(3), quiet(3), bad(60), mixed(1000)], ids=lambda one: one["title"]
)
def test_metrics_say_what_the_structure_says(structure: dict[str, Any]) -> None:
    found = samples(structure)
    assert found["jool_fleet_hosts_asked"] == [({}, structure["coverage"]["asked"])]
    answered = sum(value for labels, value in found["jool_fleet_hosts"] if labels["status"] == "answered")
    assert answered == structure["coverage"]["answered"]
    assert (
        found["jool_fleet_severity"][0][1] == {"ok": 0, "warning": 1, "critical": 2}[structure["verdict"]["severity"]]
    )
    hosts = {host["host"]: host for host in structure["hosts"]}
    assert len(found.get("jool_fleet_host_answered", [])) == len(hosts)
    shown = {visible(name): host for name, host in hosts.items()}
    counted = {labels["host"]: value for labels, value in found.get("jool_fleet_host_sessions", [])}
    assert counted == {name: one["sessions"] for name, one in shown.items() if one["sessions"] is not None}
    used = [value for _labels, value in found.get("jool_fleet_pool4_ports_used", [])]
    assert used == [pool["ports_used"] for pool in structure["pools"]]
    by_severity = {labels["severity"]: value for labels, value in found["jool_fleet_findings"]}
    assert sum(by_severity.values()) == len(structure["findings"])
    by_code = [value for _labels, value in found.get("jool_fleet_findings_by_code", [])]
    assert sum(by_code) == len(structure["findings"])


def test_what_was_not_gathered_has_no_sample() -> None:
    found = samples(none_gathered())
    for name in ("sessions", "host_sessions", "host_clients", "host_info", "pool4_ports_used", "coverage_percent"):
        assert f"jool_fleet_{name}" not in found
    assert "jool_fleet_sessions" not in samples(mixed(20))
    assert samples(mixed(20))["jool_fleet_sessions_at_least"][0][1] > 0


def test_no_address_of_a_client_or_a_destination() -> None:
    structure = mixed(20)
    text = report("prometheus", structure)
    assert structure["top_clients"]
    assert structure["top_destinations"]
    for row in structure["top_clients"]:
        assert row["prefix"].split("::")[0] not in text
    for row in structure["top_destinations"]:
        assert f'"{row["address"]}"' not in text


def test_labels_keep_what_they_were_given() -> None:
    found = samples(hostile())
    assert {labels["host"] for labels, _value in found["jool_fleet_host_answered"]} == {visible(HOSTILE)}
