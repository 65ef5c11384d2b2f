# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session tables as Jool 4 prints them, made from a seed: the same bytes on every machine.

A table is what a live query prints: an output for TCP, UDP and ICMP each, as CSV and as console, in the kernel's order
(pool4 address and port, then server).
"""

from __future__ import annotations

import contextlib
import json
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, chain, repeat
from pathlib import Path
from random import Random
from typing import TextIO

from . import population

SEED = 6146
SHARES = {"tcp": 0.70, "udp": 0.25, "icmp": 0.05}
CLIENT_PREFIXES = 20_000
PORTS_OF = {"tcp": (443, 443, 443, 443, 80, 80, 993, 5223, 22), "udp": (443, 443, 443, 53, 123, 3478), "icmp": (0,)}
POOL4 = [f"192.0.2.{host}" for host in range(256)]
LOWEST_PORT = 1024
PORTS = 65536 - LOWEST_PORT
PIECE = 20_000
"""Transport addresses that are made at a time."""

HEADER = (
    "Protocol,IPv6 Remote Address,IPv6 Remote L4-ID,IPv6 Local Address,IPv6 Local L4-ID,IPv4 Local Address,"
    "IPv4 Local L4-ID,IPv4 Remote Address,IPv4 Remote L4-ID,Expires in,State\n"
)
SEPARATOR = "---------------------------------\n"

# State, its weight, the highest second of its timeout (RFC 6146 4; Jool's defaults).
TCP_STATES = (
    ("ESTABLISHED", 80, 7200),
    ("V6_INIT", 8, 240),
    ("V4_FIN_V6_FIN_RCV", 5, 240),
    ("TRANS", 4, 240),
    ("V6_FIN_RCV", 2, 7200),
    ("V4_INIT", 1, 240),
)
ENDINGS = {"tcp": TCP_STATES, "udp": (("", 1, 300),), "icmp": (("", 1, 60),)}
FRACTIONS = ("", *(f".{milliseconds:03}" for milliseconds in range(1, 1000)))
"""Jool leaves the fraction out where it is zero."""

FANS = ((1, 2, 3, 6), (82, 10, 6, 2))
"""Sessions of one transport address, and how often there are as many."""


Row = tuple[str, int, str, int, str, int, str, int, str, str, str]
"""Client, L4-ID; server as the client sees it, L4-ID; pool4 address, L4-ID; server, L4-ID; time, fraction, state."""


@dataclass(frozen=True)
class Table:
    """What is in a directory of outputs.

    :ivar place: the directory; it has ``tcp.csv``, ``tcp.txt`` and so on.
    :ivar sessions: in all three outputs.
    :ivar client_prefixes: distinct /64 prefixes of clients that have a session.
    """

    place: str
    sessions: int
    client_prefixes: int

    def outputs(self, ending: str) -> list[tuple[str, str]]:
        """Protocol and path of each output; ``csv`` or ``txt``."""
        return [(protocol, f"{self.place}/{protocol}.{ending}") for protocol in SHARES]


def make_table(
    place: Path, sessions: int, *, prefixes: int = CLIENT_PREFIXES, evenly: bool = False, console: bool = False
) -> Table:
    """Write the outputs of a table into a new directory.

    :param evenly: see `population.clients`.
    :param console: whether to write console outputs beside the CSV.
    """
    place.mkdir(parents=True)
    clients = population.clients(Random(f"{SEED} clients"), prefixes, evenly)
    tcp, udp = (round(sessions * SHARES[protocol]) for protocol in ("tcp", "udp"))
    seen: set[int] = set()
    for protocol, count in zip(SHARES, (tcp, udp, sessions - tcp - udp)):
        with contextlib.ExitStack() as files:
            csv = files.enter_context((place / f"{protocol}.csv").open("w", encoding="ascii"))
            text = files.enter_context((place / f"{protocol}.txt").open("w", encoding="ascii")) if console else None
            csv.write(HEADER)
            if text:
                text.write(SEPARATOR)
            for piece in _pieces(protocol, count, clients, seen):
                _write_csv(csv, protocol, piece)
                if text:
                    _write_console(text, piece)
    table = Table(str(place), sessions, len({clients.prefixes[client] for client in seen}))
    (place / "table.json").write_text(json.dumps(asdict(table)), encoding="ascii")
    return table


def open_table(place: str) -> Table:
    """A table that was made before."""
    return Table(**json.loads(Path(place, "table.json").read_text(encoding="ascii")))


def _pieces(protocol: str, count: int, clients: population.Clients, seen: set[int]) -> Iterator[list[Row]]:
    """The sessions of one output; the numbers of the clients that have one are added to `seen`."""
    random = Random(f"{SEED} {protocol}")
    servers = population.endpoints(random, PORTS_OF[protocol], spare=max(FANS[0]))
    endings, weights = _endings(protocol)
    used: dict[int, int] = {}
    position = 0
    while count > 0:
        size = min(PIECE, count)
        fans = random.choices(FANS[0], FANS[1], k=size)
        ends = random.choices(servers.slots, k=sum(fans))
        _put_in_order(ends, fans)
        times = random.choices(endings, cum_weights=weights, k=len(ends))
        fractions = random.choices(FRACTIONS, k=len(ends))
        *places, position = accumulate(random.choices((1, 1, 1, 2, 3), k=size), initial=position)
        mappings: list[tuple[str, int, str, int]] = []
        for client, place in zip(random.choices(clients.slots, k=size), places[: _needed(fans, count)]):
            # One client's ports differ: the factor has no divisor in common with the number of ports.
            used[client] = number = used.get(client, client) + 1
            client_id = LOWEST_PORT + number * 30011 % PORTS
            mappings.append((clients.addresses[client], client_id, POOL4[place // PORTS], LOWEST_PORT + place % PORTS))
        owners = chain.from_iterable(map(repeat, mappings, fans))
        rows = [
            (
                client,
                client_id,
                mapped,
                port or client_id,
                pool4,
                pool4_id,
                server,
                port or pool4_id,
                clock,
                part,
                state,
            )
            for (client, client_id, pool4, pool4_id), (mapped, server, port), (clock, state), part in zip(
                owners, map(servers.endpoints.__getitem__, ends), times, fractions
            )
        ]
        yield rows[:count]
        count -= len(rows)
    seen.update(used)


def _needed(fans: Sequence[int], count: int) -> int:
    """How many of these mappings have so many sessions together."""
    return bisect_left(list(accumulate(fans)), count) + 1


def _put_in_order(ends: list[int], fans: Sequence[int]) -> None:
    """Sort the servers' ports of each mapping, and let none come twice: a mapping has one session with each."""
    first = 0
    for fan in fans:
        if fan > 1:
            mine = sorted(ends[first : first + fan])
            for number in range(1, fan):
                mine[number] = max(mine[number], mine[number - 1] + 1)
            ends[first : first + fan] = mine
        first += fan


def _endings(protocol: str) -> tuple[list[tuple[str, str]], list[float]]:
    """Every time of day that a state can show, with the state, and the weights of these pairs, added up."""
    endings: list[tuple[str, str]] = []
    weights: list[float] = []
    for state, weight, seconds in ENDINGS[protocol]:
        endings += [(f"{s // 3600}:{s // 60 % 60:02}:{s % 60:02}", state) for s in range(seconds)]
        weights += repeat(weight / seconds, seconds)
    return endings, list(accumulate(weights))


def _write_csv(file: TextIO, protocol: str, rows: Sequence[Row]) -> None:
    """As ``session display --numeric --csv``: rows of TCP have a column more."""
    line = protocol.upper() + ",%s,%d,%s,%d,%s,%d,%s,%d,%s%s" + (",%s\n" if protocol == "tcp" else "%s\n")
    file.write("".join([line % row for row in rows]))


def _write_console(file: TextIO, rows: Sequence[Row]) -> None:
    """As ``session display --numeric``."""
    entries = [
        f"{f'({state}) ' if state else ''}Expires in {clock}{fraction}\n"
        f"Remote: {server}#{server_id}\t{client}#{client_id}\n"
        f"Local: {pool4}#{pool4_id}\t{mapped}#{mapped_id}\n{SEPARATOR}"
        for client, client_id, mapped, mapped_id, pool4, pool4_id, server, server_id, clock, fraction, state in rows
    ]
    file.write("".join(entries))
