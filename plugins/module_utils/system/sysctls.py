# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel parameters that decide whether a translator's packets go on, and which ports it shares with its host."""

from __future__ import annotations

import re
from typing import Union

from .programs import FormatError, Programs

Value = Union[int, str, list[int], None]

NAMES = (
    "net.ipv4.ip_forward",
    "net.ipv6.conf.all.forwarding",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.default.rp_filter",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
)

_LINE = re.compile(r"(?P<name>[\w./-]+) =(?: (?P<value>.*))?")
_RANGE = "net.ipv4.ip_local_port_range"


def read_sysctls(text: str) -> dict[str, Value]:
    """What ``sysctl`` prints: each of `NAMES` to its value, None for one that was not printed. A number is int, the
    range of local ports two of them, anything else the text.

    :raises FormatError: for a line that is no parameter.
    """
    values: dict[str, Value] = dict.fromkeys(NAMES)
    for line in text.splitlines():
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.rstrip())
        if not found:
            raise FormatError(line)
        if found["name"] in values:
            values[found["name"]] = _value(found["name"], (found["value"] or "").strip(), line)
    return values


def sysctls(programs: Programs, netns: str, prefix: tuple[str, ...]) -> dict[str, Value] | None:
    """The parameters of a network namespace; None where they could not be read.

    :param netns: its name, "" for the one that the connection ends in.
    :param prefix: the words that run a command there.
    """
    where = f" of the network namespace '{netns}'" if netns else ""
    # -e: a kernel without IPv6 has not all of them.
    return programs.read(("sysctl", "-e", *NAMES), read_sysctls, f"The sysctls{where} are not known", prefix=prefix)


def _value(name: str, text: str, line: str) -> Value:
    if name == _RANGE:
        numbers = text.split()
        if len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
            raise FormatError(line)
        return [int(number) for number in numbers]
    return int(text) if re.fullmatch(r"-?\d+", text) else text
