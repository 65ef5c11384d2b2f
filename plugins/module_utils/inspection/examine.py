# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that is looked at on a host that runs, from its facts alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import instances, software, surroundings
from .host_facts import HostFacts
from .seen import Seen

CHECKS: tuple[Callable[[HostFacts], Iterator[Seen]], ...] = (
    *instances.CHECKS,
    *software.CHECKS,
    *surroundings.CHECKS,
)


def examine(facts: HostFacts) -> list[Seen]:
    """What is to be said of a host.

    :param facts: ``ansible_facts.jool``, checked (`host_facts.check_host_facts`).
    """
    return [seen for check in CHECKS for seen in check(facts)]
