# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of a host beside its sessions."""

from __future__ import annotations

from dataclasses import dataclass, field

HOST_SUBSETS = ("versions", "kernel", "instances", "statistics", "offloads", "sysctls", "sockets")

OF_NAMESPACES = ("offloads", "sysctls", "sockets")
"""Subsets that are read of each network namespace that has an instance."""


@dataclass(frozen=True)
class HostQuestion:
    """A question about a translator's host.

    :ivar subsets: of `HOST_SUBSETS`; versions are always gathered.
    :ivar netns: names of network namespaces, "" for the one that the connection ends in; None: the host's own, and all
        that have instances.
    """

    subsets: frozenset[str] = field(default_factory=lambda: frozenset(HOST_SUBSETS))
    netns: tuple[str, ...] | None = None

    def wants(self, subset: str) -> bool:
        """Whether this is asked for."""
        return subset in self.subsets

    @property
    def wants_places(self) -> bool:
        """Whether it has to be known which instances there are: some subsets are of their namespaces."""
        if self.wants("instances") or self.wants("statistics"):
            return True
        return self.netns is None and any(map(self.wants, OF_NAMESPACES))
