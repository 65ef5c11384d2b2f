# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sockets that wait for packets from outside. Source: ss(8), ``ss -H -l -n -t -u``."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address
from typing import NamedTuple

from .programs import FormatError, Programs

_LINE = re.compile(
    r"(?P<protocol>tcp|udp)\s+[A-Z0-9-]+\s+\d+\s+\d+\s+(?P<address>\*|\[[^\]\s]*\]|[^\s:%]+)(?:%[^\s:]+)?"
    r":(?P<port>\d+)\s+\S+(?:\s.*)?"
)
_WILDCARDS = ("*", "0.0.0.0", "[::]")  # noqa: S104 - nothing is bound here


class Socket(NamedTuple):
    """One socket that takes IPv4.

    :ivar address: None for every address of the host.
    """

    protocol: str
    address: IPv4Address | None
    port: int


def read_sockets(text: str) -> list[Socket]:
    """The sockets that take IPv4; those of IPv6 that may take both count as every address, others are passed over.

    :raises FormatError: for a line that is no socket.
    """
    sockets = []
    for line in text.splitlines():
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        if not found:
            raise FormatError(line)
        address = found["address"]
        port = int(found["port"])
        if address in _WILDCARDS:
            sockets.append(Socket(found["protocol"], None, port))
        elif not address.startswith("["):
            sockets.append(Socket(found["protocol"], _ipv4(address, line), port))
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
    return programs.read(
        ("ss", "-H", "-l", "-n", "-t", "-u"),
        read_sockets,
        f"On which ports the host listens{where} is not known",
        prefix=prefix,
    )
