# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts made of recorded outputs of Jool, one of each release that has instances, and what the module held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.nat64.jool.plugins.module_utils.facts.host_facts import Tools, gather_host
from ansible_collections.nat64.jool.plugins.module_utils.facts.host_question import HOST_SUBSETS, HostQuestion
from ansible_collections.nat64.jool.tests.unit.corpus import CAPTURES, Capture
from ansible_collections.nat64.jool.tests.unit.replay import Answer, ReplayTransport, version

Answers = dict[str, "Answer | list[Answer]"]

VERSIONS = {"4.0.1": "4.0.1.0", "4.1.9": "4.1.9.0", "4.1.15": "4.1.15.0"}
"""Release to what its tool and its module print of it."""

KERNEL = "6.1.0-56-cloud-amd64"

SYSCTL = (
    "sysctl -e net.ipv4.ip_forward net.ipv6.conf.all.forwarding net.ipv4.conf.all.rp_filter"
    " net.ipv4.conf.default.rp_filter net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports"
)

LISTENING = "ss -H -l -n -t -u"
ADDRESSES = "ip -4 -o address show scope global"


def capture(release: str, case: str) -> Capture:
    (found,) = [one for one in CAPTURES if (one.release, one.case) == (release, case)]
    return found


def answer(release: str, case: str) -> Answer:
    found = capture(release, case)
    return Answer(found.stdout, found.stderr, found.exit_code)


def listing(*rows: str) -> Answer:
    return Answer("".join(f"{row}\n" for row in ("Namespace,Name,Framework", *rows)).encode())


def nat64(release: str, name: str = "default", netns: str = "", **cases: str) -> Answers:
    """The answers of one NAT64 instance.

    :param cases: other captures: ``bib_tcp="bib-cut-csv"``.
    """
    tool = f"ip netns exec {netns} jool -i {name}" if netns else f"jool -i {name}"
    told = {"global": "global-changed-csv", "stats": "stats-all-explain-csv", "probe": "stats-csv"}
    for protocol in ("tcp", "udp", "icmp"):
        told[f"pool4_{protocol}"] = f"pool4-{protocol}-csv"
        told[f"bib_{protocol}"] = f"bib-{protocol}-csv"
    told.update(cases)
    return {
        f"{tool} stats display --csv": answer(release, told["probe"]),
        f"{tool} stats display --all --explain --csv": answer(release, told["stats"]),
        f"{tool} global display --csv": answer(release, told["global"]),
        **{
            f"{tool} pool4 display --{protocol} --csv": answer(release, told[f"pool4_{protocol}"])
            for protocol in ("tcp", "udp", "icmp")
        },
        **{
            f"{tool} bib display --{protocol} --numeric --csv": answer(release, told[f"bib_{protocol}"])
            for protocol in ("tcp", "udp", "icmp")
        },
    }


def siit(release: str, name: str = "stateless", netns: str = "") -> Answers:
    """The answers of one SIIT instance."""
    tool = f"ip netns exec {netns} jool_siit -i {name}" if netns else f"jool_siit -i {name}"
    denylist = "blacklist4" if release == "4.0.1" else "denylist4"
    return {
        f"{tool} stats display --csv": answer(release, "stats-siit-csv"),
        f"{tool} stats display --all --explain --csv": answer(release, "stats-all-explain-csv"),
        f"{tool} global display --csv": answer(release, "global-siit-changed-csv"),
        f"{tool} eamt display --csv": answer(release, "siit-eamt-csv"),
        f"{tool} {denylist} display --csv": answer(release, f"siit-{denylist}-csv"),
    }


def system(**more: Answer) -> Answers:
    """The answers of a Debian without GRUB."""
    kernel = KERNEL
    modules = f"/lib/modules/{kernel}"
    return {
        "uname -r": Answer(f"{kernel}\n".encode()),
        "ls -1 /boot": Answer(f"config-{kernel}\nvmlinuz-{kernel}\n".encode()),
        "cat /etc/os-release": Answer(b'NAME="Debian GNU/Linux"\nID=debian\n'),
        f"ls -1 {modules}/build/Makefile": Answer(f"{modules}/build/Makefile\n".encode()),
        f"find {modules} -name jool*.ko*": Answer(
            f"{modules}/updates/dkms/jool_common.ko\n{modules}/updates/dkms/jool.ko\n".encode()
        ),
        f"modinfo -k {kernel} jool": Answer(
            f"filename:       {modules}/updates/dkms/jool.ko\nversion:        4.1.9.0\n".encode()
        ),
        "dkms status": Answer(f"jool-dkms/4.1.9, {kernel}, x86_64: installed\n".encode()),
        "ip -o link show up": Answer(
            b"1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN\\    link/loopback\n"
            b"2: eth0: <BROADCAST,UP> mtu 1500 qdisc fq state UP\\    link/ether\n"
        ),
        "ethtool -k eth0": Answer(b"Features for eth0:\ngeneric-receive-offload: on\n"),
        LISTENING: Answer(b"tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\nudp UNCONN 0 0 192.0.2.1:53 0.0.0.0:*\n"),
        ADDRESSES: Answer(
            b"2: eth0    inet 192.0.2.1/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever\n"
        ),
        SYSCTL: Answer(b"net.ipv4.ip_forward = 1\nnet.ipv4.ip_local_port_range = 32768\t60999\n"),
        **more,
    }


def host(release: str = "4.1.9", nat64_rows: tuple[str, ...] = (), siit_rows: tuple[str, ...] = ()) -> Answers:
    """A host with both tools and both modules.

    :param nat64_rows: of the listing: ``("ab0,default,netfilter",)``.
    """
    printed = version(VERSIONS[release])
    return {
        "jool --version": printed,
        "jool_siit --version": printed,
        "cat /sys/module/jool/version": printed,
        "cat /sys/module/jool_siit/version": printed,
        "jool instance display --csv": listing(*nat64_rows),
        "jool_siit instance display --csv": listing(*siit_rows),
        **system(),
    }


def ask(answers: Mapping[str, Any], *subsets: str, netns: tuple[str, ...] | None = None) -> dict[str, Any]:
    """The facts of a host."""
    question = HostQuestion(frozenset(subsets or HOST_SUBSETS), netns)
    return gather_host(ReplayTransport(answers), question, Tools())
