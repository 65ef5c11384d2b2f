"""Some traffic of each kind, one session after the other known in full."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from . import holder
from .kernel import LIFETIMES, PROTOCOLS, await_counter, jool
from .namespaces import inside
from .packets import ICMPV6, TCP, UDP, Template, ipv4_syn, send
from .sites import ECHO_PORT, POOL4_PORTS, SILENT_PORT, Site

# Those that take a real connection; the other two states are made with a single packet.
HELD_STATES = ("ESTABLISHED", "V4_FIN_RCV", "V6_FIN_RCV", "V4_FIN_V6_FIN_RCV", "TRANS")
STATES = (*HELD_STATES, "V6_INIT", "V4_INIT")

FIRST_PORT = 40000
FIRST_STATIC_CLIENT_PORT = 8001
FIRST_SERVER_PORT = 50001


@dataclass
class Session:
    """A session that must be in the table. What Jool chooses by itself is None."""

    protocol: str
    state: str | None
    ipv6_remote_address: str
    ipv6_remote_id: int
    ipv6_local_address: str
    ipv6_local_id: int
    ipv4_remote_address: str
    ipv4_remote_id: int | None
    ipv4_local_address: str
    ipv4_local_id: int | None = None


def mix(site: Site, states: dict[str, int], udp: int, icmp: int) -> dict[str, Any]:
    """Make it all, the short-lived last, and tell what there must be now."""
    if site.translator is not None:
        states, udp = {}, 0  # no server behind the second translator: pings only
    numbers = itertools.count(1)
    sessions = _from_ipv4(site, states.get("V4_INIT", 0))

    wanted = [(state, next(numbers), FIRST_PORT) for state in HELD_STATES for _number in range(states.get(state, 0))]
    if wanted:
        holder.hold(site, wanted)
    for state, client, port in wanted:
        sessions.append(_session(site, "TCP", state, client, port, site.answering, ECHO_PORT))
    sessions += _by_packets(site, "TCP", numbers, states.get("V6_INIT", 0))
    sessions += _by_packets(site, "UDP", numbers, udp)
    sessions += _by_packets(site, "ICMP", numbers, icmp)
    await_counter(site, "JSTAT_SESSIONS", len(sessions))
    return {"expected": expected(sessions), "rows": [vars(session) for session in sessions]}


def expected(sessions: list[Session]) -> dict[str, Any]:
    """The counts of these sessions, in the form of `lab-traffic status`; each has a BIB entry of its own."""
    counts: dict[str, Any] = {protocol: {"total": 0} for protocol in PROTOCOLS}
    states: dict[str, int] = {}
    for session in sessions:
        counts[session.protocol.lower()]["total"] += 1
        if session.state is not None:
            states[session.state] = states.get(session.state, 0) + 1
    counts["tcp"]["states"] = dict(sorted(states.items()))
    static = states.get("V4_INIT", 0)
    bib = {protocol: {"static": 0, "dynamic": counts[protocol]["total"]} for protocol in PROTOCOLS}
    bib["tcp"] = {"static": static, "dynamic": counts["tcp"]["total"] - static}
    return {"sessions": counts, "bib": bib, "lifetimes": LIFETIMES}


def _session(
    site: Site, protocol: str, state: str | None, client: int, port: int, server: str, server_port: int
) -> Session:
    echo = protocol == "ICMP"
    return Session(
        protocol=protocol,
        state=state,
        ipv6_remote_address=site.client_address(client),
        ipv6_remote_id=port,
        ipv6_local_address=site.mapped(server),
        ipv6_local_id=port if echo else server_port,
        ipv4_remote_address=server,
        ipv4_remote_id=None if echo else server_port,
        ipv4_local_address=site.pool4,
    )


def _by_packets(site: Site, protocol: str, numbers: Iterator[int], count: int) -> list[Session]:
    """Sessions that one packet makes: nobody answers a SYN (V6_INIT) or a datagram, but pings are answered."""
    number = {"TCP": TCP, "UDP": UDP, "ICMP": ICMPV6}[protocol]
    server = site.answering if protocol == "ICMP" else site.silent
    flows = [(next(numbers), FIRST_PORT, SILENT_PORT) for _number in range(count)]
    with inside(site.client):
        send(Template(number, site.clients, site.mapped(server)), site.mapped(server), flows)
    state = "V6_INIT" if protocol == "TCP" else None
    return [_session(site, protocol, state, client, port, server, SILENT_PORT) for client, port, _peer in flows]


def _from_ipv4(site: Site, count: int) -> list[Session]:
    """V4_INIT: a SYN from the IPv4 side that a static BIB entry lets in, to a client that never answers."""
    sessions = []
    for number in range(count):
        client_port, pool4_port = FIRST_STATIC_CLIENT_PORT + number, POOL4_PORTS[1] - number
        server_port = FIRST_SERVER_PORT + number
        jool(site, "bib", "add", "--tcp", f"{site.swallowed_client}#{client_port}", f"{site.pool4}#{pool4_port}")
        with inside(site.server), socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            raw.sendto(ipv4_syn(site.answering, server_port, site.pool4, pool4_port), (site.pool4, 0))
        sessions.append(
            Session(
                protocol="TCP",
                state="V4_INIT",
                ipv6_remote_address=site.swallowed_client,
                ipv6_remote_id=client_port,
                ipv6_local_address=site.mapped(site.answering),
                ipv6_local_id=server_port,
                ipv4_remote_address=site.answering,
                ipv4_remote_id=server_port,
                ipv4_local_address=site.pool4,
                ipv4_local_id=pool4_port,
            )
        )
    return sessions
