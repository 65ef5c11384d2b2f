# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about clients that take more than their share."""

from __future__ import annotations

from collections.abc import Iterator

from .coverage import Fleet
from .finding import WARNING, Finding, listed
from .privacy import displayed_client


def heavy_client(fleet: Fleet) -> Iterator[Finding]:
    """Clients that hold a large part of an instance's ports.

    One session takes at most one port, so the share is an upper bound; a host's list of its busiest clients has whoever
    can be that busy.
    """
    limit = fleet.options.heavy_client_percent
    for host, facts in fleet.answered:
        for entry in host.instances:
            ports = sum(pool.ports_total for pool in entry.pool4 or ())
            heavy = [
                (sessions, prefix)
                for prefix, sessions in (entry.top_clients or {}).items()
                if ports and sessions * 100 >= limit * ports
            ]
            if heavy:
                told = [
                    f"{displayed_client(prefix, entry.client_prefix_length, fleet.options)} has {sessions:,} sessions "
                    f"({100 * sessions / ports:.0f} percent)"
                    for sessions, prefix in sorted(heavy, reverse=True)
                ]
                yield Finding(
                    WARNING,
                    "heavy_client",
                    "clients that take much of pool4",
                    f"Of {ports:,} ports: {listed(told)}.",
                    "See what it does (a scan, a worm, or many hosts behind one prefix); then limit it in the "
                    "firewall, or give it ports of its own by a mark.",
                    host.name,
                    entry.label,
                    facts.gathered_at,
                )


CLIENT_FINDINGS = (heavy_client,)
