# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each finding: when it is there, and when it is not."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.preflight.examine import examine
from ansible_collections.nat64.jool.plugins.module_utils.preflight.observation import ERROR, NOTE, WARNING
from ansible_collections.nat64.jool.plugins.module_utils.preflight.policy import (
    ACCEPTABLE,
    NEVER_ACCEPTED,
    SEVERITIES,
    judge,
    stops,
)
from ansible_collections.nat64.jool.plugins.module_utils.preflight.pools import reserved
from ansible_collections.nat64.jool.plugins.module_utils.preflight.running import talk
from ansible_collections.nat64.jool.plugins.module_utils.records.release import Release
from ansible_collections.nat64.jool.plugins.module_utils.system.offloads import InterfaceOffloads
from ansible_collections.nat64.jool.plugins.module_utils.system.signatures import Signatures
from ansible_collections.nat64.jool.plugins.module_utils.system.sockets import Socket
from ansible_collections.nat64.jool.tests.unit.preflight.situations import (
    ADDRESS,
    JOOL,
    NEW,
    NOW,
    OLD,
    WELL,
    kernel,
    offloads,
    pool4,
    situation,
    target,
)

KEY = "/var/lib/dkms/mok.pub"
LOCKED = ("Secure Boot is on",)
NEWER = Release(4, 1, 13)
OF_4_1_15 = {"target": target(Release(4, 1, 15), Release(4, 1, 15))}
NO_HEADERS = {"headers": False, "headers_to_be_had": False}
HOST_S = pool4(("tcp", str(ADDRESS), "50000-50999"))
ELSEWHERE = pool4(("tcp", "203.0.113.1", "50000-50999"))
LOW = pool4(("tcp", str(ADDRESS), "1-1023"), ("udp", str(ADDRESS), "1-1023"))


def codes(**other: Any) -> list[str]:
    return [observation.code for observation in examine(situation(**other))]


def test_all_is_well() -> None:
    assert examine(WELL) == []


THERE: list[tuple[str, dict[str, Any], list[str]]] = [
    # --- what is to be had
    (
        "version_not_available",
        {"target": target(missing={"jool-dkms": ("4.1.9-1",)}, wanted="4.1.15")},
        ["4.1.15", "4.1.9-1"],
    ),
    ("version_not_available", {"target": target(None, None, missing={"jool-dkms": ()})}, ["knows no version"]),
    # --- kernels
    ("kernel_too_new", {"kernels": (kernel(), kernel(NEW, when="starts next"))}, [NEW, "starts next", "4.9 to 6.1"]),
    ("kernel_too_new", {"kernels": (kernel(NEW, module=Release(4, 1, 13)),)}, [NEW]),  # built, but of another release
    ("kernel_too_old", {"kernels": (kernel("4.4.0-1-amd64", when="runs"),)}, ["4.4.0-1-amd64 runs"]),
    ("kernel_untested", {"kernels": (kernel("5.10.0-32-amd64"),), "target": target(NEWER, NEWER)}, ["5.15 to 6.11"]),
    ("kernel_not_known", {"target": target(Release(4, 1, 99), Release(4, 1, 99))}, ["4.1.99"]),
    ("release_not_known", {"target": target(None, None)}, ["not known beforehand"]),
    ("next_kernel_not_known", {"next_known": False}, ["next boot"]),
    (
        "headers_missing",
        {"kernels": (kernel(OLD, when="runs", **NO_HEADERS), kernel(when="starts next"))},
        [OLD, "runs"],
    ),
    ("headers_missing", {"kernels": (kernel(**NO_HEADERS, module=NEWER),)}, [f"linux-headers-{NOW}"]),
    ("module_missing", {"installs": False, "builds": False}, [NOW, "no module"]),
    # --- signatures
    ("signing_key_missing", {"signatures": Signatures(LOCKED)}, ["Secure Boot is on", "no key"]),
    ("signing_key_missing", {"signatures": Signatures(("module.sig_enforce is set",))}, ["Module.sig_enforce is set"]),
    ("signing_key_not_enrolled", {"signatures": Signatures(LOCKED, KEY, False)}, [KEY, "does not know"]),
    ("signing_key_not_verified", {"signatures": Signatures(LOCKED, KEY, None)}, [KEY, "could not be found out"]),
    # --- versions
    ("versions_differ", {"target": target(JOOL, Release(4, 1, 8))}, ["4.1.9", "4.1.8"]),
    ("module_not_kept", {"loaded": Release(4, 1, 5)}, ["4.1.5 is loaded", "4.1.9"]),
    (
        "module_waits",
        {"loaded": Release(4, 1, 11), "target": target(NEWER, NEWER), "kernels": (kernel(),)},
        ["4.1.11 is loaded"],
    ),
    ("module_waits", {"loaded": Release(4, 1, 5), "target": target(JOOL, None)}, ["stays loaded"]),
    # --- what else there is on the host
    ("firewalld_unloads_modules", {"firewalld_unloads": True}, ["CleanupModulesOnExit"]),
    ("default_route_at_risk", {"at_risk": ("eth0",)}, ["eth0", "router advertisements"]),
    (
        "receive_offload",
        {"offloads": (offloads("eth1", ("generic-receive-offload",)),)},
        ["eth1", "generic-receive-offload"],
    ),
    ("receive_offload", {"offloads": (offloads("eth1", ("large-receive-offload",)),)}, ["large-receive-offload"]),
    ("mtu_too_small", {"mtus": (("eth0", 1279),)}, ["1279"]),
    ("mtu_differs", {"mtus": (("eth0", 1500), ("eth1", 9000))}, ["eth0 1500, eth1 9000"]),
    # --- pool4
    ("pool4_local_ports", {"pool4": HOST_S}, ["TCP 198.51.100.1#50000-50999", "32768-60999"]),
    ("pool4_local_ports", {"pool4": HOST_S, "reserved_ports": "50000-50998"}, ["#50999:"]),
    ("pool4_local_ports", {"pool4": HOST_S, "local_ports": (50999, 60999)}, ["#50999:"]),
    ("pool4_local_ports_refused", {"pool4": HOST_S, **OF_4_1_15}, ["4.1.15 refuses"]),
    ("pool4_local_ports_refused", {"pool4": ELSEWHERE, **OF_4_1_15}, ["203.0.113.1"]),
    ("pool4_local_ports_refused", {"pool4": HOST_S, "reserved_ports": "1024-65535", **OF_4_1_15}, ["50000-50999"]),
    ("pool4_listening", {"pool4": LOW, "sockets": (Socket("tcp", None, 22),)}, ["TCP 198.51.100.1#22"]),
    ("pool4_listening", {"pool4": LOW, "sockets": (Socket("udp", ADDRESS, 53),)}, ["UDP 198.51.100.1#53"]),
]


@pytest.mark.parametrize(("code", "other", "words"), THERE)
def test_there(code: str, other: dict[str, Any], words: list[str]) -> None:
    found = examine(situation(**other))
    assert [observation.code for observation in found] == [code]
    (finding,) = judge(found)
    for word in words:
        assert word in f"{finding.subject}: {finding.evidence}"
    assert finding.evidence.endswith(".")
    assert finding.remedy.endswith(".")
    assert finding.evidence in finding.sentence
    assert finding.sentence.endswith(f"[{code}]")


NOT_THERE: list[dict[str, Any]] = [
    # What is built already needs neither documentation nor headers.
    {"kernels": (kernel(NEW, module=JOOL),)},
    {"kernels": (kernel(module=JOOL, **NO_HEADERS),)},
    # Headers that are not there yet, and can be had; or nobody knows.
    {"kernels": (kernel(headers=False, headers_to_be_had=True),)},
    {"kernels": (kernel(headers=False, headers_to_be_had=None),)},
    {"kernels": (kernel(headers=None, headers_to_be_had=False),)},
    {"kernels": ()},
    # Nothing is built there: another's business.
    {"builds": False, "kernels": (kernel(NEW, **NO_HEADERS),), "signatures": Signatures(LOCKED), "next_known": False},
    {"builds": False, "installs": False, "kernels": (kernel(module=Release(4, 1, 5)),)},
    {"builds": False, "installs": False, "kernels": (kernel(module_known=False),)},
    {"signatures": Signatures((), None, None)},
    {"signatures": Signatures(LOCKED, KEY, True)},
    {"signatures": Signatures(LOCKED), "loaded": JOOL},  # it has been taken
    {"loaded": JOOL},
    {"loaded": Release(4, 1, 5), "reload": True},
    {"loaded": Release(4, 1, 5), "installs": False, "builds": False, "target": target(None, None), "kernels": ()},
    {"target": target(Release(4, 1, 11), NEWER), "kernels": (kernel(),)},  # they understand each other
    {"firewalld_unloads": False},
    {"forwards": True, "at_risk": ("eth0",)},
    {"forwards": None, "at_risk": ("eth0",)},
    {"offloads": (offloads("eth0", ("generic-segmentation-offload", "rx-udp-gro-forwarding")),)},
    {"offloads": (InterfaceOffloads("", "eth0", None),)},
    {"offloads": ()},
    {"mtus": (("eth0", 1280),)},
    {"mtus": ()},
    {"pool4": None, "sockets": (Socket("tcp", None, 61001),)},
    {"pool4": pool4()},
    {"pool4": HOST_S, "local_ports": None},
    {"pool4": HOST_S, "local_ports": (51000, 60999)},
    {"pool4": HOST_S, "reserved_ports": "22,50000-50500,50501-50999"},
    {"pool4": ELSEWHERE},  # packets to that address do not come to the host's programs
    {"pool4": pool4(("icmp", str(ADDRESS), "0-65535")), **OF_4_1_15},  # identifiers are no ports
    {"pool4": LOW, "sockets": (Socket("tcp", IPv4Address("127.0.0.1"), 22), Socket("udp", None, 1024))},
    {"pool4": ELSEWHERE, "sockets": (Socket("tcp", None, 50000),)},
]


@pytest.mark.parametrize("other", NOT_THERE)
def test_not_there(other: dict[str, Any]) -> None:
    assert codes(**other) == []


def test_every_code_has_a_case() -> None:
    assert {code for code, _other, _words in THERE} == set(SEVERITIES)


def test_an_offload_that_cannot_be_turned_off() -> None:
    (found,) = examine(situation(offloads=(offloads("eth0", ("large-receive-offload",), fixed=True),)))
    assert "cannot be turned off" in found.remedy
    (found,) = examine(situation(offloads=(offloads("eth0", ("rx-gro-hw", "generic-receive-offload")),)))
    assert "'ethtool -K eth0 generic-receive-offload off rx-gro-hw off'" in found.remedy


def test_long_lists_are_cut() -> None:
    sockets = tuple(Socket("tcp", None, port) for port in range(1, 9))
    (found,) = examine(situation(pool4=LOW, sockets=sockets))
    assert "#5 and 3 more:" in found.evidence


@pytest.mark.parametrize(
    ("tool", "module", "understand"),
    [
        ("4.1.9", "4.1.9", True),
        ("4.1.8", "4.1.7", False),
        ("4.1.9", "4.1.8", False),
        ("4.1.10", "4.1.9", False),
        ("4.1.10", "4.1.13", True),
        ("4.1.15", "4.1.10", True),
        ("4.2.0", "4.1.15", False),
    ],
)
def test_who_understands_whom(tool: str, module: str, understand: bool) -> None:
    assert talk(Release.parse(tool), Release.parse(module)) is understand


@pytest.mark.parametrize(
    ("text", "ports"),
    [("", ()), ("22", ((22, 22),)), ("8080,9148-9150", ((8080, 8080), (9148, 9150))), (" 1-2, 3 ", ((1, 3),))],
)
def test_reserved_ports(text: str, ports: tuple[tuple[int, int], ...]) -> None:
    assert reserved(text) == ports


# --- policy


def test_the_worst_comes_first() -> None:
    found = judge(examine(situation(mtus=(("a", 9000), ("b", 1500)), firewalld_unloads=True, kernels=(kernel(NEW),))))
    assert [finding.severity for finding in found] == [ERROR, WARNING, NOTE]
    assert [finding.code for finding in stops(found)] == ["kernel_too_new"]


@pytest.mark.parametrize(("code", "other", "_words"), THERE)
def test_what_is_accepted_stops_nobody(code: str, other: dict[str, Any], _words: list[str]) -> None:
    (finding,) = judge(examine(situation(**other)), [code])
    was = SEVERITIES[code]
    if was != ERROR:
        assert (finding.severity, finding.accepted) == (was, False)
    elif code in NEVER_ACCEPTED:
        assert (finding.severity, finding.accepted) == (ERROR, False)
    else:
        assert code in ACCEPTABLE
        assert (finding.severity, finding.accepted) == (WARNING, True)


def test_what_is_accepted_is_that_alone() -> None:
    found = judge(examine(situation(kernels=(kernel(NEW, **NO_HEADERS),))), ["kernel_too_new"])
    assert [(finding.code, finding.severity) for finding in found] == [
        ("headers_missing", ERROR),
        ("kernel_too_new", WARNING),
    ]
