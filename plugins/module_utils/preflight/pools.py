# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether pool4 and the host want the same ports."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address

from ..config.pool4 import Place, Ranges, merged, without
from ..records.release import Release
from .observation import Observation
from .situation import Situation

REFUSES_FROM = Release(4, 1, 15)
"""From here on Jool itself refuses ports that the host sends from, whoever's the address is, unless it is forced."""

WITH_PORTS = ("tcp", "udp")
SHOWN = 5
"""Ports, or places, that one finding names."""


def reserved(text: str) -> Ranges:
    """What net.ipv4.ip_local_reserved_ports holds: ``8080,9148-9150``."""
    pieces = (piece.strip().partition("-") for piece in text.split(",") if piece.strip())
    return merged((int(low), int(high or low)) for low, _dash, high in pieces)


def local_ports(situation: Situation) -> Iterator[Observation]:
    """Whether the host sends from ports of pool4 by itself."""
    if situation.pool4 is None or situation.local_ports is None:
        return
    sent_from: Ranges = (situation.local_ports,)
    release = situation.target.module
    refuses = release is not None and release >= REFUSES_FROM
    if not refuses:  # the kernel keeps off reserved ports; Jool's own check does not look at them
        sent_from = without(sent_from, reserved(situation.reserved_ports))
    hit = [
        (place, common)
        for place, ranges in sorted(situation.pool4.ranges.items())
        if place.protocol in WITH_PORTS and (refuses or place.address in situation.addresses)
        for common in _common(ranges, sent_from)
    ]
    if not hit:
        return
    low, high = situation.local_ports
    evidence = f"{_places(hit)}: the host sends from {low}-{high} by itself (net.ipv4.ip_local_port_range)."
    if refuses:
        yield Observation(
            "pool4_local_ports_refused",
            "pool4",
            f"{evidence} Jool {release} refuses that.",
            "Choose other ports for pool4, or make the range of the host smaller. Where instances are made with"
            " 'force', accept this.",
        )
    else:
        yield Observation(
            "pool4_local_ports",
            "pool4",
            f"{evidence} Both will use the same port, and answers go to the wrong one.",
            "Choose other ports for pool4, make the range of the host smaller, or reserve them"
            " (net.ipv4.ip_local_reserved_ports).",
        )


def listening(situation: Situation) -> Iterator[Observation]:
    """Whether somebody listens on a port of pool4, at an address that packets come to the host with."""
    if situation.pool4 is None:
        return
    own = set(situation.addresses)
    hit = sorted(
        {
            (place, (socket.port, socket.port))
            for place, ranges in situation.pool4.ranges.items()
            if place.address in own
            for socket in situation.sockets
            if socket.protocol == place.protocol
            and socket.address in (None, place.address)
            and any(low <= socket.port <= high for low, high in ranges)
        }
    )
    if hit:
        yield Observation(
            "pool4_listening",
            "pool4",
            f"{_places(hit)}: a program of the host listens there, and will not get the packets that Jool takes.",
            "Take these ports out of pool4, or give pool4 an address of its own.",
        )


def _common(ranges: Ranges, others: Ranges) -> list[tuple[int, int]]:
    return [
        (max(low, first), min(high, last))
        for low, high in ranges
        for first, last in others
        if low <= last and first <= high
    ]


def _places(hit: list[tuple[Place, tuple[int, int]]]) -> str:
    words = list(dict.fromkeys(_words(place.protocol, place.address, *ports) for place, ports in hit))
    rest = len(words) - SHOWN
    return ", ".join(words[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _words(protocol: str, address: IPv4Address, low: int, high: int) -> str:
    return f"{protocol.upper()} {address}#{low}" + (f"-{high}" if high != low else "")
