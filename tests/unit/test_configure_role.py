# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role `configure`: what it refuses, the services it writes, and what these do with a model of Jool."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.plugins.module_utils.instance_options import ARGUMENT_SPEC
from ansible_collections.nat64.jool.tests.unit.config.model_host import instances, program
from ansible_collections.nat64.jool.tests.unit.test_connection_ansible import CORES, ROOT, each_core

ROLE = ROOT / "roles" / "configure"

GROUP = {"group": "233.252.0.64", "address": "198.18.9.1"}
EDGE: dict[str, Any] = {
    "name": "edge",
    "global": {"pool6": "64:ff9b::/96", "tcp_est_timeout": "2:04:00"},
    "pool4": [{"protocol": "tcp", "prefix": "192.0.2.1", "port_range": "61001-65535"}],
}
BLUE: dict[str, Any] = {
    "name": "blue",
    "netns": "blue",
    "translator": "siit",
    "after": ["netns-blue.service"],
    "eamt": [{"ipv6_prefix": "2001:db8:1::/120", "ipv4_prefix": "192.0.2.0/24"}],
}


def play(core: str, place: Path, hosts: Mapping[str, Any], tasks: list[Any] | None = None, *words: str) -> str:
    """Run the role in check mode, or tasks, on this machine under several names; what Ansible says, without line ends.

    :param hosts: name to variables.
    """
    own = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = {"all": {"hosts": {name: {**own, **variables} for name, variables in hosts.items()}}}
    (place / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    body: dict[str, Any] = {"tasks": tasks} if tasks else {"roles": ["nat64.jool.configure"]}
    playbook = [{"hosts": "all", "gather_facts": False, **body}]
    (place / "play.yml").write_text(yaml.safe_dump(playbook, sort_keys=False), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
        "ANSIBLE_HOME": str(place / "home"),
        "ANSIBLE_NOCOLOR": "1",
        "LC_ALL": "C.UTF-8",
    }
    command = [str(CORES[core] / "ansible-playbook"), "-i", "inventory.yml", "play.yml", *words]
    done = subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=300
    )  # fmt: skip
    return done.stdout + done.stderr


def tool(place: Path, release: str) -> Path:
    """A tool that knows its release."""
    path = place / f"jool-{release}"
    path.write_text(f"#!/bin/sh\necho {release}.0\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def renamed(*wanted: dict[str, Any]) -> list[dict[str, Any]]:
    """Many of a namespace, as only those of the framework iptables can be."""
    return [{**one, "name": f"i{number}", "framework": "iptables"} for number, one in enumerate(wanted)]


REFUSED: dict[str, tuple[Any, list[str]]] = {
    "no_name": ([{"translator": "siit"}], ["missing required arguments: name"]),
    "unknown_key": ([{**EDGE, "purge": False}], ["purge"]),
    "names": (
        [{**EDGE, "name": "a.b"}, {**EDGE, "name": "sixteen-letters-"}, {**EDGE, "netns": "../edge"}, EDGE],
        ["These do not: a.b, sixteen-letters-, ../edge."],
    ),
    "twice": ([EDGE, {**EDGE, "state": "absent"}, BLUE], ["more than once: nat64 edge, nat64 edge, siit blue blue."]),
    "hidden": (
        [EDGE, {**BLUE, "netns": ""}, {**BLUE, "name": "green"}, {**EDGE, "name": "rules", "framework": "iptables"}],
        ["iptables: edge in the namespace of the host, blue in the namespace of the host, green in blue."],
    ),
    "configurations": (
        renamed({}, {**EDGE, "eamt": BLUE["eamt"]}, {**EDGE, "global": {"pool6": "64:ff9b::/96", "tos": 256}}, EDGE),
        ["a NAT64 must have one", "only 'siit' does", "256 is not between"],
    ),
    "synchronisations": (
        renamed(
            {**BLUE, "synchronisation": GROUP},
            {**EDGE, "synchronisation": {"group": "233.252.0.64"}},
            {**EDGE, "synchronisation": {**GROUP, "interface": "eth1"}},
            {**EDGE, "synchronisation": {**GROUP, "group": "198.51.100.1"}},
            {**EDGE, "synchronisation": {**GROUP, "ttl": 256}},
        ),
        ["of 'i0.blue' takes", "of 'i1' takes", "of 'i2' takes", "of 'i3' takes", "of 'i4' takes systemd, a NAT64"],
    ),
}
"""A host to its instances, and to what it is told."""

# Members of a group, but for one.
MEMBERS = {"older": ("4.1.9", 6400), "newer": ("4.1.13", 6400), "elsewhere": ("4.1.5", 6401)}


@pytest.mark.parametrize("core", each_core())
def test_refused_before_anything_changes(core: str, tmp_path: Path) -> None:
    """All cases in one play, a host each; and members of one group whose releases differ."""
    refused = REFUSED if core == "this" else {}
    hosts: dict[str, Any] = {name: {"jool_instances": wanted} for name, (wanted, _sentences) in refused.items()}
    hosts["gone"] = {"jool_instances": [{**EDGE, "state": "absent"}]}  # needs no tool
    for name, (release, port) in MEMBERS.items():
        hosts[name] = {
            "jool_instances": [{**EDGE, "synchronisation": {**GROUP, "port": port}}],
            "configure_tools": {"nat64": str(tool(tmp_path, release))},
        }
    words = ("--check", "-e", "configure_manager_=systemd", "-e", f"configure_directory={tmp_path}/none")
    output = " ".join(play(core, tmp_path, hosts, None, *words).split())
    told: dict[str, str] = dict.fromkeys(hosts, "")
    failure = r"(?:fatal|failed): \[(\w+)\](.*?)(?= (?:fatal|failed|ok): \[|TASK \[|PLAY|\[ERROR\])"
    for name, text in re.findall(failure, output):
        told[name] += text
    for name, (_wanted, sentences) in refused.items():
        for sentence in sentences:
            assert sentence in told[name], f"{name}: {told[name]}"
    assert "and newer another release" in told["older"]
    assert "and older another release" in told["newer"]
    assert not told["elsewhere"]
    assert not told["gone"]
    changed = dict(re.findall(r"(\w+) : ok=\d+ changed=(\d+)", output))
    assert [name for name in changed if changed[name] != "0"] == ["elsewhere"]


# What is in the directory, and whether it goes with the instance.
LEFT = {
    "alone": (["nat64-edge.json", "synchronisation-edge.network.json", "synchronisation-edge.module.json"], True),
    "empty": ([], True),
    "other_translator": (["nat64-edge.json", "siit-edge.json"], False),
    "other_namespace": (["nat64-edge.json", "nat64-edge.blue.json"], False),
    "of_the_user": (["nat64-edge.json", "jool.conf"], False),
}


@pytest.mark.parametrize("core", each_core())
def test_the_directory_goes_with_the_last_instance(core: str, tmp_path: Path) -> None:
    hosts: dict[str, Any] = {}
    for name, (files, _goes) in LEFT.items():
        directory = tmp_path / name
        directory.mkdir()
        for file in files:
            (directory / file).touch()
        hosts[name] = {"jool_instances": [{**EDGE, "state": "absent"}], "configure_directory": str(directory)}
    output = play(core, tmp_path, hosts, None, "--check", "-e", "configure_manager_=systemd")
    assert "failed=1" not in output, output
    removal = output.partition("TASK [nat64.jool.configure : Remove the directory with the last of them]")[2]
    told = removal.partition("\nTASK ")[0]
    assert {name: f"changed: [{name}]" in told for name in LEFT} == {
        name: goes for name, (_files, goes) in LEFT.items()
    }


RENDER = """
- name: Write
  ansible.builtin.copy:
    content: "{{ lookup('ansible.builtin.template', role ~ '/templates/' ~ item.template) }}"
    dest: "{{ place }}/{{ item.file }}"
    mode: "0644"
  loop: "{{ files }}"
  vars:
    configure_instance: "{{ configure_wanted_[item.number] }}"
"""


def render(place: Path, wanted: list[Any], files: list[tuple[str, str, int]], **variables: Any) -> None:
    """Write files from the role's templates, without the role's tasks.

    :param files: template, name of the file, number of the instance.
    """
    told = [{"template": template, "file": file, "number": number} for template, file, number in files]
    settings = {
        **yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8")),
        **yaml.safe_load((ROLE / "vars" / "main.yml").read_text(encoding="utf-8")),
        "jool_instances": wanted,
        "files": told,
        "place": str(place),
        "role": str(ROLE),
        **variables,
    }
    output = play("this", place, {"host": settings}, yaml.safe_load(RENDER))
    assert "failed=0" in output, output


def lines(text: str, key: str) -> list[str]:
    """What a unit says under a key."""
    joined = text.replace("\\\n", " ")
    return [line.partition("=")[2] for line in joined.splitlines() if line.startswith(f"{key}=")]


def command(line: str) -> list[str]:
    """The words of a line with a shell command, as systemd reads them."""
    return shlex.split(line.replace("$$", "$").replace("%%", "%"))


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Units of three instances; one is synchronised by each of the two daemons, the first of an older release, too."""
    place = tmp_path_factory.mktemp("units")
    old, new = "4.1.12.0", "4.1.13.0"
    synchronised = [{**EDGE, "synchronisation": GROUP, "force": True}, BLUE]
    files = [
        ("instance.service.j2", "jool-nat64-edge.service", 0),
        ("instance.service.j2", "jool-siit-blue.blue.service", 1),
        ("synchronisation.service.j2", "jool-synchronisation-edge.service", 0),
        ("joold-network.json.j2", "network.json", 0),
        ("joold-module.json.j2", "module.json", 0),
    ]
    render(place, synchronised, files, configure_release_=old)
    (place / "silent").mkdir()
    silent = [("synchronisation.service.j2", "silent/jool-synchronisation-edge.service", 0)]
    render(place, synchronised, silent, configure_release_="4.1.10.0")
    (place / "proxy").mkdir()
    proxied = [{**EDGE, "netns": "red", "synchronisation": {"group": "ff02::64", "interface": "eth1", "port": 26000}}]
    files = [
        ("instance.service.j2", "proxy/jool-nat64-edge.red.service", 0),
        ("synchronisation.service.j2", "proxy/jool-synchronisation-edge.red.service", 0),
    ]
    render(place, proxied, files, configure_release_=new)
    return place


def test_units(units: Path) -> None:
    edge = (units / "jool-nat64-edge.service").read_text(encoding="utf-8")
    blue = (units / "jool-siit-blue.blue.service").read_text(encoding="utf-8")
    assert lines(edge, "NetworkNamespacePath") == []
    assert lines(blue, "NetworkNamespacePath") == ["/run/netns/blue"]
    assert lines(blue, "Wants") == ["netns-blue.service"]
    assert lines(edge, "ExecStartPre") == ["+/sbin/modprobe jool"]
    assert lines(blue, "ExecStartPre") == ["+/sbin/modprobe jool_siit"]
    assert lines(edge, "ExecReload") == ["/bin/sh -c 'exec jool file handle /etc/jool/nat64-edge.json --force'"]
    assert lines(blue, "ExecReload") == ["/bin/sh -c 'exec jool_siit file handle /etc/jool/siit-blue.blue.json'"]
    for unit in units.rglob("*.service"):
        text = unit.read_text(encoding="utf-8")
        assert lines(text, "CapabilityBoundingSet") == ["CAP_NET_ADMIN"]
        assert len(lines(text, "RestrictAddressFamilies")) == 1


def test_units_of_synchronisation(units: Path) -> None:
    joold = (units / "jool-synchronisation-edge.service").read_text(encoding="utf-8")
    (start,), (post,) = lines(joold, "ExecStart"), lines(joold, "ExecStartPost")
    files = ["/etc/jool/synchronisation-edge.network.json", "/etc/jool/synchronisation-edge.module.json"]
    assert command(start)[2] == f"exec joold {' '.join(files)}"
    assert command(post)[2].endswith("exec jool -i edge joold advertise")
    silent = (units / "silent" / "jool-synchronisation-edge.service").read_text(encoding="utf-8")
    assert (lines(silent, "ExecStart"), lines(silent, "ExecStartPost")) == ([start], [])
    assert json.loads((units / "network.json").read_text(encoding="utf-8")) == {
        "multicast address": "233.252.0.64",
        "multicast port": "6400",
        "in interface": "198.18.9.1",
        "out interface": "198.18.9.1",
        "reuseaddr": 1,
        "ttl": 1,
    }
    assert json.loads((units / "module.json").read_text(encoding="utf-8")) == {"instance": "edge"}
    proxy = (units / "proxy" / "jool-synchronisation-edge.red.service").read_text(encoding="utf-8")
    (start,), (post,) = lines(proxy, "ExecStart"), lines(proxy, "ExecStartPost")
    ways = "--net.mcast.port 26000 --net.ttl 1 --net.dev.in eth1 --net.dev.out eth1 ff02::64"
    assert command(start)[2] == f"exec jool -i edge session proxy {ways}"
    assert command(post)[2].endswith("exec jool -i edge session advertise")
    assert ":6590 " in post  # the port as the kernel shows it
    assert lines(proxy, "BindsTo") == lines(proxy, "WantedBy") == ["jool-nat64-edge.red.service"]
    for one in (joold, proxy):
        script = command(lines(one, "ExecStartPost")[0])[2]
        assert subprocess.run(["sh", "-n", "-c", script], check=False).returncode == 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd")
def test_systemd_reads_the_units(units: Path) -> None:
    """Every key is known, every value is read; what programs and units this machine lacks is no matter."""
    for place in (units, units / "proxy"):
        names = sorted(str(unit) for unit in place.glob("*.service"))
        done = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True, check=False)
        about_ours = [line for line in done.stderr.splitlines() if "/units" in line or line.startswith("jool-")]
        assert [line for line in about_ours if "is not executable" not in line] == []


# What a boot, a second start and a stop do, by the lines of the unit and by the two other kinds of service.
SHELL = {
    "openrc": 'ebegin() { :; }; eend() { return "$1"; }; modprobe() { :; }; . "$1"; "$2"',
    "procd": 'modprobe() { :; }; . "$1"; "$2"',
}


@pytest.mark.parametrize("kind", ["systemd", *SHELL])
def test_what_a_service_does(kind: str, tmp_path: Path) -> None:
    host = tmp_path / "host"
    host.mkdir()
    document = {"instance": "edge", "framework": "netfilter", "global": {"pool6": "64:ff9b::/96"}}
    (tmp_path / "nat64-edge.json").write_text(json.dumps(document), encoding="utf-8")
    settings = {"configure_tools": {"nat64": str(program(host))}, "configure_directory": str(tmp_path)}
    template = "instance.service.j2" if kind == "systemd" else f"instance.{kind}.j2"
    render(tmp_path, [EDGE], [(template, "service", 0)], configure_release_="4.1.9.0", **settings)

    def run(what: str) -> None:
        words = ["sh", "-c", SHELL.get(kind, ""), "sh", str(tmp_path / "service"), what]
        if kind == "systemd":
            key = {"start": "ExecStart", "stop": "ExecStop"}[what]
            words = command(lines((tmp_path / "service").read_text(encoding="utf-8"), key)[0])
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    run("start")
    assert list(instances(host)) == ["edge"]
    log = json.loads((host / "state.json").read_text(encoding="utf-8"))["log"]
    run("start")  # what runs is left as it is
    again = json.loads((host / "state.json").read_text(encoding="utf-8"))["log"][len(log) :]
    assert not [words for words in again if "file" in words]
    run("stop")
    assert instances(host) == {}
    run("stop")  # nothing to stop


def test_what_is_documented_is_what_there_is() -> None:
    specs = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    told = specs["argument_specs"]["main"]["options"]
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    assert set(told) == {*defaults, "jool_instances"}
    for name, value in defaults.items():
        assert told[name]["default"] == value, name
    # An instance has the options of the module, but those that the role decides itself.
    item = told["jool_instances"]["options"]
    decided = {"purge", "release", "jool_path"}
    assert set(item) == set(ARGUMENT_SPEC) - decided | {"after", "synchronisation"}
    for name, option in ARGUMENT_SPEC.items():
        if name not in decided | {"state", "translator"}:
            for key in ("type", "elements", "choices", "default"):
                assert key == "default" or option.get(key) == item[name].get(key), f"{name}: {key}"
            if "default" in option:
                assert item[name]["default"] == option["default"], name
    verify = ARGUMENT_SPEC["verify"]["options"]
    assert {name: {key: value for key, value in option.items() if key != "description"}
            for name, option in item["verify"]["options"].items()} == verify  # fmt: skip
    text = (ROOT / "docs" / "configure.md").read_text(encoding="utf-8")
    for name in [*told, *item, *item["synchronisation"]["options"]]:
        assert f"`{name}`" in text, name
