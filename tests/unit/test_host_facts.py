# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts of a translator's host: what is asked, what is said of what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.facts.host_facts import Tools, gather_host
from ansible_collections.nat64.jool.plugins.module_utils.facts.host_question import HostQuestion
from ansible_collections.nat64.jool.tests.unit.jool_host import (
    ADDRESSES,
    KERNEL,
    LISTENING,
    SYSCTL,
    VERSIONS,
    answer,
    ask,
    capture,
    host,
    listing,
    nat64,
    siit,
)
from ansible_collections.nat64.jool.tests.unit.replay import MISSING, Answer, ReplayTransport, version

DEFAULT = ("ab0,default,netfilter",)
STATELESS = ("ab1,stateless,iptables",)

each_release = pytest.mark.parametrize("release", list(VERSIONS))


def one(facts: dict[str, Any]) -> dict[str, Any]:
    (entry,) = facts["instances"]
    return dict(entry)


@each_release
def test_nat64_of_each_release(release: str) -> None:
    facts = ask({**host(release, DEFAULT), **nat64(release)})
    assert (facts["tool"], facts["module"]) == (release, release)
    assert facts["complete"] is True
    assert facts["warnings"] == []
    entry = one(facts)
    assert (entry["translator"], entry["name"], entry["netns"], entry["framework"]) == (
        "nat64",
        "default",
        "",
        "netfilter",
    )
    config = entry["config"]
    held = [
        row for protocol in ("tcp", "udp", "icmp") for row in capture(release, f"pool4-{protocol}-csv").rows("pool4")
    ]
    assert [(row["mark"], row["protocol"], row["prefix"], row["port_range"]) for row in config["pool4"]] == [
        (row["mark"], row["protocol"].lower(), row["address"], f"{row['port_min']}-{row['port_max']}") for row in held
    ]
    words = {row["max_iterations"] for row in config["pool4"]}
    assert words == {
        (
            "auto"
            if not row["iterations_fixed"]
            else "infinity"
            if row["iterations"] == "infinite"
            else row["iterations"]
        )
        for row in held
    }
    assert (config["eamt"], config["denylist4"]) == (None, None)


@each_release
def test_only_static_entries_are_configured(release: str) -> None:
    facts = ask({**host(release, DEFAULT), **nat64(release)}, "instances")
    held = [row for protocol in ("tcp", "udp", "icmp") for row in capture(release, f"bib-{protocol}-csv").rows("bib")]
    static = [row for row in held if row["static"]]
    assert 0 < len(static) < len(held)
    assert one(facts)["config"]["bib"] == [
        {
            "protocol": row["protocol"].lower(),
            "ipv6_address": f"{row['src6']}#{row['sport6']}",
            "ipv4_address": f"{row['src4']}#{row['sport4']}",
        }
        for row in static
    ]


@each_release
def test_siit_of_each_release(release: str) -> None:
    facts = ask({**host(release, (), STATELESS), **siit(release)})
    assert (facts["siit_tool"], facts["siit_module"]) == (release, release)
    entry = one(facts)
    assert (entry["translator"], entry["name"], entry["framework"]) == ("siit", "stateless", "iptables")
    config = entry["config"]
    case = "siit-blacklist4-csv" if release == "4.0.1" else "siit-denylist4-csv"
    assert config["denylist4"] == capture(release, case).truth["denylist4"]
    assert [(row["ipv6_prefix"], row["ipv4_prefix"]) for row in config["eamt"]] == [
        (row["prefix6"], row["prefix4"]) for row in capture(release, "siit-eamt-csv").rows("eamt")
    ]
    assert (config["pool4"], config["bib"]) == (None, None)
    assert facts["complete"] is True
    assert facts["warnings"] == []


@each_release
def test_every_parameter_is_there(release: str) -> None:
    facts = ask({**host(release, DEFAULT), **nat64(release)}, "instances")
    told = one(facts)["config"]["global"]
    held = {entry["name"]: entry for entry in capture(release, "global-changed-csv").table("globals")}
    assert set(told) == {name.replace("-", "_") for name in held}
    for name, entry in held.items():
        if name.endswith("-timeout"):
            assert told[name.replace("-", "_")] == entry["value"] / 1000, name
    assert isinstance(told["mtu_plateaus"], list)
    assert isinstance(told["ss_flush_deadline"], int)
    assert isinstance(told["f_args"], int)


@each_release
def test_statistics_are_named_and_explained(release: str) -> None:
    facts = ask({**host(release, DEFAULT), **nat64(release)}, "statistics")
    entry = one(facts)
    held = capture(release, "stats-all-explain-csv").table("stats")
    assert {name: counter["printed"] for name, counter in entry["statistics"].items()} == held
    assert all(counter["explanation"] for counter in entry["statistics"].values())
    for name, counter in entry["statistics"].items():
        assert counter["valid"] is (held[name] < 2**63)
        assert counter["value"] == (held[name] if held[name] < 2**63 else None)
    assert entry["config"] is None


@pytest.mark.parametrize(
    ("printed", "value", "valid"),
    [(0, 0, True), (2**63 - 1, 2**63 - 1, True), (2**63, None, False), (2**64 - 1, None, False)],
)
def test_values_that_cannot_be_true(printed: int, value: int | None, valid: bool) -> None:
    command = "jool -i default stats display --all --explain --csv"
    row = f'Stat,Value,Explanation\nJSTAT_SESSIONS,{printed},"Number of sessions."\n'
    facts = ask({**host("4.1.9", DEFAULT), **nat64("4.1.9"), command: Answer(row.encode())}, "statistics")
    assert one(facts)["statistics"] == {
        "JSTAT_SESSIONS": {"value": value, "valid": valid, "printed": printed, "explanation": "Number of sessions."}
    }


def test_a_host_without_jool() -> None:
    facts = ask({line: told for line, told in host().items() if "jool" not in line})
    assert (facts["tool"], facts["module"], facts["module_on_disk"]) == (None, None, None)
    assert (facts["siit_tool"], facts["siit_module"]) == (None, None)
    assert facts["complete"] is True
    assert facts["instances"] == []
    assert facts["kernels"]["running"]["release"] == KERNEL


def test_a_host_with_nothing_at_all() -> None:
    facts = ask({})
    assert (facts["tool"], facts["kernels"]["running"], facts["kernels"]["next"]) == (None, None, None)
    assert (facts["kernels"]["installed"], facts["dkms"], facts["offloads"]) == (None, None, None)
    assert facts["sysctls"] == [{"netns": "", "parameters": None}]
    assert facts["sockets"] == [{"netns": "", "listening": None}]
    assert facts["ipv4_addresses"] == [{"netns": "", "addresses": None}]
    assert facts["instances"] == []
    for program in ("uname", "ls", "dkms", "ip", "sysctl", "ss"):
        assert any(f"there is no program '{program}'" in warning for warning in facts["warnings"]), program


@pytest.mark.parametrize(
    ("line", "program", "part"),
    [
        ("ethtool -k eth0", "ethtool", lambda facts: facts["offloads"][0]["features"]),
        ("dkms status", "dkms", lambda facts: facts["dkms"]),
        ("dkms status", "dkms", lambda facts: facts["kernels"]["running"]["dkms_state"]),
        (f"modinfo -k {KERNEL} jool", "modinfo", lambda facts: facts["module_on_disk"]),
        ("ip -o link show up", "ip", lambda facts: facts["offloads"]),
        (SYSCTL, "sysctl", lambda facts: facts["sysctls"][0]["parameters"]),
        (LISTENING, "ss' or 'netstat", lambda facts: facts["sockets"][0]["listening"]),
        (ADDRESSES, "ip", lambda facts: facts["ipv4_addresses"][0]["addresses"]),
    ],
)
def test_a_program_is_missing(line: str, program: str, part: Any) -> None:
    whole = {**host("4.1.9", DEFAULT), **nat64("4.1.9")}
    assert part(ask(whole)) is not None
    facts = ask({**whole, line: MISSING})
    assert part(facts) is None
    assert facts["warnings"]
    for warning in facts["warnings"]:
        assert f"there is no program '{program}' on the host" in warning
    assert facts["complete"] is True
    assert one(facts)["complete"] is True


@pytest.mark.parametrize("words", ["boom", "Error! Could not locate dkms.conf file."])
def test_an_output_that_nobody_knows(words: str) -> None:
    facts = ask({**host(), "dkms status": Answer(f"{words}\n".encode())}, "kernel")
    assert facts["dkms"] is None
    assert facts["kernels"]["running"]["dkms_state"] is None
    (warning,) = facts["warnings"]
    assert words in warning


def test_module_not_loaded() -> None:
    """There are no instances then; a tool that says so is no failure."""
    not_loaded = answer("4.1.9", "error-not-loaded-csv")
    facts = ask(
        {
            **host(),
            "cat /sys/module/jool/version": Answer(status=1),
            "jool instance display --csv": not_loaded,
            "jool_siit instance display --csv": answer("4.1.9", "error-siit-not-loaded"),
        }
    )
    assert (facts["tool"], facts["module"], facts["instances"]) == ("4.1.9", None, [])
    assert facts["module_on_disk"] == "4.1.9"
    assert facts["complete"] is True


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("error-no-privilege-csv", "CAP_NET_ADMIN"),
        ("error-version-mismatch-csv", "different releases"),
    ],
)
def test_instances_that_cannot_be_listed(case: str, words: str) -> None:
    facts = ask({**host(), "jool instance display --csv": answer("4.1.9", case)})
    assert facts["instances"] is None
    assert facts["complete"] is False
    (warning,) = facts["warnings"]
    assert words in warning
    assert facts["kernels"]["running"]["release"] == KERNEL


def test_a_loaded_module_without_its_tool() -> None:
    facts = ask({**host(), "jool --version": MISSING})
    assert (facts["tool"], facts["module"], facts["instances"], facts["complete"]) == (None, "4.1.9", None, False)
    assert "was not found" in facts["warnings"][0]


@pytest.mark.parametrize("printed", ["", "jool: command cannot be executed", "2.0"])
def test_a_tool_that_says_no_release(printed: str) -> None:
    facts = ask({**host(), "jool --version": version(printed)})
    assert (facts["tool"], facts["instances"], facts["complete"]) == (None, None, False)
    assert "not supported" in facts["warnings"][0]


@pytest.mark.parametrize(
    ("line", "case", "kept", "lost"),
    [
        ("jool -i default bib display --tcp --numeric --csv", "bib-cut-csv", "statistics", "config"),
        ("jool -i default global display --csv", "error-no-privilege-csv", "statistics", "config"),
        ("jool -i default stats display --all --explain --csv", "error-not-loaded-stats", "config", "statistics"),
    ],
)
def test_half_of_an_instance(line: str, case: str, kept: str, lost: str) -> None:
    """A configuration is whole or null."""
    facts = ask({**host("4.1.9", DEFAULT), **nat64("4.1.9"), line: answer("4.1.9", case)})
    entry = one(facts)
    assert entry[lost] is None
    assert entry[kept] is not None
    assert (entry["complete"], facts["complete"]) == (False, False)
    (warning,) = facts["warnings"]
    assert "instance 'default'" in warning


def test_instances_of_both_kinds_in_namespaces() -> None:
    answers = {
        **host("4.1.9", ("ab0,default,netfilter", "ab1,blue,netfilter"), ("ab1,stateless,netfilter",)),
        **nat64("4.1.9"),
        **nat64("4.1.9", "blue", "blue"),
        **siit("4.1.9", "stateless", "blue"),
        "ip netns list": Answer(b"red\nblue (id: 1)\n"),
    }
    nobody = answer("4.1.9", "error-no-instance-csv")
    for tool, name in (("jool", "blue"), ("jool_siit", "stateless")):
        answers[f"{tool} -i {name} stats display --csv"] = nobody
        answers[f"ip netns exec red {tool} -i {name} stats display --csv"] = nobody
    answers[f"ip netns exec blue {SYSCTL}"] = Answer(b"net.ipv4.ip_forward = 0\n")
    answers[f"ip netns exec blue {LISTENING}"] = Answer()
    answers[f"ip netns exec blue {ADDRESSES}"] = Answer(b"3: to-edge    inet 203.0.113.9/32 scope global to-edge\n")
    answers["ip netns exec blue ip -o link show up"] = Answer(b"3: to-edge@if2: <UP> mtu 1500 qdisc noqueue\n")
    answers["ip netns exec blue ethtool -k to-edge"] = Answer(b"Features for to-edge:\nrx-gro-hw: off [fixed]\n")
    facts = ask(answers)
    assert [(entry["translator"], entry["name"], entry["netns"]) for entry in facts["instances"]] == [
        ("nat64", "default", ""),
        ("nat64", "blue", "blue"),
        ("siit", "stateless", "blue"),
    ]
    assert facts["complete"] is True
    assert [(entry["netns"], entry["parameters"]["net.ipv4.ip_forward"]) for entry in facts["sysctls"]] == [
        ("", 1),
        ("blue", 0),
    ]
    assert [(entry["netns"], entry["interface"]) for entry in facts["offloads"]] == [("", "eth0"), ("blue", "to-edge")]
    assert facts["offloads"][1]["features"]["rx_gro_hw"] == {"enabled": False, "fixed": True}

    assert facts["sockets"] == [
        {
            "netns": "",
            "listening": [
                {"protocol": "tcp", "address": None, "port": 22},
                {"protocol": "udp", "address": "192.0.2.1", "port": 53},
            ],
        },
        {"netns": "blue", "listening": []},
    ]
    assert facts["ipv4_addresses"] == [
        {"netns": "", "addresses": ["192.0.2.1"]},
        {"netns": "blue", "addresses": ["203.0.113.9"]},
    ]

    answers["ip netns exec blue jool -i default stats display --csv"] = nobody
    only = ask(answers, netns=("blue",))
    assert [(entry["translator"], entry["name"]) for entry in only["instances"]] == [
        ("nat64", "blue"),
        ("siit", "stateless"),
    ]
    for part in ("sysctls", "sockets", "ipv4_addresses"):
        assert [entry["netns"] for entry in only[part]] == ["blue"]


def test_a_namespace_without_an_instance() -> None:
    facts = ask(
        {**host("4.1.9", DEFAULT), "ip netns list": Answer(b"red\n"), **_nobody_in("red")},
        "instances",
        netns=("red",),
    )
    assert (facts["instances"], facts["complete"]) == ([], True)


def _nobody_in(netns: str) -> dict[str, Answer]:
    return {f"ip netns exec {netns} jool -i default stats display --csv": answer("4.1.9", "error-no-instance-csv")}


@pytest.mark.parametrize("listed", [Answer(b"red\n"), Answer(), MISSING])
def test_a_namespace_that_is_not_there(listed: Answer) -> None:
    with pytest.raises(errors.NoSuchNamespace, match="'nope'"):
        ask({**host(), "ip netns list": listed}, netns=("nope",))


def test_an_instance_that_cannot_be_met() -> None:
    answers = {
        **host("4.1.9", ("ab9,hidden,netfilter",)),
        "jool -i hidden stats display --csv": answer("4.1.9", "error-no-instance-csv"),
        "ip netns list": Answer(),
    }
    facts = ask(answers)
    assert (facts["instances"], facts["complete"]) == ([], False)
    assert "hidden live in network namespaces without a name" in facts["warnings"][0]


def test_jool_3_has_no_configuration_here() -> None:
    facts = ask({**host(), "jool --version": version("3.5.8.0"), "cat /sys/module/jool/version": version("3.5.8.0")})
    assert (facts["tool"], facts["module"], facts["complete"]) == ("3.5.8", "3.5.8", False)
    assert facts["instances"] is None
    assert "before 3.6" in facts["warnings"][0]


VERSION_LINES = [
    "jool --version",
    "cat /sys/module/jool/version",
    "jool_siit --version",
    "cat /sys/module/jool_siit/version",
]
KERNEL_LINES = [
    "uname -r",
    "ls -1 /boot",
    "cat /etc/os-release",
    f"ls -1 /lib/modules/{KERNEL}/build/Makefile",
    f"find /lib/modules/{KERNEL} -name jool*.ko*",
    f"modinfo -k {KERNEL} jool",
    "dkms status",
]


@pytest.mark.parametrize(
    ("subset", "lines"),
    [
        ("versions", []),
        ("kernel", KERNEL_LINES),
        ("statistics", ["jool instance display --csv", "jool -i default stats display --csv"]),
        ("sysctls", ["jool instance display --csv", "jool -i default stats display --csv"]),
        ("sockets", ["jool instance display --csv", "jool -i default stats display --csv"]),
    ],
)
def test_nothing_more_is_asked(subset: str, lines: list[str]) -> None:
    transport = ReplayTransport({**host("4.1.9", DEFAULT), **nat64("4.1.9")})
    facts = gather_host(transport, HostQuestion(frozenset({subset})), Tools())
    assert transport.asked[:4] == VERSION_LINES
    assert transport.asked[4 : 4 + len(lines)] == lines
    if subset in ("versions", "kernel"):
        assert len(transport.asked) == 4 + len(lines)
    assert [key for key, value in facts.items() if value is None and key in ("kernels", "dkms", "offloads")] == [
        key for key in ("kernels", "dkms", "offloads") if subset != "kernel" or key == "offloads"
    ]


def test_every_command_only_reads() -> None:
    transport = ReplayTransport(
        {**host("4.1.9", DEFAULT, STATELESS), **nat64("4.1.9"), **siit("4.1.9"), "ip netns list": Answer()}
    )
    gather_host(transport, HostQuestion(), Tools())
    for line in transport.asked:
        words = line.split()
        assert words[0] in (
            "jool",
            "jool_siit",
            "cat",
            "ls",
            "uname",
            "find",
            "modinfo",
            "dkms",
            "ip",
            "ethtool",
            "sysctl",
            "ss",
        )
        if words[0].startswith("jool"):
            assert "display" in words or "--version" in words
    assert len(transport.asked) == len(set(transport.asked)), "nothing is asked twice"


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (errors.ConnectionLost, "dkms status"),
        (errors.ConnectionFailed, "jool --version"),
        (errors.EscalationFailed, "jool instance display --csv"),
        (errors.CommandTimeout, "jool -i default global display --csv"),
        (errors.HostKeyRefused, "jool --version"),
    ],
)
def test_the_way_there_breaks(error: type[errors.JoolError], line: str) -> None:
    class Broken(ReplayTransport):
        def start(self, argv, timeout=None):  # type: ignore[no-untyped-def]
            if " ".join(argv) == line:
                raise error(host="edge1", argv=argv)
            return super().start(argv, timeout)

    with pytest.raises(error):
        gather_host(Broken({**host("4.1.9", DEFAULT), **nat64("4.1.9")}), HostQuestion(), Tools())


def test_a_program_that_hangs_is_no_failure_of_the_host() -> None:
    class Slow(ReplayTransport):
        def start(self, argv, timeout=None):  # type: ignore[no-untyped-def]
            if argv[0] == "dkms":
                raise errors.CommandTimeout("60 seconds were allowed", host="edge1", argv=argv)
            return super().start(argv, timeout)

    facts = gather_host(Slow(host()), HostQuestion(), Tools())
    assert facts["dkms"] is None
    assert "'dkms status' did not end in time (60 seconds were allowed)" in facts["warnings"][0]


def test_what_is_not_listed_is_not_asked() -> None:
    transport = ReplayTransport({**host(), "jool instance display --csv": listing()})
    gather_host(transport, HostQuestion(frozenset({"instances"})), Tools())
    assert not [line for line in transport.asked if " -i " in line]
