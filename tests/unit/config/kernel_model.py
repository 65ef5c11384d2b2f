# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A model of Jool 4: its command line, its rules and its tables, in memory or behind a program.

Written from the reference of Jool's own sources, and not from the code that is tested. As a program it keeps its
state in a file: ``python kernel_model.py STATE arguments of jool``.
"""

from __future__ import annotations

import ipaddress
import json
import sys
from pathlib import Path
from typing import Any

DEFAULTS: dict[str, Any] = {
    "manually-enabled": "TRUE",
    "pool6": "64:ff9b::/96",
    "lowest-ipv6-mtu": "1280",
    "logging-debug": "FALSE",
    "tos": "0",
    "mtu-plateaus": '"65535,32000,17914,8166,4352,2002,1492,1006,508,296,68"',
}
NAT64: dict[str, Any] = {
    "address-dependent-filtering": "FALSE",
    "f-args": "11",
    "tcp-est-timeout": "2:00:00",
    "tcp-trans-timeout": "0:04:00",
    "udp-timeout": "0:05:00",
    "icmp-timeout": "0:01:00",
    "maximum-simultaneous-opens": "10",
    "ss-enabled": "FALSE",
}
SIIT: dict[str, Any] = {"eam-hairpin-mode": "intrinsic", "rfc6791v4-prefix": "", "rfc6791v6-prefix": ""}


class Refused(Exception):
    """The kernel says no."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def fresh(translator: str, framework: str) -> dict[str, Any]:
    parameters = {**DEFAULTS, **(NAT64 if translator == "nat64" else SIIT)}
    return {
        "translator": translator,
        "framework": framework,
        "global": parameters,
        "pool4": [],
        "bib": [],
        "eamt": [],
        "denylist4": [],
        "sessions": [],
        "stats": 1,
    }


def printed(value: Any) -> str:
    """A value of the file or the command line, as a display in CSV has it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, list):
        return '"' + ",".join(map(str, value)) + '"'
    if value is None or value == "null":
        return ""
    if value in ("true", "false"):
        return str(value).upper()
    return str(value)


class JoolModel:
    """One host.

    :ivar instances: name to tables.
    :ivar log: the commands that change something.
    """

    def __init__(self, translator: str = "nat64", version: str = "4.1.9.0") -> None:
        self.translator = translator
        self.version = version
        self.instances: dict[str, dict[str, Any]] = {}
        self.log: list[str] = []

    def run(self, words: list[str]) -> tuple[int, str, str]:
        """Status, output and error output of a command without its first word."""
        name = "default"
        if words[:1] == ["-i"]:
            name, words = words[1], words[2:]
        try:
            if words == ["--version"]:
                return 0, self.version + "\n", ""
            if words[1] != "display":
                self.log.append(" ".join(words))
            return 0, self._answer(name, words), ""
        except Refused as error:
            return error.status, "", f"Error: The kernel module returned error {error.status}: {error}\n"

    def _answer(self, name: str, words: list[str]) -> str:
        if words[:2] == ["instance", "display"]:
            rows = [f"ab0,{key},{one['framework']}\n" for key, one in self.instances.items()]
            return "Namespace,Name,Framework\n" + "".join(rows)
        if words[:2] == ["file", "handle"]:
            self._handle(json.loads(Path(words[-1]).read_text()))
            return ""
        if name not in self.instances:
            text = f"This namespace lacks an instance named '{name}'."
            raise Refused(3, "The requested instance does not exist." if words[0] == "instance" else text)
        if words[:2] == ["instance", "remove"]:
            del self.instances[name]
            return ""
        method = getattr(self, f"_{words[0]}_{words[1]}")
        answer: str = method(self.instances[name], [word for word in words[2:] if word not in ("--csv", "--force")])
        return answer

    def _handle(self, document: dict[str, Any]) -> None:
        name = document["instance"]
        old = self.instances.get(name)
        new = fresh(self.translator, document["framework"])
        if self.translator == "nat64" and "pool6" not in document["global"]:
            raise Refused(22, "pool6 is mandatory in NAT64 instances.")
        if old and (old["framework"] != new["framework"]):
            raise Refused(22, "Sorry; you can't change an instance's framework for now.")
        for key, value in document["global"].items():
            self._set(new, key, value)
        if old and self.translator == "nat64" and old["global"]["pool6"] != new["global"]["pool6"]:
            raise Refused(22, "Sorry; you can't change a NAT64 instance's pool6 for now.")
        for entry in document.get("pool4", []):
            ports = entry.get("port range", "61001-65535")
            low, _dash, high = ports.partition("-")
            mark = entry.get("mark", 0)
            mark = mark if mark <= 2147483647 else 0
            self._add(new, mark, entry["protocol"].lower(), entry["prefix"], int(low), int(high or low))
            if "max-iterations" in entry:
                self._iterate(new, mark, entry["protocol"].lower(), entry["max-iterations"])
        if old:
            new["bib"], new["sessions"] = old["bib"], old["sessions"]
        else:
            for entry in document.get("bib", []):
                self._bind(new, entry["protocol"].lower(), entry["ipv6 address"], entry["ipv4 address"])
        for entry in document.get("eamt", []):
            self._eamt_add(new, [entry["ipv6 prefix"], entry["ipv4 prefix"]])
        new["denylist4"] = list(document.get("denylist4", []))
        new["stats"] = 0
        self.instances[name] = new

    def _set(self, one: dict[str, Any], key: str, value: Any) -> None:
        if key not in one["global"]:
            raise Refused(234, f"Unknown tag: '{key}'")
        one["global"][key] = printed(value)

    def _global_display(self, one: dict[str, Any], _words: list[str]) -> str:
        return "Field,Value\n" + "".join(f"{key},{value}\n" for key, value in one["global"].items())

    def _global_update(self, one: dict[str, Any], words: list[str]) -> str:
        key, value = words
        if self.translator == "nat64":
            if key == "pool6":
                raise Refused(22, "Sorry; you can't change a NAT64 instance's pool6 for now.")
            for entry in one["bib"]:
                if not self._in_pool4(one, entry[0], entry[2]):
                    raise Refused(22, f"{entry[0]} BIB transport address '{entry[2]}' does not belong to pool4.")
        self._set(one, key, f'"{value}"' if key == "mtu-plateaus" else value)
        return ""

    def _add(self, one: dict[str, Any], mark: int, protocol: str, prefix: str, low: int, high: int) -> None:
        for address in ipaddress.IPv4Network(prefix):
            mine = [e for e in one["pool4"] if e[:3] == [mark, protocol, str(address)]]
            iterations = next((e[5] for e in one["pool4"] if e[:2] == [mark, protocol]), "auto")
            ports = {port for e in mine for port in (e[3], e[4])}
            assert len(ports) <= 2 * len(mine)
            spans = sorted([(e[3], e[4]) for e in mine] + [(low, high)])
            joined: list[list[int]] = []
            for first, last in spans:
                if joined and first <= joined[-1][1] + 1:
                    joined[-1][1] = max(joined[-1][1], last)
                else:
                    joined.append([first, last])
            one["pool4"] = [e for e in one["pool4"] if e not in mine]
            one["pool4"] += [[mark, protocol, str(address), first, last, iterations] for first, last in joined]

    @staticmethod
    def _iterate(one: dict[str, Any], mark: int, protocol: str, iterations: Any) -> None:
        for entry in one["pool4"]:
            if entry[:2] == [mark, protocol]:
                entry[5] = str(iterations)

    @staticmethod
    def _pool4_words(words: list[str]) -> tuple[int, str, str, int, int, str | None]:
        protocol, prefix, ports = words[0][2:], words[1], words[2]
        low, _dash, high = ports.partition("-")
        named = dict(zip(words[3::2], words[4::2]))
        return int(named["--mark"]), protocol, prefix, int(low), int(high or low), named.get("--max-iterations")

    def _pool4_add(self, one: dict[str, Any], words: list[str]) -> str:
        mark, protocol, prefix, low, high, iterations = self._pool4_words(words)
        self._add(one, mark, protocol, prefix, low, high)
        if iterations is not None:
            self._iterate(one, mark, protocol, iterations)
        return ""

    def _pool4_remove(self, one: dict[str, Any], words: list[str]) -> str:
        quick = "--quick" in words
        mark, protocol, prefix, low, high, _none = self._pool4_words([word for word in words if word != "--quick"])
        left = []
        for entry in one["pool4"]:
            inside = ipaddress.IPv4Address(entry[2]) in ipaddress.IPv4Network(prefix)
            if entry[:2] != [mark, protocol] or not inside or entry[4] < low or high < entry[3]:
                left.append(entry)
                continue
            if entry[3] < low:
                left.append([*entry[:4], low - 1, entry[5]])
            if entry[4] > high:
                left.append([*entry[:3], high + 1, *entry[4:]])
        one["pool4"] = left
        if not quick:
            gone = [e for e in one["bib"] if e[0] == protocol and not self._in_pool4(one, e[0], e[2])]
            one["bib"] = [e for e in one["bib"] if e not in gone]
            one["sessions"] = [s for s in one["sessions"] if [s[0], s[1]] not in [[e[0], e[2]] for e in gone]]
        return ""

    def _pool4_display(self, one: dict[str, Any], words: list[str]) -> str:
        rows = []
        for mark, protocol, address, low, high, iterations in one["pool4"]:
            if f"--{protocol}" in words:
                auto = iterations == "auto"
                number = 1024 if auto else "infinite" if iterations == "infinity" else iterations
                rows.append(f"{mark},{protocol.upper()},{address},{low},{high},{number},{0 if auto else 1}\n")
        return "Mark,Protocol,Address,Min port,Max port,Iterations,Iterations fixed\n" + "".join(rows)

    @staticmethod
    def _in_pool4(one: dict[str, Any], protocol: str, ipv4: str) -> bool:
        address, _mark, port = ipv4.partition("#")
        return any(e[1] == protocol and e[2] == address and e[3] <= int(port) <= e[4] for e in one["pool4"])

    def _bind(self, one: dict[str, Any], protocol: str, ipv6: str, ipv4: str) -> None:
        if not self._in_pool4(one, protocol, ipv4):
            raise Refused(22, f"Transport address '{ipv4}' does not belong to pool4.\nPlease add it there first.")
        for entry in one["bib"]:
            if entry[0] == protocol and (entry[1] == ipv6) != (entry[2] == ipv4):
                raise Refused(17, f"Entry {ipv6} collides with {entry[1]}.")
        one["bib"] = [e for e in one["bib"] if e[:3] != [protocol, ipv6, ipv4]] + [[protocol, ipv6, ipv4, 1]]

    def _bib_add(self, one: dict[str, Any], words: list[str]) -> str:
        self._bind(one, words[0][2:], words[1], words[2])
        return ""

    def _bib_remove(self, one: dict[str, Any], words: list[str]) -> str:
        left = [e for e in one["bib"] if e[:3] != [words[0][2:], words[1], words[2]]]
        if len(left) == len(one["bib"]):
            raise Refused(3, "The entry wasn't in the database.")
        one["bib"] = left
        one["sessions"] = [s for s in one["sessions"] if s[:2] != [words[0][2:], words[2]]]
        return ""

    def _bib_display(self, one: dict[str, Any], words: list[str]) -> str:
        rows = [
            ",".join([p.upper(), *v6.rsplit("#", 1), *v4.split("#"), str(static)]) + "\n"
            for p, v6, v4, static in one["bib"]
            if f"--{p}" in words
        ]
        return "Protocol,IPv6 Address,IPv6 L4-ID,IPv4 Address,IPv4 L4-ID,Static?\n" + "".join(rows)

    def _session_display(self, one: dict[str, Any], words: list[str]) -> str:
        head = (
            "Protocol,IPv6 Remote Address,IPv6 Remote L4-ID,IPv6 Local Address,IPv6 Local L4-ID,IPv4 Local Address,"
            "IPv4 Local L4-ID,IPv4 Remote Address,IPv4 Remote L4-ID,Expires in,State\n"
        )
        rows = []
        for protocol, ipv4 in one["sessions"]:
            if f"--{protocol}" in words:
                state = ",ESTABLISHED" if protocol == "tcp" else ""
                peer = "64:ff9b::c000:205,443"
                local = ipv4.replace("#", ",")
                rows.append(f"{protocol.upper()},2001:db8::8,40000,{peer},{local},192.0.2.5,443,1:59:58.232{state}\n")
        return head + "".join(rows)

    def _eamt_display(self, one: dict[str, Any], _words: list[str]) -> str:
        return "IPv6 Prefix,IPv4 Prefix\n" + "".join(f"{v6},{v4}\n" for v6, v4 in one["eamt"])

    def _eamt_add(self, one: dict[str, Any], words: list[str]) -> str:
        if any(entry[0] == words[0] or entry[1] == words[1] for entry in one["eamt"]):
            raise Refused(17, "The requested entry already exists.")
        one["eamt"].append(list(words))
        return ""

    def _eamt_remove(self, one: dict[str, Any], words: list[str]) -> str:
        if list(words) not in one["eamt"]:
            raise Refused(3, "")
        one["eamt"].remove(list(words))
        return ""

    def _denylist4_display(self, one: dict[str, Any], _words: list[str]) -> str:
        return "IPv4 Prefix\n" + "".join(f"{prefix}\n" for prefix in one["denylist4"])

    def _denylist4_add(self, one: dict[str, Any], words: list[str]) -> str:
        one["denylist4"].append(words[0])
        return ""

    def _denylist4_remove(self, one: dict[str, Any], words: list[str]) -> str:
        if words[0] not in one["denylist4"]:
            raise Refused(3, "Could not find the requested entry in the IPv4 pool.")
        one["denylist4"].remove(words[0])
        return ""


def main(state: Path, words: list[str]) -> int:
    """One call of the program."""
    kept = json.loads(state.read_text())
    model = JoolModel(kept["translator"], kept["version"])
    model.instances, model.log = kept["instances"], kept["log"]
    status, output, error = model.run(words)
    state.write_text(json.dumps({**kept, "instances": model.instances, "log": model.log}))
    sys.stdout.write(output)
    sys.stderr.write(error)
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
