# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What decides about a translator's packets on their way in and out: the MTU of each interface, whether the default
route comes from router advertisements, and which addresses are the host's own.

Sources: ip-link(8), ``ip -o link``; ip-address(8), ``ip -4 -o address``; ip-route(8); the
kernel's networking/ip-sysctl (accept_ra).
"""

from __future__ import annotations

import re

from .programs import FormatError, Programs

_LINK = re.compile(r"\d+: (?P<name>[^\s@:]+)(?:@[^\s:]+)?: <(?P<flags>[A-Z0-9_,-]*)> .*?\bmtu (?P<mtu>\d+)\b.*")
_ADDRESS = re.compile(r"\d+: \S+ +inet (?P<address>\d+\.\d+\.\d+\.\d+)(?:/\d+)? .*")
_ROUTE = re.compile(r"\s*default\b(?P<words>.*)|\s*nexthop\b.*")

ACCEPTED_WITH_FORWARDING = "2"
"""The value of accept_ra with which a host that forwards takes router advertisements all the same."""


def read_mtus(text: str) -> dict[str, int]:
    """The MTU in bytes of each interface that is up, without loopback, from ``ip -o link show up``.

    :raises FormatError: for a line that is no interface.
    """
    mtus = {}
    for line in text.splitlines():
        found = _LINK.fullmatch(line.strip())
        if not found:
            raise FormatError(line)
        if "LOOPBACK" not in found["flags"].split(","):
            mtus[found["name"]] = int(found["mtu"])
    return mtus


def read_advertised(text: str) -> list[str]:
    """The interfaces of default routes from router advertisements, from ``ip -6 route show default``.

    :raises FormatError: for a line that is no default route.
    """
    interfaces = []
    for line in text.splitlines():
        if not line.strip():
            continue
        found = _ROUTE.fullmatch(line)
        if not found:
            raise FormatError(line)
        words = (found["words"] or "").split()
        pairs = dict(zip(words, words[1:]))
        if pairs.get("proto") == "ra" and "dev" in pairs:
            interfaces.append(pairs["dev"])
    return list(dict.fromkeys(interfaces))


def read_ipv4_addresses(text: str) -> list[str]:
    """The addresses that ``ip -4 -o address show`` prints, each once; with a peer, that of the host.

    :raises FormatError: for a line that is no address.
    """
    addresses = []
    for line in text.splitlines():
        found = _ADDRESS.match(f"{line} ")
        if not found:
            raise FormatError(line)
        addresses.append(found["address"])
    return list(dict.fromkeys(addresses))


def ipv4_addresses(programs: Programs, netns: str, prefix: tuple[str, ...]) -> list[str] | None:
    """The global IPv4 addresses of a network namespace; None where they are not known.

    :param netns: its name, "" for the one that the connection ends in.
    :param prefix: the words that run a command there.
    """
    where = f" of the network namespace '{netns}'" if netns else ""
    argv = ("ip", "-4", "-o", "address", "show", "scope", "global")
    return programs.read(argv, read_ipv4_addresses, f"The IPv4 addresses{where} are not known", prefix=prefix)


def mtus(programs: Programs) -> dict[str, int] | None:
    """Interface to MTU in bytes; None where they are not known."""
    return programs.read(("ip", "-o", "link", "show", "up"), read_mtus, "The MTU of the interfaces is not known")


def lost_with_forwarding(programs: Programs) -> list[str]:
    """The interfaces whose default route goes away once the kernel forwards IPv6, and does not yet."""
    advertised = programs.read(
        ("ip", "-6", "route", "show", "default"), read_advertised, "The default routes are not known"
    )
    return [
        interface
        for interface in advertised or ()
        if (programs.file(f"/proc/sys/net/ipv6/conf/{interface}/accept_ra") or "").strip() != ACCEPTED_WITH_FORWARDING
    ]
