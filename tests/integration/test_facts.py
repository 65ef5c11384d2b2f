# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`jool_facts` against real kernels: what it tells is what the guest says of itself, by every transport."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration import host_words as own
from ansible_collections.nat64.jool.tests.integration.combinations import TRANSPORTS
from ansible_collections.nat64.jool.tests.integration.guests import (
    INVENTORY,
    RELEASES,
    ROOT,
    WITH_BLUE,
    Guest,
    long_test_on,
)
from ansible_collections.nat64.jool.tests.integration.runner import Case, Run, ansible, ask

OPERATOR = {"become": True, "vars": {"ansible_user": "operator"}}
VIEWER = {"vars": {"ansible_user": "viewer"}}
PYTHONLESS = {"vars": {"ansible_python_interpreter": "/no/python"}}

GUESTS = long_test_on("bookworm")
everywhere = pytest.mark.parametrize("guest", GUESTS)
by_every_transport = pytest.mark.parametrize("transport", TRANSPORTS)

JOOL_INSTANCE = ROOT / "plugins" / "modules" / "jool_instance.py"

NEXT_KERNEL = "99.0.0-1-test"
UNPRIVILEGED = ["instances", "sysctls"]
HIDDEN = ("ethtool", "dkms", "modinfo")
HIDE = f"""set -e
for name in {" ".join(HIDDEN)}; do path=$(command -v $name); mv $path $path.away; done
"""
SHOW = """set -e
for path in /sbin/*.away /usr/sbin/*.away; do [ ! -e $path ] || mv $path ${path%.away}; done
"""
"""The directories are one, or they are two, as on bullseye."""


def facts_case(keywords: dict[str, Any] | None = None, **options: Any) -> Case:
    return Case(options, keywords or {}, "jool_facts")


def facts_of(run: Run, guest: str, case: str) -> dict[str, Any]:
    result = run.results[guest][case]
    assert not result.get("failed"), result.get("msg")
    assert not result.get("unreachable"), result.get("msg")
    assert result["changed"] is False
    facts: dict[str, Any] = result["ansible_facts"]["jool"]
    assert result.get("warnings", []) == facts["warnings"]
    return facts


def instance_of(facts: dict[str, Any], name: str, netns: str = "") -> dict[str, Any]:
    (entry,) = [entry for entry in facts["instances"] if (entry["name"], entry["netns"]) == (name, netns)]
    return dict(entry)


@pytest.fixture(scope="module")
def chosen(guests: dict[str, Guest]) -> dict[str, Guest]:
    """The guests that are asked."""
    return {name: guests[name] for name in GUESTS}


@pytest.fixture(scope="module")
def configured(chosen: dict[str, Guest]) -> Iterator[None]:
    """A NAT64 and a SIIT with a bit of everything, in namespaces of their own."""
    for guest in chosen.values():
        guest.restore()
        guest.run("sh", "-c", own.CLEAN_UP, check=False)
        guest.run("sh", "-c", own.SET_UP)
    yield
    for guest in chosen.values():
        guest.run("sh", "-c", own.CLEAN_UP, check=False)


@pytest.fixture(scope="module")
def run(configured: None, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole question by every transport, and smaller ones by other users and of hosts without Python."""
    cases = {transport: facts_case(transport=transport, netns=["", own.NAT, own.SIIT]) for transport in TRANSPORTS}
    for transport in TRANSPORTS:
        brief: dict[str, Any] = {"transport": transport, "gather_subset": ["instances"], "netns": [own.NAT]}
        cases[f"{transport}_become"] = facts_case({**OPERATOR, "check_mode": True}, **brief)
        cases[f"{transport}_viewer"] = facts_case(VIEWER, transport=transport, netns=[""], gather_subset=UNPRIVILEGED)
        cases[f"{transport}_no_namespace"] = facts_case(transport=transport, netns=["nope"])
    for transport in ("connection", "ssh"):
        cases[f"{transport}_no_python"] = facts_case(PYTHONLESS, transport=transport, netns=[own.SIIT])
    if JOOL_INSTANCE.exists():
        for name, netns in (("nat", own.NAT), ("flat", own.SIIT)):
            config = (
                f"(case_connection.ansible_facts.jool.instances | selectattr('netns', 'eq', '{netns}') | first).config"
            )
            cases[f"again_{name}"] = Case({"config": f"{{{{ {config} }}}}", "purge": True}, {}, "jool_instance")
    return ask("2.21", cases, tmp_path_factory.mktemp("facts"), GUESTS)


@pytest.fixture(scope="module")
def said(run: Run, chosen: dict[str, Guest]) -> dict[str, own.Words]:
    """The guests' own words, at the time of `run`."""
    assert run.results
    return {name: own.Words(guest) for name, guest in chosen.items()}


@everywhere
@by_every_transport
def test_releases(run: Run, said: dict[str, own.Words], guest: str, transport: str) -> None:
    facts, release = facts_of(run, guest, transport), RELEASES[guest]
    words = (("jool", "--version"), ("cat", "/sys/module/jool/version"), ("modinfo", "-F", "version", "jool"))
    assert {said[guest].line(*argv) for argv in words} == {f"{release}.0"}
    assert (facts["tool"], facts["module"], facts["module_on_disk"]) == (release, release, release)
    assert (facts["siit_tool"], facts["siit_module"], facts["siit_module_on_disk"]) == (release, release, release)
    assert facts["transport"] == transport
    assert facts["complete"] is True
    assert facts["warnings"] == []


@everywhere
@by_every_transport
def test_kernels(run: Run, said: dict[str, own.Words], guest: str, transport: str) -> None:
    facts = facts_of(run, guest, transport)
    running = said[guest].line("uname", "-r")
    kernels = facts["kernels"]
    assert kernels["installed"] == [running]  # an image has one kernel
    assert kernels["next"] == kernels["running"]
    assert kernels["next_known_by"] == "newest"
    assert (kernels["running"]["release"], kernels["running"]["dkms_state"]) == (running, "installed")
    assert kernels["running"]["headers"] is True
    for name, module in kernels["running"]["modules"].items():
        path = said[guest].line("modinfo", "-n", name)
        assert module == {"on_disk": True, "paths": [path], "path": path, "version": RELEASES[guest]}
    (entry,) = facts["dkms"]
    line = said[guest].line("dkms", "status")
    assert all(str(part) in line for part in (entry["name"], entry["version"], entry["kernel"], entry["state"]))


@everywhere
@by_every_transport
def test_instances(run: Run, guest: str, transport: str) -> None:
    facts = facts_of(run, guest, transport)
    assert tuple((entry["translator"], entry["name"], entry["netns"]) for entry in facts["instances"]) == own.PLACES


@everywhere
@by_every_transport
def test_configuration(run: Run, said: dict[str, own.Words], guest: str, transport: str) -> None:
    """Jool's console is another format than the one that the facts are made of."""
    facts = facts_of(run, guest, transport)
    for entry in facts["instances"]:
        place = {name: entry[name] for name in ("name", "netns", "translator", "framework")}
        assert place["framework"] == "netfilter"
        told = own.configuration(said[guest], entry["translator"], entry["name"], entry["netns"])
        assert entry["config"] == {**place, **told}
    nat = instance_of(facts, "nat", own.NAT)["config"]
    assert nat["global"]["tcp_est_timeout"] == 7440
    assert nat["global"]["udp_timeout"] == 300.25
    assert nat["global"]["mtu_plateaus"] == [1500, 1280, 576]
    assert len(nat["bib"]) == 2
    assert {row["max_iterations"] for row in nat["pool4"]} == {100, "auto", "infinity"}
    assert {row["port_range"] for row in nat["pool4"]} >= {"1000-2100", "80-80"}
    flat = instance_of(facts, "flat", own.SIIT)["config"]
    assert {row["ipv6_prefix"] for row in flat["eamt"]} == {"2001:db8:1::/120", "2001:db8:2::5/128"}
    assert set(flat["denylist4"]) == {"203.0.113.0/24", "198.51.100.128/25"}


@everywhere
@pytest.mark.skipif(not JOOL_INSTANCE.exists(), reason="jool_instance is not there yet")
@pytest.mark.parametrize("name", ["nat", "flat"])
def test_jool_instance_changes_nothing(run: Run, guest: str, name: str) -> None:
    result = run.results[guest][f"again_{name}"]
    assert not result.get("failed"), result.get("msg")
    assert result["changed"] is False


@everywhere
@by_every_transport
def test_statistics(run: Run, said: dict[str, own.Words], guest: str, transport: str) -> None:
    """No packet ever comes to the namespace: the counters rest."""
    statistics = instance_of(facts_of(run, guest, transport), "nat", own.NAT)["statistics"]
    told = own.counters(said[guest].of("jool", "-i", "nat", "stats", "display", "--all", netns=own.NAT))
    assert {name: counter["value"] for name, counter in statistics.items()} == told
    assert told["JSTAT_BIB_ENTRIES"] == 2
    assert all(counter["valid"] and len(counter["explanation"]) > 20 for counter in statistics.values())


@everywhere
@by_every_transport
def test_what_is_beside_jool(run: Run, said: dict[str, own.Words], guest: str, transport: str) -> None:
    facts = facts_of(run, guest, transport)
    namespaces = [entry["netns"] for entry in facts["sysctls"]]
    assert set(namespaces) == {entry["netns"] for entry in facts["instances"]}
    assert len(namespaces) == len(set(namespaces))
    for entry in facts["sysctls"]:
        for name, path in own.SYSCTLS.items():
            numbers = [
                int(word) for word in said[guest].line("cat", f"/proc/sys/net/{path}", netns=entry["netns"]).split()
            ]
            assert entry["parameters"][name] == (numbers if len(numbers) > 1 else numbers[0])
    links = {entry["interface"]: entry["features"] for entry in facts["offloads"] if entry["netns"] == ""}
    assert set(links) == set(own.LINKS)
    for link, features in links.items():
        told = [line.strip() for line in said[guest].of("ethtool", "-k", link)]
        for name, feature in features.items():
            line = f"{name.replace('_', '-')}: {'on' if feature and feature['enabled'] else 'off'}"
            assert any(found.startswith(line) for found in told) is (feature is not None), (link, name)
    assert links["to-client6"]["generic_receive_offload"]["enabled"] is False
    assert links["eth0"]["generic_receive_offload"]["enabled"] is True


@everywhere
@by_every_transport
def test_another_user_in_check_mode(run: Run, guest: str, transport: str) -> None:
    whole = instance_of(facts_of(run, guest, transport), "nat", own.NAT)
    brief = facts_of(run, guest, f"{transport}_become")
    assert [entry["config"] for entry in brief["instances"]] == [whole["config"]]
    assert brief["instances"][0]["statistics"] is None
    assert (brief["kernels"], brief["offloads"], brief["sysctls"]) == (None, None, None)


@everywhere
@pytest.mark.parametrize("transport", ["connection", "ssh"])
def test_a_host_needs_no_python(run: Run, guest: str, transport: str) -> None:
    facts, whole = (facts_of(run, guest, case) for case in (f"{transport}_no_python", transport))
    for part in ("tool", "module", "module_on_disk", "kernels", "dkms", "complete"):
        assert facts[part] == whole[part]
    assert facts["instances"] == [instance_of(whole, "flat", own.SIIT)]
    for part in ("offloads", "sysctls"):
        assert facts[part] == [entry for entry in whole[part] if entry["netns"] == own.SIIT]


@everywhere
@by_every_transport
def test_no_privilege(run: Run, guest: str, transport: str) -> None:
    """Instances are not known, the rest is."""
    facts, whole = facts_of(run, guest, f"{transport}_viewer"), facts_of(run, guest, transport)
    assert (facts["instances"], facts["complete"]) == (None, False)
    assert any("become: true" in warning for warning in facts["warnings"])
    for part in ("tool", "module", "siit_tool", "siit_module"):
        assert facts[part] == whole[part]
    assert [entry["netns"] for entry in facts["sysctls"]] == [""]
    assert facts["sysctls"][0] == whole["sysctls"][0]


@everywhere
@by_every_transport
def test_no_such_namespace(run: Run, guest: str, transport: str) -> None:
    result = run.results[guest][f"{transport}_no_namespace"]
    assert result["failed"] is True
    assert result["error"]["condition"] == "NoSuchNamespace", result["msg"]
    assert "ansible_facts" not in result


@pytest.mark.parametrize("core", ["2.21", "2.19"])
def test_as_a_facts_module(core: str, configured: None, chosen: dict[str, Guest], tmp_path: Path) -> None:
    """``gather_facts`` runs the module itself, on the host, and passes the action plugin by."""
    playbook = tmp_path / "playbook.yml"
    playbook.write_text(
        f"- hosts: {','.join(GUESTS)}\n"
        "  tasks:\n"
        "    - ansible.builtin.copy:\n"
        "        content: '{{ ansible_facts.jool | to_json }}'\n"
        f"        dest: '{tmp_path}/{{{{ inventory_hostname }}}}.json'\n"
        "        mode: '0600'\n"
        "      delegate_to: localhost\n"
        "      connection: local\n",
        encoding="utf-8",
    )
    words = ("ansible-playbook", "-i", str(INVENTORY), str(playbook))
    done = ansible(core, *words, environment={"ANSIBLE_FACTS_MODULES": "nat64.jool.jool_facts"})
    assert done.returncode == 0, done.stdout + done.stderr
    for guest in chosen:
        facts = json.loads((tmp_path / f"{guest}.json").read_text(encoding="utf-8"))
        assert (facts["transport"], facts["tool"]) == ("host", RELEASES[guest])
        assert instance_of(facts, "default")["config"]["global"]["pool6"] == "64:ff9b::/96"


@pytest.fixture(scope="module")
def later(run: Run, chosen: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    """Hosts on which something is missing, or comes."""
    runs: dict[str, Run] = {}
    kernel: dict[str, Any] = {"gather_subset": ["kernel"]}

    def look(name: str, **options: Any) -> None:
        cases = {"facts": facts_case(**options)}
        if name == "no_programs":
            # Each way to be another user has words of its own for a program that is not there.
            cases |= {
                f"{transport}_become": facts_case(OPERATOR, transport=transport, **options) for transport in TRANSPORTS
            }
        runs[name] = ask("2.21", cases, tmp_path_factory.mktemp(name), GUESTS)

    try:
        look("everywhere", gather_subset=["instances"])
        give_back(run, chosen)
        look("copy", gather_subset=["instances"], netns=[own.COPY])
        for guest in chosen.values():
            guest.run("sh", "-c", RESET)
        look("reset", gather_subset=["statistics"], netns=[own.RESET])
        for guest in chosen.values():
            guest.run("sh", "-c", f": >/boot/vmlinuz-{NEXT_KERNEL}")
        look("next_kernel", **kernel)
        for guest in chosen.values():
            guest.run("sh", "-c", f"mkdir -p /boot/grub && printf %s {shlex.quote(menu(guest))} >/boot/grub/grub.cfg")
            guest.run("sh", "-c", r"printf 'saved_entry=here\n' >/boot/grub/grubenv")
        look("grub", **kernel)
        for guest in chosen.values():
            guest.run("sh", "-c", f"rm -rf /boot/vmlinuz-{NEXT_KERNEL} /boot/grub")
            guest.run("sh", "-c", HIDE)
        look("no_programs", gather_subset=["kernel", "offloads"], netns=[""])
        for guest in chosen.values():
            guest.run("sh", "-c", SHOW)
        look("no_tool", jool_path="/no/jool", jool_siit_path="/no/jool_siit", gather_subset=["instances"])
        for guest in chosen.values():
            guest.run("sh", "-c", own.CLEAN_UP, check=False)
            guest.traffic("clear")
            guest.run("modprobe", "-r", "jool")
        look("not_loaded", gather_subset=["kernel", "instances", "statistics"])
        look("bare", jool_path="/no/jool", jool_siit_path="/no/jool_siit", gather_subset=["instances"])
        yield runs
    finally:
        for guest in chosen.values():
            guest.run("sh", "-c", f"{SHOW}rm -rf /boot/vmlinuz-{NEXT_KERNEL} /boot/grub")
            guest.run("sh", "-c", own.CLEAN_UP, check=False)
            guest.restore()


RESET = f"""set -e
in_reset() {{ ip netns exec {own.RESET} jool "$@"; }}
echo '{{"instance": "reset", "framework": "netfilter", "global": {{"pool6": "64:ff9b::/96"}},
 "pool4": [{{"protocol": "TCP", "prefix": "192.0.2.1", "port range": "80-90"}}]}}' >/run/reset.conf
in_reset file handle /run/reset.conf
in_reset -i reset bib add --tcp 2001:db8::5#80 192.0.2.1#80
in_reset file handle /run/reset.conf
in_reset -i reset bib remove --tcp 2001:db8::5#80 192.0.2.1#80
rm /run/reset.conf
"""
"""Replacing a configuration resets the counters while an entry lives on; then the entry goes."""


def menu(guest: Guest) -> str:
    running = guest.run("uname", "-r").strip()
    return (
        'set default="${saved_entry}"\n'
        f"menuentry 'The newest' {{\n\tlinux /boot/vmlinuz-{NEXT_KERNEL} ro\n}}\n"
        f"menuentry 'The one that runs' --id here {{\n\tlinux /boot/vmlinuz-{running} ro\n}}\n"
    )


def give_back(run: Run, chosen: dict[str, Guest]) -> None:
    """What was read of both instances, to the kernel, in another namespace."""
    for name, guest in chosen.items():
        facts = facts_of(run, name, "connection")
        for tool, instance, netns in (("jool", "nat", own.NAT), ("jool_siit", "flat", own.SIIT)):
            text = own.jool_conf(instance_of(facts, instance, netns)["config"])
            guest.write("/run/copy.conf", text)
            guest.run("ip", "netns", "exec", own.COPY, tool, "file", "handle", "/run/copy.conf")
        guest.run("rm", "/run/copy.conf")


@everywhere
def test_every_instance_is_found(later: dict[str, Run], guest: str) -> None:
    facts = facts_of(later["everywhere"], guest, "facts")
    places = [(entry["name"], entry["netns"]) for entry in facts["instances"]]
    blue = [("blue", "blue")] if guest in WITH_BLUE else []
    assert sorted(places) == sorted([("default", ""), *blue, ("nat", own.NAT), ("flat", own.SIIT)])
    assert facts["complete"] is True


def unordered(config: dict[str, Any]) -> dict[str, Any]:
    """The kernel has the EAMT in a tree, whose order is up to the order in which it was filled."""
    eamt = config["eamt"]
    return {**config, "eamt": eamt and sorted(eamt, key=lambda row: str(row["ipv6_prefix"]))}


@everywhere
@pytest.mark.parametrize(("name", "netns"), [("nat", own.NAT), ("flat", own.SIIT)])
def test_what_is_given_back_is_read_again(later: dict[str, Run], run: Run, guest: str, name: str, netns: str) -> None:
    first = instance_of(facts_of(run, guest, "connection"), name, netns)["config"]
    second = instance_of(facts_of(later["copy"], guest, "facts"), name, own.COPY)["config"]
    assert unordered(second) == unordered({**first, "netns": own.COPY})


@everywhere
def test_a_count_below_zero_is_invalid(later: dict[str, Run], guest: str) -> None:
    statistics = instance_of(facts_of(later["reset"], guest, "facts"), "reset", own.RESET)["statistics"]
    counter = statistics["JSTAT_BIB_ENTRIES"]
    assert (counter["valid"], counter["value"], counter["printed"]) == (False, None, 2**64 - 1)
    assert statistics["JSTAT_SESSIONS"]["value"] == 0


@everywhere
def test_a_kernel_that_has_no_module(later: dict[str, Run], run: Run, guest: str) -> None:
    kernels = facts_of(later["next_kernel"], guest, "facts")["kernels"]
    running = facts_of(run, guest, "connection")["kernels"]["running"]["release"]
    nothing = {"on_disk": False, "paths": [], "path": None, "version": None}
    assert kernels["installed"] == [NEXT_KERNEL, running]
    assert kernels["next"] == {
        "release": NEXT_KERNEL,
        "headers": False,
        "dkms_state": "absent",
        "modules": {"jool": nothing, "jool_siit": nothing},
    }
    assert kernels["running"]["release"] == running
    assert kernels["running"]["modules"]["jool"]["version"] == RELEASES[guest]


@everywhere
def test_grub_says_what_starts(later: dict[str, Run], run: Run, guest: str) -> None:
    kernels = facts_of(later["grub"], guest, "facts")["kernels"]
    assert kernels["next"]["release"] == facts_of(run, guest, "connection")["kernels"]["running"]["release"]
    assert kernels["next_known_by"] == "grub_saved_entry"
    assert kernels["installed"][0] == NEXT_KERNEL


@everywhere
@pytest.mark.parametrize("case", ["facts", *(f"{transport}_become" for transport in TRANSPORTS)])
def test_programs_are_missing(later: dict[str, Run], guest: str, case: str) -> None:
    facts = facts_of(later["no_programs"], guest, case)
    kernel = facts["kernels"]["running"]
    assert (facts["dkms"], kernel["dkms_state"], facts["module_on_disk"]) == (None, None, None)
    assert kernel["modules"]["jool"]["on_disk"] is True
    assert [entry["features"] for entry in facts["offloads"]] == [None] * 3
    for name in HIDDEN:
        assert any(f"there is no program '{name}'" in warning for warning in facts["warnings"])
    assert (facts["complete"], facts["module"]) == (True, RELEASES[guest])


@everywhere
def test_the_tools_are_missing(later: dict[str, Run], guest: str) -> None:
    facts = facts_of(later["no_tool"], guest, "facts")
    assert (facts["tool"], facts["siit_tool"]) == (None, None)
    assert (facts["module"], facts["siit_module"]) == (RELEASES[guest], RELEASES[guest])
    assert (facts["instances"], facts["complete"]) == (None, False)


@everywhere
def test_the_module_is_not_loaded(later: dict[str, Run], guest: str) -> None:
    facts = facts_of(later["not_loaded"], guest, "facts")
    assert (facts["tool"], facts["module"], facts["siit_module"]) == (RELEASES[guest], None, None)
    assert facts["module_on_disk"] == RELEASES[guest]
    assert (facts["instances"], facts["complete"], facts["warnings"]) == ([], True, [])


@everywhere
def test_a_host_without_jool(later: dict[str, Run], guest: str) -> None:
    facts = facts_of(later["bare"], guest, "facts")
    assert (facts["tool"], facts["module"], facts["siit_tool"], facts["siit_module"]) == (None, None, None, None)
    assert (facts["instances"], facts["complete"], facts["warnings"]) == ([], True, [])
