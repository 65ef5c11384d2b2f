# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a guest says of itself, read without any code of the collection: from Jool's console and from /proc and /sys."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.nat64.jool.tests.integration.guests import Guest

NAT, SIIT, COPY, RESET = "facts-nat", "facts-siit", "facts-copy", "facts-reset"
"""Network namespaces that the tests make, and remove."""

SET_UP = f"""set -e
modprobe jool_siit
ip netns add {NAT}; ip netns add {SIIT}; ip netns add {RESET}; ip netns add {COPY}
in_nat() {{ ip netns exec {NAT} jool "$@"; }}
in_nat instance add nat --netfilter --pool6 2001:db8:64::/96
in_nat -i nat pool4 add --tcp 192.0.2.8 1000-2000 --mark 7 --max-iterations 100
in_nat -i nat pool4 add --tcp 192.0.2.8 2001-2100 --mark 7
in_nat -i nat pool4 add --tcp 192.0.2.11 100-200
in_nat -i nat pool4 add --udp 192.0.2.9 5000-5100
in_nat -i nat pool4 add --udp 192.0.2.10 80
in_nat -i nat pool4 add --icmp 192.0.2.9 0-65535 --max-iterations infinity
in_nat -i nat bib add --tcp 2001:db8::5#80 192.0.2.11#180
in_nat -i nat bib add --udp 2001:db8::6#53 192.0.2.9#5053
in_nat -i nat global update tcp-est-timeout 2:04:00
in_nat -i nat global update udp-timeout 0:05:00.250
in_nat -i nat global update mtu-plateaus 576,1500,1280
in_nat -i nat global update address-dependent-filtering true
in_nat -i nat global update f-args 8
in_nat -i nat global update ss-flush-deadline 1500
in_siit() {{ ip netns exec {SIIT} jool_siit "$@"; }}
in_siit instance add flat --netfilter --pool6 64:ff9b::/96
in_siit -i flat eamt add 2001:db8:1::/120 192.0.2.0/24
in_siit -i flat eamt add 2001:db8:2::5 198.51.100.5
in_siit -i flat denylist4 add 203.0.113.0/24
in_siit -i flat denylist4 add 198.51.100.128/25
in_siit -i flat global update rfc6791v4-prefix 192.0.2.77
in_siit -i flat global update amend-udp-checksum-zero true
"""

CLEAN_UP = f"""for netns in {NAT} {SIIT} {COPY} {RESET}; do ip netns del $netns; done
n=0; until modprobe -r jool_siit || [ $n -gt 20 ]; do n=$((n+1)); sleep 1; done
"""


MARK = "=== said by the guest"


class Words:
    """What a guest said, once, of what does not change while the facts are compared with it.

    Each command is a connection of its own, which takes an emulated guest many seconds: so all are run with one.
    """

    def __init__(self, guest: Guest) -> None:
        commands = list(dict.fromkeys(_commands()))
        script = "\n".join(f"echo {shlex.quote(MARK)}; {shlex.join(argv)}" for argv in commands)
        _nothing, *parts = guest.run("sh", "-c", script).split(f"{MARK}\n")
        self._said = dict(zip(commands, (part.splitlines() for part in parts)))
        assert len(parts) == len(commands)

    def of(self, *argv: str, netns: str = "") -> list[str]:
        """The lines of a command."""
        return self._said[_in(netns, argv)]

    def line(self, *argv: str, netns: str = "") -> str:
        """The only line of a command."""
        (line,) = self.of(*argv, netns=netns)
        return line


def _in(netns: str, argv: tuple[str, ...]) -> tuple[str, ...]:
    return ("ip", "netns", "exec", netns, *argv) if netns else argv


PLACES = (("nat64", "default", ""), ("nat64", "nat", NAT), ("siit", "flat", SIIT))
"""Translator, instance and namespace that are compared."""

SYSCTLS = {
    "net.ipv4.ip_forward": "ipv4/ip_forward",
    "net.ipv6.conf.all.forwarding": "ipv6/conf/all/forwarding",
    "net.ipv4.conf.all.rp_filter": "ipv4/conf/all/rp_filter",
    "net.ipv4.ip_local_port_range": "ipv4/ip_local_port_range",
}
"""Name to its place below /proc/sys/net."""

LINKS = ("eth0", "to-client6", "to-server4")


def _commands() -> Iterator[tuple[str, ...]]:
    yield from (("jool", "--version"), ("cat", "/sys/module/jool/version"), ("modinfo", "-F", "version", "jool"))
    yield from (("uname", "-r"), ("modinfo", "-n", "jool"), ("modinfo", "-n", "jool_siit"), ("dkms", "status"))
    yield from (("ethtool", "-k", link) for link in LINKS)
    yield _in(NAT, ("jool", "-i", "nat", "stats", "display", "--all"))
    for translator, name, netns in PLACES:
        yield from (_in(netns, ("cat", f"/proc/sys/net/{path}")) for path in SYSCTLS.values())
        tool = ("jool" if translator == "nat64" else "jool_siit", "-i", name)
        yield _in(netns, (*tool, "global", "display"))
        if translator == "siit":
            yield from (_in(netns, (*tool, mode, "display")) for mode in ("eamt", "denylist4"))
            continue
        for flag in PROTOCOL_FLAGS:
            yield _in(netns, (*tool, "pool4", "display", flag))
            yield _in(netns, (*tool, "bib", "display", flag, "--numeric"))


PROTOCOL_FLAGS = ("--tcp", "--udp", "--icmp")


def parameters(lines: list[str]) -> dict[str, Any]:
    """The console of ``global display``, by names with underscores."""
    pairs = (line.strip().partition(": ") for line in lines if line.strip())
    return {name.replace("-", "_"): _value(name, text) for name, _colon, text in pairs}


def _value(name: str, text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if text == "(unset)":
        return None
    if text.endswith("(HH:MM:SS)"):
        hours, minutes, seconds = text.split(maxsplit=1)[0].split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    if name == "mtu-plateaus":
        return [int(number) for number in text.split(",")]
    number = re.match(r"\d+(?= |$)", text)
    return int(number.group()) if number else text


def pool4(lines: list[str]) -> list[dict[str, Any]]:
    """The console of ``pool4 display``: only the first row of a group says of which it is."""
    rows, group = [], ("", "", "")
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("+") or cells[0] == "Mark":
            continue
        if cells[0]:
            group = (cells[0], cells[1], cells[2])
        mark, protocol, iterations = group
        number, _space, kind = iterations.partition(" ")
        ports = cells[4].replace(" ", "")
        rows.append(
            {
                "protocol": protocol.lower(),
                "prefix": cells[3],
                "port_range": ports,
                "mark": int(mark),
                "max_iterations": "auto" if "auto" in kind else "infinity" if number == "Infinite" else int(number),
            }
        )
    return rows


def static_bib(lines: list[str]) -> list[dict[str, str]]:
    """The console of ``bib display``."""
    found = (re.fullmatch(r"\[Static (\w+)\] (\S+) - (\S+)", line) for line in lines)
    return [
        {"protocol": match[1].lower(), "ipv6_address": match[3], "ipv4_address": match[2]} for match in found if match
    ]


def cells(lines: list[str]) -> list[list[str]]:
    """The rows of a console table, without the heading."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in rows if "Prefix" not in row[0]]


def configuration(said: Words, translator: str, name: str, netns: str) -> dict[str, Any]:
    """The configuration of an instance in the shape that the facts have, but for its name, namespace and framework."""
    tool = ("jool" if translator == "nat64" else "jool_siit", "-i", name)
    found: dict[str, Any] = {"global": parameters(said.of(*tool, "global", "display", netns=netns))}
    if translator == "siit":
        mappings = [
            {"ipv6_prefix": six, "ipv4_prefix": four}
            for six, four in cells(said.of(*tool, "eamt", "display", netns=netns))
        ]
        denied = [row[0] for row in cells(said.of(*tool, "denylist4", "display", netns=netns))]
        return {**found, "pool4": None, "bib": None, "eamt": mappings, "denylist4": denied}
    ranges = [row for flag in PROTOCOL_FLAGS for row in pool4(said.of(*tool, "pool4", "display", flag, netns=netns))]
    bib = [
        row
        for flag in PROTOCOL_FLAGS
        for row in static_bib(said.of(*tool, "bib", "display", flag, "--numeric", netns=netns))
    ]
    return {**found, "pool4": ranges, "bib": bib, "eamt": None, "denylist4": None}


def counters(lines: list[str]) -> dict[str, int]:
    """The console of ``stats display --all``."""
    return {name: int(value) for name, _colon, value in (line.partition(": ") for line in lines if line)}


TIMEOUTS = ("tcp_est_timeout", "tcp_trans_timeout", "udp_timeout", "icmp_timeout")


def jool_conf(config: Mapping[str, Any]) -> str:
    """A configuration as the file that ``jool file handle`` takes."""
    parameters = {
        name.replace("_", "-"): f"0:00:{value:.3f}" if name in TIMEOUTS else value
        for name, value in config["global"].items()
    }
    document: dict[str, Any] = {"instance": config["name"], "framework": config["framework"], "global": parameters}
    if config["pool4"] is not None:
        document["pool4"] = [
            {**row, "port range": row["port_range"], "max-iterations": row["max_iterations"]} for row in config["pool4"]
        ]
        for row in document["pool4"]:
            del row["port_range"], row["max_iterations"]
        document["bib"] = [
            {
                "protocol": row["protocol"],
                "ipv6 address": row["ipv6_address"],
                "ipv4 address": row["ipv4_address"],
            }
            for row in config["bib"]
        ]
    else:
        document["eamt"] = [
            {"ipv6 prefix": row["ipv6_prefix"], "ipv4 prefix": row["ipv4_prefix"]} for row in config["eamt"]
        ]
        document["denylist4"] = config["denylist4"]
    return json.dumps(document)
