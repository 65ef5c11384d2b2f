# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sockets that wait for packets from outside. Sources: ss(8), ``ss -H -l -n -t -u``; where there is none (OpenWrt),
netstat(8) of BusyBox and of net-tools, ``netstat -l -n -t -u``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address
from typing import NamedTuple

from .programs import FormatError, Programs

_LINE = re.compile(
    r"(?P<protocol>tcp|udp)\s+[A-Z0-9-]+\s+\d+\s+\d+\s+(?P<address>\*|\[[^\]\s]*\]|[^\s:%]+)(?:%[^\s:]+)?"
    r":(?P<port>\d+)\s+\S+(?:\s.*)?"
)
_NETSTAT_LINE = re.compile(
    r"(?P<protocol>tcp|udp)6?\s+\d+\s+\d+\s+(?P<address>\S+):(?P<port>\d+)\s+\S+(?:\s+[A-Z0-9_]+)?"
)
_NETSTAT_HEADER = re.compile(r"Active Internet connections .*|Proto\s+Recv-Q.*")
_WILDCARDS = ("*", "0.0.0.0", "::")  # noqa: S104 - nothing is bound here
_MAPPED = "::ffff:"
"""IPv4 by way of a socket of IPv6 (RFC 4291 2.5.5.2)."""


class Socket(NamedTuple):
    """One socket that takes IPv4.

    :ivar address: None for every address of the host.
    """

    protocol: str
    address: IPv4Address | None
    port: int


def read_ss(text: str) -> list[Socket]:
    """The sockets that take IPv4; those of IPv6 that may take both count as every address, others are passed over.

    :raises FormatError: for a line that is no socket.
    """
    return _read(text.splitlines(), _LINE)


def read_netstat(text: str) -> list[Socket]:
    """The same. It does not say which sockets of IPv6 take IPv4, too: those of every address count.

    :raises FormatError: for a line that is neither a socket nor a header.
    """
    lines = (line for line in text.splitlines() if not _NETSTAT_HEADER.fullmatch(line.strip()))
    return _read(lines, _NETSTAT_LINE)


def _read(lines: Iterable[str], pattern: re.Pattern[str]) -> list[Socket]:
    sockets = []
    for line in lines:
        if not line.strip():
            continue
        found = pattern.fullmatch(line.strip())
        if not found:
            raise FormatError(line)
        address = found["address"].strip("[]")
        port = int(found["port"])
        if address in _WILDCARDS:
            sockets.append(Socket(found["protocol"], None, port))
        elif ":" not in address or (address.startswith(_MAPPED) and "." in address):
            sockets.append(Socket(found["protocol"], _ipv4(address.replace(_MAPPED, "", 1), line), port))
    return list(dict.fromkeys(sockets))


def _ipv4(address: str, line: str) -> IPv4Address:
    try:
        return IPv4Address(address)
    except AddressValueError as error:
        raise FormatError(line) from error


def sockets(programs: Programs, netns: str, prefix: tuple[str, ...]) -> list[Socket] | None:
    """The sockets of a network namespace; None where they are not known.

    :param netns: its name, "" for the one that the connection ends in.
    :param prefix: the words that run a command there.
    """
    where = f" in the network namespace '{netns}'" if netns else ""
    return programs.read_first(
        [(("ss", "-H", "-l", "-n", "-t", "-u"), read_ss), (("netstat", "-l", "-n", "-t", "-u"), read_netstat)],
        f"On which ports the host listens{where} is not known",
        prefix=prefix,
    )
