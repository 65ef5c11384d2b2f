# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is seen on a host that runs, from its facts: each case is a host and what must be said of it, nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.checks import Malformed
from ansible_collections.nat64.jool.plugins.module_utils.inspection.examine import examine
from ansible_collections.nat64.jool.plugins.module_utils.inspection.host_facts import check_host_facts, instance_label
from ansible_collections.nat64.jool.tests.unit.host_facts_sample import (
    FOLLOWING,
    host_facts,
    instance,
    kernel,
    kernels,
    module,
    offload,
    pool4,
)
from ansible_collections.nat64.jool.tests.unit.jool_host import VERSIONS, ask, host, nat64, siit

GONE = module(on_disk=False)
LISTENS = {"protocol": "tcp", "address": None, "port": 61500}


def listening(*sockets: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"netns": "", "listening": list(sockets)}]


def local_ports(low: int, high: int, reserved: str | int = "") -> list[dict[str, Any]]:
    names = {"net.ipv4.ip_local_port_range": [low, high], "net.ipv4.ip_local_reserved_ports": reserved}
    return [{"netns": "", "parameters": names}]


Case = tuple[str, dict[str, Any], list[tuple[str, "str | None", str]]]

CASES: list[Case] = [
    ("healthy", host_facts(), []),
    (
        "nothing there",
        host_facts(tool=None, module=None, instances=[], kernels=None, offloads=None, sysctls=None, sockets=None),
        [],
    ),
    ("nobody knows", host_facts(instances=None, kernels=None, offloads=None, sysctls=None, ipv4_addresses=None), []),
    # --- instances
    (
        "two under netfilter",
        host_facts(instances=[instance(), instance("second")]),
        [("instance_hidden", None, "default and second share the host's network namespace.")],
    ),
    (
        "NAT64 and SIIT under netfilter",
        host_facts(siit_module="4.1.9", instances=[instance(netns="blue"), instance("s", "blue", "siit")]),
        [("instance_hidden", None, "blue/default and blue/s (SIIT) share network namespace 'blue'.")],
    ),
    ("in namespaces of their own", host_facts(instances=[instance(), instance(netns="blue")]), []),
    ("one under iptables", host_facts(instances=[instance(), instance("second", framework="iptables")]), []),
    (
        "switched off",
        host_facts(instances=[instance(parameters={"manually_enabled": False})]),
        [("instance_disabled", "default", "manually-enabled is false")],
    ),
    ("configuration not known", host_facts(instances=[instance(config=None, statistics=None)]), []),
    # --- software
    (
        "another module on disk",
        host_facts(module_on_disk="4.1.13"),
        [
            (
                "module_waits",
                None,
                "4.1.9 is loaded, and 4.1.13 is what the next load or boot brings. The tool is 4.1.9.",
            )
        ],
    ),
    ("not loaded", host_facts(module=None, module_on_disk="4.1.13", instances=[]), []),
    (
        "SIIT of another release",
        host_facts(siit_module="4.1.13", siit_module_on_disk="4.1.13"),
        [("version_mixed", None, "The tool is 4.1.9, the loaded kernel module is 4.1.13.")],
    ),
    (
        "next kernel without a module",
        host_facts(kernels=kernels(following=kernel(FOLLOWING, "added", jool=GONE, jool_siit=GONE))),
        [
            (
                "kernel_without_module",
                None,
                "starts at the next boot (GRUB's default) and has no module jool on disk. DKMS says 'added'. After",
            )
        ],
    ),
    (
        "without DKMS, and nobody knows why it is next",
        host_facts(kernels=kernels(following=kernel(FOLLOWING, None, jool=GONE), known_by="")),
        [("kernel_without_module", None, f"{FOLLOWING} starts next and has no module jool on disk. After")],
    ),
    (
        "both kinds are in use",
        host_facts(siit_module="4.1.9", kernels=kernels(following=kernel(FOLLOWING, jool=GONE, jool_siit=GONE))),
        [("kernel_without_module", None, "has no module jool nor jool_siit on disk.")],
    ),
    ("the kind that nobody uses", host_facts(kernels=kernels(following=kernel(FOLLOWING, jool_siit=GONE))), []),
    ("the disk is not known", host_facts(kernels=kernels(following=kernel(FOLLOWING, jool=module(None, None)))), []),
    (
        "running kernel without a module",
        host_facts(kernels=kernels(kernel(jool=GONE), kernel(jool=GONE))),
        [("kernel_without_module", None, "runs and has no module jool on disk. DKMS says 'installed'. Once unloaded")],
    ),
    (
        "next kernel with a module that the tool does not understand",
        host_facts(kernels=kernels(following=kernel(FOLLOWING, jool=module("4.1.13")))),
        [("next_module_differs", None, "has module jool 4.1.13; the tool is 4.1.9, and they do not understand")],
    ),
    (
        "next kernel with one that it understands",
        host_facts(tool="4.1.10", kernels=kernels(following=kernel(FOLLOWING, jool=module("4.1.13")))),
        [],
    ),
    ("next kernel not known", host_facts(kernels={**kernels(), "next": None, "next_known_by": None}), []),
    # --- surroundings
    (
        "receive offload",
        host_facts(offloads=[offload("eth0", generic_receive_offload=True, tcp_segmentation_offload=True)]),
        [("receive_offload", None, "On: generic-receive-offload.")],
    ),
    (
        "where nothing is translated",
        host_facts(
            instances=[instance(netns="blue")],
            offloads=[offload("eth0", generic_receive_offload=True), offload("v0", "blue", rx_gro_hw=True)],
        ),
        [("receive_offload", None, "On: rx-gro-hw.")],
    ),
    ("a program on a port of pool4", host_facts(sockets=listening(LISTENS)), [("pool4_listening", "default", "61500")]),
    ("at another address", host_facts(sockets=listening({**LISTENS, "address": "198.51.100.1"})), []),
    ("on another port", host_facts(sockets=listening({**LISTENS, "port": 61000})), []),
    ("an address that is not the host's", host_facts(sockets=listening(LISTENS), ipv4_addresses=None), []),
    (
        "ports that the host sends from",
        host_facts(sysctls=local_ports(32768, 62000)),
        [("pool4_local_ports", "default", "TCP 192.0.2.1#61001-62000")],
    ),
    ("a reserved one", host_facts(sysctls=local_ports(32768, 61001, 61001)), []),
    ("reserved ones", host_facts(sysctls=local_ports(32768, 62000, "61001-62000")), []),
    (
        "which 4.1.15 refuses",
        host_facts(tool="4.1.15", module="4.1.15", module_on_disk="4.1.15", sysctls=local_ports(32768, 62000)),
        [("pool4_local_ports_refused", "default", "Jool 4.1.15 refuses that.")],
    ),
    ("an empty pool4", host_facts(instances=[instance(pool4=[])], sockets=listening(LISTENS)), []),
    (
        "a pool4 that makes no sense",
        host_facts(instances=[instance(pool4=pool4("192.0.2.1", ports="many"))], sockets=listening(LISTENS)),
        [],
    ),
]


@pytest.mark.parametrize(("facts", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_is_seen(facts: dict[str, Any], expected: list[tuple[str, str | None, str]]) -> None:
    check_host_facts(facts)
    found = examine(facts)
    assert [(seen.code, seen.instance) for seen in found] == [case[:2] for case in expected]
    for seen, (_code, _instance, evidence) in zip(found, expected):
        assert evidence in seen.evidence
        assert seen.subject
        assert seen.remedy.endswith((".", "'", "'."))


@pytest.mark.parametrize("release", list(VERSIONS))
def test_recorded_hosts(release: str) -> None:
    """What gathering gives is what is looked at; a recorded host has its offload on, and 4.1.9 on its disk."""
    rows = ("ab0,default,netfilter",)
    facts = ask({**host(release, rows, ("ab1,stateless,iptables",)), **nat64(release), **siit(release)})
    check_host_facts(facts)
    codes = {seen.code for seen in examine(facts)}
    assert "receive_offload" in codes
    assert ("module_waits" in codes) is (release != "4.1.9")


FAULTS = [
    ("no mapping", 7, "is a number and no mapping"),
    ("another schema", host_facts(schema=2), ".schema"),
    ("no schema", {}, ".schema"),
    ("cut", {"schema": 1, "gathered_at": "2026-11-25T17:55:00Z"}, ".complete"),
    ("a time that is none", host_facts(gathered_at="yesterday"), ".gathered_at"),
    ("an instance without a name", host_facts(instances=[{"translator": "nat64"}]), ".instances[0].name"),
    ("a kind that is none", host_facts(instances=[instance(translator="dns64")]), ".instances[0].translator"),
    ("a counter that is a text", host_facts(instances=[instance(statistics={"A": {"value": "1"}})]), ".statistics"),
    ("no address", host_facts(ipv4_addresses=[{"netns": "", "addresses": ["::1"]}]), ".ipv4_addresses[0].addresses[0]"),
]


@pytest.mark.parametrize(("facts", "place"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS])
def test_what_is_no_fact(facts: object, place: str) -> None:
    with pytest.raises(Malformed) as caught:
        check_host_facts(facts)
    assert place in f"{caught.value.place} {caught.value.fault}"


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += _places(inner, (*path, key))
    return found


@given(st.sampled_from(_places(host_facts())), st.sampled_from([None, 7, -1, "", "x", [], {}, True]))
def test_a_value_that_is_another(path: tuple[Any, ...], value: Any) -> None:
    """Refused, or looked at without a crash."""
    facts = copy.deepcopy(host_facts())
    inner: Any = facts
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    try:
        check_host_facts(facts)
    except Malformed:
        return
    examine(facts)


def test_labels() -> None:
    assert instance_label("nat64", "", "default") == "default"
    assert instance_label("siit", "blue", "s") == "blue/s (SIIT)"
