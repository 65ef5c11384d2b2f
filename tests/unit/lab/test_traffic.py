"""The packets and expectations of lab-traffic, checked without a kernel."""

from __future__ import annotations

import socket
import struct
import sys
from ipaddress import IPv6Address
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "lab" / "guest" / "seed" / "usr" / "local" / "lib" / "lab"))

from lab_traffic import bulk, command_line, kernel, mix, packets
from lab_traffic.sites import SITES, pool4_capacity


def full_checksum(packet: bytes) -> int:
    """Over pseudo-header and segment with its checksum in place: zero when that is right (RFC 1071, RFC 8200 8.1)."""
    segment = packet[40:]
    pseudo_header = packet[8:40] + struct.pack("!II", len(segment), packet[6])
    return ~packets.fold(packets.word_sum(pseudo_header) + packets.word_sum(segment)) & 0xFFFF


@pytest.mark.parametrize("protocol", [packets.TCP, packets.UDP, packets.ICMPV6])
@pytest.mark.parametrize("flow", [(0, 1024, 9), (65535, 65535, 65535), (4711, 40000, 7)])
def test_packets_are_well_formed(protocol: int, flow: packets.Flow) -> None:
    packet = packets.Template(protocol, "2001:db8:64", "64:ff9b::c633:64c8").packet(flow)
    client, port, peer_port = flow
    assert full_checksum(packet) == 0
    assert IPv6Address(packet[8:24]) == IPv6Address(SITES["default"].client_address(client))
    assert struct.unpack("!H", packet[4:6])[0] == len(packet) - 40
    ports = packet[44:48] if protocol == packets.ICMPV6 else packet[40:44]
    assert struct.unpack("!HH", ports) == (port, peer_port)


def test_the_syn_from_the_ipv4_side_has_a_right_checksum() -> None:
    packet = packets.ipv4_syn("198.51.100.5", 50001, "192.0.2.1", 65535)
    segment = packet[20:]
    pseudo_header = socket.inet_aton("198.51.100.5") + socket.inet_aton("192.0.2.1") + struct.pack("!BBH", 0, 6, 20)
    assert packets.fold(packets.word_sum(pseudo_header) + packets.word_sum(segment)) == 0xFFFF


def test_addresses() -> None:
    site = SITES["default"]
    assert site.mapped("198.51.100.5") == "64:ff9b::c633:6405"
    assert site.client_address(10) == "2001:db8:64:a::1"
    assert pool4_capacity() == 4535


def test_flows_differ_all() -> None:
    assert len(set(bulk.to_many_peers(5000, 700))) == 5000
    assert len({flow[:2] for flow in bulk.to_many_peers(5000, 700)}) == 700
    assert len({flow[:2] for flow in bulk.from_many_ports(5000, 700)}) == 5000


def test_expectations_have_the_form_of_status() -> None:
    row = mix.Session("TCP", "V4_INIT", "2001:db8:dead::1", 8001, "64:ff9b::1", 5, "192.0.2.9", 5, "192.0.2.1", 65535)
    expected = mix.expected([row])
    assert expected["sessions"] == {
        "tcp": {"total": 1, "states": {"V4_INIT": 1}},
        "udp": {"total": 0},
        "icmp": {"total": 0},
    }
    assert expected["bib"]["tcp"] == {"static": 1, "dynamic": 0}


def test_more_clients_than_pool4_has_room_for_is_refused_when_the_outcome_cannot_be_known() -> None:
    with pytest.raises(SystemExit, match="4535"):
        bulk.plain(SITES["default"], "udp", 20000, 5000)


def test_every_state_is_an_option() -> None:
    options = command_line.parser().parse_args(["mix", "--v4-fin-rcv", "7"])
    assert options.V4_FIN_RCV == 7
    assert options.ESTABLISHED == 3


def test_packets_that_the_kernel_does_not_get_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([7, 9, 12])
    monkeypatch.setattr(kernel, "stats", lambda _site: {"JSTAT_SESSIONS": next(answers, 12), "JSTAT_POOL4_MISMATCH": 3})
    assert kernel.await_counter(SITES["default"], "JSTAT_SESSIONS", 12)["JSTAT_POOL4_MISMATCH"] == 3
    with pytest.raises(SystemExit, match=r"JSTAT_SESSIONS must be 13 or more, .*'JSTAT_POOL4_MISMATCH': 3"):
        kernel.await_counter(SITES["default"], "JSTAT_SESSIONS", 13, patience_seconds=0.1)
