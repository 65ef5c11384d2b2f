# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of all combinations of release, transport and condition are run.

What can go wrong between two of them is seen when each pair is run once; all three at once take three times as long.
``make integration LAB_EVERY_RELEASE=1`` runs all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.nat64.jool.tests.integration.guests import EVERY_RELEASE, RELEASES
from ansible_collections.nat64.jool.tests.integration.runner import Case

TRANSPORTS = ("connection", "ssh", "host")


def combinations(names: Sequence[str]) -> list[tuple[str, str, str]]:
    """Guest, transport and name: each pair of a guest or transport and a name, and each guest by each transport.

    :param names: three or more, or some combinations of guest and transport are left out.
    """
    return [
        (guest, transport, name)
        for number, name in enumerate(names)
        for place, guest in enumerate(RELEASES)
        for way, transport in enumerate(TRANSPORTS)
        if EVERY_RELEASE or (number + place + way) % len(TRANSPORTS) == 0
    ]


def guests_and_transports(name: str, combined: Sequence[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Those that are combined with this name."""
    return [(guest, transport) for guest, transport, what in combined if what == name]


def where_combined(case: Case, transport: str, name: str, combined: Sequence[tuple[str, str, str]]) -> Case:
    """The case on those guests alone that have this combination."""
    guests = [guest for guest, by in guests_and_transports(name, combined) if by == transport]
    return replace(case, keywords={**case.keywords, "when": f"inventory_hostname in {guests}"})
