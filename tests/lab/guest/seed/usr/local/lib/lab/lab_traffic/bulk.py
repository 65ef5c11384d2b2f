"""Many sessions of one protocol, one packet each; nobody answers, so only the translator has work."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from .kernel import LIFETIMES, PROTOCOLS, await_counter, jool, stats
from .namespaces import inside
from .packets import ICMPV6, TCP, UDP, Flow, Template, send
from .sites import SILENT_PORT, Site, pool4_capacity

NUMBERS = {"tcp": TCP, "udp": UDP, "icmp": ICMPV6}
FIRST_PORT = 1024

# pool4 of `many`: addresses of TEST-NET-1 from this one on, and their unprivileged ports. A fifth stays free, as
# the search for a free port gives up after a bounded number of attempts (max-iterations).
FIRST_EXTRA_ADDRESS = 16
EXTRA_PORTS = "1024-65535"
SESSIONS_AN_ADDRESS = (65536 - 1024) * 4 // 5


class Fitting(NamedTuple):
    """What finds room in pool4."""

    sessions: int
    bib_entries: int


def to_many_peers(sessions: int, clients: int) -> Iterator[Flow]:
    """Each client keeps its one port, and so its one place in pool4, and talks to as many peers as it takes."""
    for number in range(sessions):
        yield number % clients, FIRST_PORT, FIRST_PORT + number // clients


def from_many_ports(sessions: int, clients: int) -> Iterator[Flow]:
    """Each session has a client port, and so a place in pool4, of its own."""
    for number in range(sessions):
        yield number % clients, FIRST_PORT + number // clients, SILENT_PORT


def plain(site: Site, protocol: str, sessions: int, clients: int) -> dict[str, Any]:
    """Sessions with pool4 as it is at boot: clients for which it has no port left are refused."""
    clients, capacity = min(clients, sessions), pool4_capacity()
    if clients > capacity and sessions > clients:
        raise SystemExit(f"lab-traffic: pool4 has room for {capacity} clients; with more, one session each is allowed")
    fitting = Fitting(sessions if clients <= capacity else capacity, min(clients, capacity))
    return {**_bulk(site, protocol, to_many_peers(sessions, clients), fitting, sessions), "clients": clients}


def many(site: Site, protocol: str, sessions: int, clients: int) -> dict[str, Any]:
    """Sessions with a place in pool4 each, and as many addresses added to pool4 as that takes."""
    addresses, clients = -(-sessions // SESSIONS_AN_ADDRESS), min(clients, sessions)
    if FIRST_EXTRA_ADDRESS + addresses > 255:
        raise SystemExit(f"lab-traffic: at most {(255 - FIRST_EXTRA_ADDRESS) * SESSIONS_AN_ADDRESS} sessions")
    added = [f"192.0.2.{FIRST_EXTRA_ADDRESS + number}" for number in range(addresses)]
    for address in added:
        # --force: from 4.1.15 on Jool refuses ranges that overlap the host's own ports, which nobody uses here.
        jool(site, "pool4", "add", f"--{protocol}", address, EXTRA_PORTS, "--force")
    fitting = Fitting(sessions, sessions)
    answer = _bulk(site, protocol, from_many_ports(sessions, clients), fitting, sessions)
    return {**answer, "clients": clients, "pool4_added": added}


def _bulk(site: Site, protocol: str, flows: Iterator[Flow], fitting: Fitting, sessions: int) -> dict[str, Any]:
    """Send the one packet of each flow."""
    before = stats(site)
    server = site.mapped(site.silent)
    with inside(site.client):
        sent = send(Template(NUMBERS[protocol], site.clients, server), server, flows)
    after = await_counter(site, "JSTAT_RECEIVED6", before.get("JSTAT_RECEIVED6", 0) + sent)
    counts: dict[str, Any] = {each: {"total": 0} for each in PROTOCOLS}
    counts["tcp"]["states"] = {"V6_INIT": fitting.sessions} if protocol == "tcp" else {}
    counts[protocol]["total"] = fitting.sessions
    bib = {each: {"static": 0, "dynamic": 0} for each in PROTOCOLS}
    bib[protocol]["dynamic"] = fitting.bib_entries
    grown = {name: value - before.get(name, 0) for name, value in after.items()}
    return {
        "expected": {
            "sessions": counts,
            "bib": bib,
            "refused": sessions - fitting.sessions,
            "lifetimes": LIFETIMES,
        },
        "packets_sent": sent,
        "counters_grown": {name: by for name, by in grown.items() if by},
    }
