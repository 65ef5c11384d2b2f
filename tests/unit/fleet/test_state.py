# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet makes of the facts of its hosts: what is kept, how bad each thing is, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.codes import CODES
from ansible_collections.nat64.jool.plugins.module_utils.fleet.host_part import unpack
from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptionError, FleetOptions
from ansible_collections.nat64.jool.plugins.module_utils.fleet.state_findings import SEVERITIES
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import from_dict, from_json
from ansible_collections.nat64.jool.plugins.module_utils.fleet.task_result import answer_of_result, with_host_facts
from ansible_collections.nat64.jool.plugins.module_utils.report.findings import TITLES
from ansible_collections.nat64.jool.tests.unit.host_facts_sample import (
    FOLLOWING,
    host_facts,
    instance,
    kernel,
    kernels,
    module,
    offload,
    pool4,
    statistics,
)

from .answers import answered
from .states import evidence, findings, looked_at, report, summary
from .synthetic import Shape

OFFLOADS = [offload("eth0", generic_receive_offload=True), offload("eth1", generic_receive_offload=True)]
NO_MODULE = kernels(following=kernel(FOLLOWING, "added", jool=module(on_disk=False)))


def test_a_healthy_host() -> None:
    assert findings(looked_at()) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"kernels": NO_MODULE}, [("warning", "kernel_without_module", "edge1", None)]),
        ({"module_on_disk": "4.1.13"}, [("warning", "module_waits", "edge1", None)]),
        ({"offloads": OFFLOADS}, [("warning", "receive_offload", "edge1", None)] * 2),
        (
            {"instances": [instance(), instance("blue", "blue", parameters={"manually_enabled": False})]},
            [("critical", "instance_disabled", "edge1", "blue/blue")],
        ),
        ({"instances": [instance(), instance("b")]}, [("warning", "instance_hidden", "edge1", None)]),
    ],
    ids=["kernel", "disk", "offloads", "disabled", "hidden"],
)
def test_what_is_seen_is_judged(facts: dict[str, Any], expected: list[tuple[Any, ...]]) -> None:
    assert findings(looked_at(**facts)) == expected


def test_every_code_is_known_everywhere() -> None:
    assert set(SEVERITIES) <= set(CODES)
    assert set(TITLES) == set(CODES)
    assert list(CODES) == sorted(CODES)


def test_only_the_sessions_are_known() -> None:
    answer = answered("edge1")
    told = {
        "failed": True,
        "msg": "x",
        "error": {"condition": "NoPrivilege", "message": "edge1: no way", "command": ""},
    }
    assert evidence(with_host_facts(answer, told)) == ["Only its sessions are known. no way"]
    assert findings(with_host_facts(answer, {"failed": True, "msg": "boom"})) == [
        ("warning", "state_unknown", "edge1", None)
    ]
    assert findings(with_host_facts(answer, {"unreachable": True, "msg": "gone"}))[0][1] == "state_unknown"
    assert findings(with_host_facts(answer, {"skipped": True})) == []
    assert findings(with_host_facts(answer, {"ansible_facts": {"jool": host_facts()}})) == []
    assert findings(with_host_facts(answer, host_facts())) == []


@pytest.mark.parametrize("given", [None, 7, {}, {"schema": 2}, host_facts(instances=7), {"ansible_facts": {"jool": 1}}])
def test_facts_that_make_no_sense_cost_no_session(given: Any) -> None:
    found = report(with_host_facts(answered("edge1"), given))
    (finding,) = found["findings"]
    assert finding["code"] == "state_unknown"
    assert "The facts of the host are damaged" in finding["evidence"]
    assert found["totals"]["sessions"] > 0


def test_incomplete() -> None:
    (told,) = evidence(looked_at(complete=False, warnings=["The statistics of 'x' are not known: no."]))
    assert told.startswith(
        "Not all of its instances, configurations and counters could be read. The statistics of 'x' "
    )


def test_a_host_that_told_no_sessions_is_looked_at_all_the_same() -> None:
    """It is the one that one wants to know of: why is the module not loaded?"""
    failed = replace(
        HostAnswer.of_error("edge1", errors.ModuleNotLoaded(host="edge1")),
        host_facts=host_facts(module=None, instances=[], kernels=kernels(kernel(jool=module(on_disk=False)))),
    )
    assert [code for _severity, code, _host, _instance in findings(failed)] == ["host_failed", "kernel_without_module"]


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("tcp_est_timeout", 7200, [("note", "tcp_timeout_short")]),
        ("tcp_est_timeout", 7440, []),
        ("tcp_trans_timeout", 239, [("warning", "timeout_short")]),
        ("udp_timeout", 119, [("warning", "timeout_short")]),
        ("udp_timeout", 120, []),
        ("icmp_timeout", 59.9, [("warning", "timeout_short")]),
        ("icmp_timeout", None, []),
        ("icmp_timeout", "x", []),
    ],
)
def test_timeouts(parameter: str, value: Any, expected: list[tuple[str, str]]) -> None:
    found = findings(looked_at(instances=[instance(parameters={parameter: value})]))
    assert [one[:2] for one in found] == expected


def test_timeouts_of_many_hosts_are_one_finding() -> None:
    short = [instance(parameters={"udp_timeout": 60})]
    (told,) = evidence(looked_at("a", (), instances=short), looked_at("b", (), instances=short), looked_at("c", ()))
    assert told.startswith("It is 60 seconds on 2 hosts (a, b), and RFC 6146")


def test_accepted() -> None:
    """It becomes a note and stays in the report."""
    answer = looked_at(offloads=OFFLOADS)
    for accept, severities in (
        (("receive_offload",), ["note", "note"]),
        (("receive_offload:interface eth0",), ["warning", "note"]),
        (("receive_offload:interface eth2",), ["warning", "warning"]),
        (("module_waits",), ["warning", "warning"]),
    ):
        found = report(answer, accept=accept)
        assert [one["severity"] for one in found["findings"]] == severities
        assert [one["accepted"] for one in found["findings"]] == [severity == "note" for severity in severities]
    assert report(answer, accept=("receive_offload",))["verdict"]["severity"] == "ok"


def test_what_does_not_exist_cannot_be_accepted() -> None:
    with pytest.raises(FleetOptionError, match="there is no finding 'recieve_offload'"):
        FleetOptions(accept=("recieve_offload:interface eth0",))


def test_heavy_clients() -> None:
    full = Shape((97.0, 20.0, 5.0), ports=1000)
    some = {"heavy_client_percent": 2.0}
    told = [text for text in evidence(answered("edge1", full), **some) if text.startswith("Of 3,000 ports: ")]
    assert len(told) == 1
    assert "heavy_client" not in [
        code for _s, code, _h, _i in findings(answered("edge1", full), heavy_client_percent=90)
    ]
    assert "heavy_client" not in [code for _s, code, _h, _i in findings(answered("edge1", Shape()))]
    hidden = evidence(answered("edge1", full), client_privacy="pseudonym", pseudonym_key="k", **some)
    assert [text for text in hidden if text.startswith("Of 3,000 ports: client-")]
    shorter = evidence(answered("edge1", full), client_privacy="prefix", client_prefix_length=32, **some)
    assert [text for text in shorter if "/32 has " in text]


def test_a_saved_summary_has_it_all() -> None:
    answers = [looked_at("a", offloads=OFFLOADS), answered("b"), with_host_facts(answered("c"), {"failed": True})]
    made = summary(answers)
    assert from_json(b"".join(made.json_pieces())) == made
    assert from_dict(made.as_dict()) == made
    parts = {key[0]: unpack(entry.packed) for key, entry in made.hosts.items()}
    state = parts["a"].state
    assert state is not None
    assert [seen.code for seen in state.seen] == ["receive_offload"] * 2
    assert state.instances is not None
    assert state.instances[0].counters == {"JSTAT_SUCCESS": 100, "JSTAT_RECEIVED6": 60, "JSTAT_RECEIVED4": 60}
    assert (parts["b"].state, parts["b"].state_error) == (None, None)
    assert parts["c"].state_error is not None
    assert b'"state"' not in made.hosts["b", ""].packed if ("b", "") in made.hosts else True


def test_counters_that_cannot_be_true_are_left_out() -> None:
    told = statistics(JSTAT_SUCCESS=5, JSTAT_SESSIONS=None, JSTAT_ENOMEM=0)
    made = summary([looked_at(instances=[instance(statistics=told)])])
    (entry,) = made.hosts.values()
    state = unpack(entry.packed).state
    assert state is not None
    assert (state.instances or [])[0].counters == {"JSTAT_SUCCESS": 5}


@pytest.mark.parametrize("fault", [{"state": 7}, {"state": {}}, {"state_error": {}}])
def test_a_state_that_was_altered(fault: dict[str, Any]) -> None:
    document = summary([looked_at()]).as_dict()
    document["hosts"][0]["part"].update(fault)
    with pytest.raises(errors.SummaryDamaged):
        from_dict(document)


def test_large_tables_stay_small() -> None:
    eamt = [{"ipv6_prefix": f"2001:db8:{number:x}::/48", "ipv4_prefix": f"10.{number}.0.0/16"} for number in range(101)]
    entry = instance("s", translator="siit", eamt=eamt)
    (packed,) = (one.packed for one in summary([looked_at(instances=[entry])]).hosts.values())
    assert b"10.7.0.0" not in packed
    assert b"192.0.2.77" in next(
        one.packed for one in summary([looked_at(instances=[instance(pool4=pool4("192.0.2.77"))])]).hosts.values()
    )


def test_answer_of_result_still_takes_session_facts() -> None:
    facts = dict(answered("edge1").facts or {})
    assert answer_of_result("edge1", facts).status == "answered"
    assert answer_of_result("edge1", {**facts, "failed": True, "msg": "x"}).status == "failed"


def test_kernels_are_told() -> None:
    (host,) = report(looked_at(kernels=kernels(following=kernel(FOLLOWING))))["hosts"]
    assert (host["kernel"], host["next_kernel"]) == (kernel()["release"], FOLLOWING)
    (host,) = report(answered("edge1"))["hosts"]
    assert (host["kernel"], host["next_kernel"]) == (None, None)
