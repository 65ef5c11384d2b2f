# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that is looked at, in the order in which an operator would."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import building, pools, running
from .observation import Observation
from .situation import Situation

CHECKS: tuple[Callable[[Situation], Iterable[Observation]], ...] = (
    building.versions,
    building.existing,
    building.kernels,
    building.headers,
    building.signing,
    running.versions,
    running.firewalld,
    running.forwarding,
    running.offloads,
    running.mtu,
    pools.local_ports,
    pools.listening,
)


def examine(situation: Situation) -> list[Observation]:
    """What is to be said of a host."""
    return [observation for check in CHECKS for observation in check(situation)]
