# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleets to report, made by the real engine: a quiet night, a bad one, one that has everything, one that means harm."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.data import fleet_report_data
from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptions
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import merge_all, summary_of
from ansible_collections.nat64.jool.tests.unit.fleet import sample
from ansible_collections.nat64.jool.tests.unit.fleet.synthetic import NOW, Shape

Structure = dict[str, Any]

SITES = ("ams", "fra", "mad", "par", "waw")


def made_of(answers: Iterable[HostAnswer], **options: Any) -> Structure:
    chosen = FleetOptions(**options)
    return fleet_report_data(merge_all(summary_of(answer, chosen) for answer in answers), chosen, NOW)


def name(place: int) -> str:
    return f"{SITES[place % len(SITES)]}-nat64-{place // len(SITES) + 1:03}"


def healthy(host: str, rng: random.Random) -> HostAnswer:
    use = (rng.triangular(15, 76, 48), rng.triangular(10, 60, 30), rng.triangular(0.5, 6, 1.5))
    address = f"198.51.100.{sum(map(ord, host)) % 250 + 1}"
    return sample._answer(host, rng, Shape(use, address=address, top=40), minutes=rng.uniform(1, 4))


def quiet(hosts: int) -> Structure:
    """Nothing is wrong."""
    rng = random.Random(64)
    return made_of([healthy(name(place), rng) for place in range(hosts)])


def mixed(hosts: int) -> Structure:
    """Everything that a report must show."""
    return sample.sample_fleet(hosts, 64)


def bad(hosts: int) -> Structure:
    """Something is wrong nearly everywhere."""
    rng = random.Random(64)
    kinds = [
        maker
        for _name, maker in sample.KINDS
        if maker not in (sample.plain, sample.pair_member, sample.suspected_member)
    ]
    answers = [answer for place in range(hosts) for answer in kinds[place % len(kinds)](name(place), rng)]
    return made_of(answers, min_coverage_percent=95.0)


def night(hosts: int = 48) -> Structure:
    """A plausible bad night, for the picture in the documentation."""
    rng = random.Random(5)
    full, crowded = Shape((96.4, 71.0, 2.0), address="198.51.100.77", top=40), Shape(
        (83.1, 40.0, 1.0), address="198.51.100.91", top=40
    )  # fmt: skip
    answers = []
    for place in range(hosts):
        host = name(place)
        if host == "fra-nat64-002":
            answers.append(sample._answer(host, rng, full, minutes=2))
        elif host in ("par-nat64-004", "ams-nat64-007"):
            answers.append(sample._answer(host, rng, crowded, minutes=3))
        elif host == "waw-nat64-001":
            answers += sample.unreachable(host, rng)
        elif host == "mad-nat64-005":
            answers += sample.not_loaded(host, rng)
        elif host == "mad-nat64-008":
            answers += sample.mixed(host, rng)
        else:
            answers.append(healthy(host, rng))
    earlier = made_of([answer for answer in answers if answer.host in ("fra-nat64-002", "waw-nat64-001")])
    for finding, since in zip(earlier["findings"], ("2026-11-25T01:12:00Z", "2026-11-24T23:47:00Z")):
        finding["since"] = since
    chosen = FleetOptions(title="NAT64, all sites")
    return fleet_report_data(merge_all(summary_of(answer, chosen) for answer in answers), chosen, NOW, earlier)


HOSTILE = (
    "</td></script><script>alert(1)</script><img src=x onerror=alert(2)>\"'`|*[x](javascript:alert(3)){{ 7*7 }}"
    "\u202e\x1b[31m\n=1+1"
)
"""What a host that means harm would call itself."""

CHOSEN_BY_US = frozenset(
    {
        "kind",
        "severity",
        "status",
        "code",
        "generated_at",
        "gathered_at",
        "since",
        "protocol",
        "oldest_gathered_at",
        "newest_gathered_at",
    }
)


def hostile(text: str = HOSTILE) -> Structure:
    """A fleet in which every text that comes from elsewhere is `text`."""

    def poisoned(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: poisoned(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [poisoned(inner, key) for inner in value]
        return text if isinstance(value, str) and key not in CHOSEN_BY_US else value

    structure: Structure = poisoned(mixed(20))
    return structure
