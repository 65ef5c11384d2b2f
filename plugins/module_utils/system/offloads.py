# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Offloads of network interfaces. Jool's documentation asks for receive offloads to be off: packets that were merged
are larger than what fits on the way out, and Jool drops them or answers with ICMP errors.

Source: ethtool(8), ``ethtool -k``; ip-link(8), ``ip -o link``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .programs import FormatError, Programs

FEATURES = (
    "generic-receive-offload",
    "large-receive-offload",
    "rx-gro-hw",
    "rx-gro-list",
    "rx-udp-gro-forwarding",
    "generic-segmentation-offload",
    "tcp-segmentation-offload",
)

MOST_INTERFACES = 32
"""Each interface is a command of its own; a host with hundreds of them is not asked for all."""

_LINK = re.compile(r"\d+: (?P<name>[^\s@:]+)(?:@[^\s:]+)?: <(?P<flags>[A-Z0-9_,-]*)> .*")
_FEATURE = re.compile(r"\s*(?P<name>[\w.-]+): (?P<state>on|off)(?: \[(?P<note>[a-z ]+)\])?")
_NOTES = ("fixed", "requested on", "requested off", "not requested", "never changed")


class Feature(NamedTuple):
    """One offload.

    :ivar enabled: whether it is on.
    :ivar fixed: whether it cannot be changed.
    """

    enabled: bool
    fixed: bool


class InterfaceOffloads(NamedTuple):
    """The offloads of one interface.

    :ivar features: of `FEATURES`; None for one that was not printed. As a whole None where they could not be read.
    """

    netns: str
    interface: str
    features: dict[str, Feature | None] | None


def read_links(text: str) -> list[str]:
    """The names of interfaces that are up, without loopback, from ``ip -o link show up``.

    :raises FormatError: for a line that is no interface.
    """
    names = []
    for line in text.splitlines():
        found = _LINK.fullmatch(line.strip())
        if not found:
            raise FormatError(line)
        if "LOOPBACK" not in found["flags"].split(","):
            names.append(found["name"])
    return names


def read_features(text: str) -> dict[str, Feature | None]:
    """What ``ethtool -k`` prints of one interface.

    :raises FormatError: for a line that is no feature.
    """
    features: dict[str, Feature | None] = dict.fromkeys(FEATURES)
    for line in text.splitlines():
        if not line.strip() or line.startswith("Features for "):
            continue
        found = _FEATURE.fullmatch(line)
        if not found or (found["note"] and found["note"] not in _NOTES):
            raise FormatError(line)
        if found["name"] in features:
            features[found["name"]] = Feature(found["state"] == "on", found["note"] == "fixed")
    return features


def offloads(programs: Programs, netns: str, prefix: tuple[str, ...]) -> list[InterfaceOffloads] | None:
    """The offloads of the interfaces of a network namespace that are up.

    :param netns: its name, "" for the one that the connection ends in.
    :param prefix: the words that run a command there.
    :returns: None where the interfaces are not known.
    """
    where = f"of the network namespace '{netns}' " if netns else ""
    links = programs.read(
        ("ip", "-o", "link", "show", "up"), read_links, f"The interfaces {where}are not known", prefix=prefix
    )
    if links is None:
        return None
    if len(links) > MOST_INTERFACES:
        programs.notices.append(
            f"The offloads {where}are those of the first {MOST_INTERFACES} interfaces; there are {len(links)}."
        )
    return [
        InterfaceOffloads(netns, link, _features(programs, link, where, prefix)) for link in links[:MOST_INTERFACES]
    ]


def _features(programs: Programs, link: str, where: str, prefix: tuple[str, ...]) -> dict[str, Feature | None] | None:
    missing = f"The offloads of '{link}' {where}are not known"
    return programs.read(("ethtool", "-k", link), read_features, missing, prefix=prefix)
