"""Packets made by hand: thousands of clients in seconds, and exactly one packet each.

A packet differs from its template in three 16-bit words only: the client's /64, the client's port (or identifier)
and the server's port (or the sequence number of a ping). The checksum is a sum of such words (RFC 1071), so it is
patched instead of being computed again.
"""

import socket
import struct
import time
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

TCP, UDP, ICMPV6 = 6, 17, 58
SYN = 0x02
# Linux names it from 4.5 on; Python's socket module does not.
IPV6_HDRINCL = 36

# A client by its number (its /64), its port or identifier, and the server's port or the ping's sequence number.
Flow = tuple[int, int, int]


def fold(total: int) -> int:
    """One's complement sum of 16-bit words."""
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def word_sum(data: bytes) -> int:
    padded = data + b"\0" * (len(data) % 2)
    return sum(struct.unpack(f"!{len(padded) // 2}H", padded))


def checksum(pseudo_header: bytes, segment: bytes) -> int:
    """RFC 1071; a UDP checksum of zero is sent as all ones (RFC 768), which is right for all that is sent here."""
    return ~fold(word_sum(pseudo_header) + word_sum(segment)) & 0xFFFF or 0xFFFF


def segment(protocol: int) -> tuple[bytearray, int, int, int]:
    """Template of the transport part, and the offsets of client port, server port and checksum, which are zero."""
    if protocol == UDP:
        return bytearray(struct.pack("!HHHH", 0, 0, 8, 0)), 0, 2, 6
    if protocol == TCP:
        return bytearray(struct.pack("!HHIIBBHHH", 0, 0, 1, 0, 5 << 4, SYN, 64240, 0, 0)), 0, 2, 16
    return bytearray(struct.pack("!BBHHH", 128, 0, 0, 0, 0)), 4, 6, 2  # ICMPv6 echo request


class Template:
    """All packets of one kind: from any client of one /48 to one server."""

    def __init__(self, protocol: int, clients: str, server: str) -> None:
        source, target = IPv6Address(f"{clients}::1").packed, IPv6Address(server).packed
        body, *offsets = segment(protocol)
        header = struct.pack("!IHBB", 6 << 28, len(body), protocol, 64) + source + target
        self._packet = bytearray(header) + body
        self._client_at = 8 + 6  # the fourth group of the source address
        self._port_at, self._peer_at, self._checksum_at = (len(header) + offset for offset in offsets)
        self._sum = word_sum(source + target + struct.pack("!II", len(body), protocol)) + word_sum(bytes(body))

    def packet(self, flow: Flow) -> bytes:
        """The one packet of a flow."""
        client, port, peer_port = flow
        struct.pack_into("!H", self._packet, self._client_at, client)
        struct.pack_into("!H", self._packet, self._port_at, port)
        struct.pack_into("!H", self._packet, self._peer_at, peer_port)
        patched = ~fold(self._sum + client + port + peer_port) & 0xFFFF or 0xFFFF
        struct.pack_into("!H", self._packet, self._checksum_at, patched)
        return bytes(self._packet)


def send(template: Template, server: str, flows: Iterable[Flow]) -> int:
    """Send one packet a flow from the current namespace; returns how many."""
    count = 0
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        raw.setsockopt(socket.IPPROTO_IPV6, IPV6_HDRINCL, 1)
        raw.connect((server, 0))
        for flow in flows:
            raw.send(template.packet(flow))
            count += 1
            if count % 512 == 0:
                time.sleep(0)  # let the kernel empty the queues of the links
    return count


def ipv4_syn(source: str, source_port: int, target: str, target_port: int) -> bytes:
    """One SYN from the IPv4 side; the kernel fills in length and checksum of the IPv4 header (raw(7))."""
    addresses = IPv4Address(source).packed + IPv4Address(target).packed
    body = bytearray(struct.pack("!HHIIBBHHH", source_port, target_port, 1, 0, 5 << 4, SYN, 64240, 0, 0))
    pseudo_header = addresses + struct.pack("!BBH", 0, TCP, len(body))
    struct.pack_into("!H", body, 16, checksum(pseudo_header, bytes(body)))
    return struct.pack("!BBHHHBBH", 0x45, 0, 0, 0, 0, 64, TCP, 0) + addresses + bytes(body)
