"""The translators of a guest and what is around each: the same facts as in `lab-topology`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

POOL4_PORTS = (61001, 65535)

ECHO_PORT = 7
SILENT_PORT = 9

# Client prefixes are told apart by their fourth group, so there are this many.
MOST_CLIENTS = 65536


@dataclass(frozen=True)
class Site:
    """One translator (namespace None: the root one), the namespaces on its sides, and addresses to use."""

    instance: str
    translator: str | None
    client: str
    server: str
    clients: str
    swallowed_client: str
    pool6: str
    pool4: str
    answering: str = "198.51.100.5"
    silent: str = "198.51.100.200"

    def client_address(self, number: int) -> str:
        """Client `number`: each has a /64 of its own."""
        return str(ipaddress.IPv6Address(f"{self.clients}::1") + (number << 64))

    def mapped(self, ipv4: str) -> str:
        """The IPv6 address under which a client sees an IPv4 server (RFC 6052, 2.2)."""
        return str(ipaddress.IPv6Address(int(ipaddress.IPv6Address(self.pool6)) | int(ipaddress.IPv4Address(ipv4))))


SITES: dict[str, Site] = {
    "default": Site("default", None, "client6", "server4", "2001:db8:64", "2001:db8:dead::1", "64:ff9b::", "192.0.2.1"),
    "blue": Site(
        "blue", "blue", "blue-edge", "blue-edge", "2001:db8:b64", "2001:db8:b64::1", "64:ff9b:1::", "192.0.2.2"
    ),
}


def pool4_capacity() -> int:
    """Ports (or ICMP identifiers) of one pool4 address: so many BIB entries fit, for each protocol."""
    low, high = POOL4_PORTS
    return high - low + 1


def site_named(netns: str | None) -> Site:
    return SITES[netns or "default"]
