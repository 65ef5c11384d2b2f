# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session tables as Jool 4 prints them, made from a seed: the same bytes on every machine."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator
from pathlib import Path

SEED = 6146
CLIENT_PREFIXES = 20_000
STATES = (
    ("ESTABLISHED", 80),
    ("V6_INIT", 8),
    ("V4_FIN_V6_FIN_RCV", 5),
    ("TRANS", 4),
    ("V6_FIN_RCV", 2),
    ("V4_INIT", 1),
)
SEPARATOR = "---------------------------------"
HEADER = (
    "Protocol,IPv6 Remote Address,IPv6 Remote L4-ID,IPv6 Local Address,IPv6 Local L4-ID,IPv4 Local Address,"
    "IPv4 Local L4-ID,IPv4 Remote Address,IPv4 Remote L4-ID,Expires in,State"
)

Row = tuple[str, int, str, int, str, int, str, int, str, str]


def rows(count: int) -> Iterator[Row]:
    """TCP sessions in the kernel's order: by pool4 address and port.

    Each is client, port, server as the client sees it, port, pool4 address, port, server, port, time, state.
    """
    generator = random.Random(SEED)
    words, weights = zip(*STATES)
    clients = [
        str(ipaddress.IPv6Address((0x20010DB8 << 96) | (prefix << 64) | generator.getrandbits(64)))
        for prefix in range(CLIENT_PREFIXES)
    ]
    for number in range(count):
        server = ipaddress.IPv4Address(0xC6336400 + min(int(generator.paretovariate(0.7)), 2**20))
        port = generator.choice((443, 443, 443, 80, 993, 22))
        mapped = str(ipaddress.IPv6Address((0x0064FF9B << 96) | int(server)))
        pool4 = str(ipaddress.IPv4Address(0xC0000200 + number // 60_000))
        left = generator.randrange(7_200_000)
        hours, rest = divmod(left, 3_600_000)
        minutes, rest = divmod(rest, 60_000)
        seconds, milliseconds = divmod(rest, 1000)
        time = f"{hours}:{minutes:02}:{seconds:02}" + (f".{milliseconds:03}" if milliseconds else "")
        client = clients[min(int(generator.paretovariate(0.6)), CLIENT_PREFIXES) - 1]
        state = generator.choices(words, weights)[0]
        yield (
            client,
            1024 + number % 60_000,
            mapped,
            port,
            pool4,
            1024 + number % 60_000,
            str(server),
            port,
            time,
            state,
        )


def write_csv(path: Path, count: int) -> None:
    """The table as ``session display --tcp --numeric --csv`` prints it."""
    with path.open("w", encoding="ascii") as file:
        file.write(f"{HEADER}\n")
        for row in rows(count):
            file.write(f"TCP,{','.join(map(str, row))}\n")


def write_console(path: Path, count: int) -> None:
    """The same table without ``--csv``."""
    with path.open("w", encoding="ascii") as file:
        file.write(f"{SEPARATOR}\n")
        for client, port6, mapped, port, pool4, port4, server, _port, time, state in rows(count):
            file.write(f"({state}) Expires in {time}\nRemote: {server}#{port}\t{client}#{port6}\n")
            file.write(f"Local: {pool4}#{port4}\t{mapped}#{port}\n{SEPARATOR}\n")
