# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet with everything that a report must show, made by the real engine from facts of hosts that do not exist."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.checks import moment_of
from ansible_collections.nat64.jool.plugins.module_utils.facts.shape import timestamp
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import ANSWERED, HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.data import fleet_report_data
from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptions
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import FleetSummary, merge_all, summary_of
from ansible_collections.nat64.jool.tests.unit.host_facts_sample import (
    FOLLOWING,
    instance,
    kernel,
    kernels,
    module,
    offload,
    statistics,
)
from ansible_collections.nat64.jool.tests.unit.host_facts_sample import host_facts as of_host

from .synthetic import NOW, Shape, host_facts, of_schema_1

Maker = Callable[[str, random.Random], list[HostAnswer]]


def _answer(name: str, rng: random.Random, *shapes: Shape, minutes: float = 5, **more: Any) -> HostAnswer:
    asked = NOW - timedelta(minutes=minutes)
    facts = host_facts(rng, shapes or (_plain_shape(name, rng),), asked, **more)
    return HostAnswer(name, ANSWERED, facts, None, ("nat64", f"site{len(name) % 3}"))


def _address(name: str) -> str:
    number = sum(place * ord(character) for place, character in enumerate(name, 1))
    return f"192.0.{number // 250 % 250}.{number % 250 + 1}"


def _plain_shape(name: str, rng: random.Random) -> Shape:
    return Shape([rng.uniform(10, 78) for _range in range(3)], address=_address(name))


def full(name: str, rng: random.Random) -> list[HostAnswer]:
    """A TCP pool at 97 percent, with packets lost, and a second instance that is quiet."""
    signals = (("JSTAT_UNKNOWN", 15465), ("JSTAT_BIB6_NOT_FOUND", 12))
    busy = Shape((97.0, 84.0, 10.0), address=_address(name), counters=signals)
    return [_answer(name, rng, busy, Shape((12.0, 30.0, 1.0), "blue", "blue", "203.0.113.9"))]


def unreachable(name: str, rng: random.Random) -> list[HostAnswer]:
    return [HostAnswer.of_error(name, errors.ConnectionFailed("No route to host", host=name), ("nat64",))]


def stale(name: str, rng: random.Random) -> list[HostAnswer]:
    return [_answer(name, rng, minutes=60 * 26)]


def failed(name: str, rng: random.Random) -> list[HostAnswer]:
    argv = ("jool", "instance", "display", "--csv")
    said = "Error: The kernel module returned <b>error</b> 1: Operation not permitted"
    return [HostAnswer.of_error(name, errors.NoPrivilege(host=name, argv=argv, status=1, output=said))]


def not_loaded(name: str, rng: random.Random) -> list[HostAnswer]:
    return [HostAnswer.of_error(name, errors.ModuleNotLoaded(host=name), ("nat64",))]


def pair_member(name: str, rng: random.Random) -> list[HostAnswer]:
    """Both members have the same sessions, but for some that are on their way."""
    shared = Shape((52.0, 41.0, 3.0), address="203.0.113.1", ss_enabled=True)
    same = random.Random(1)
    answer = _answer(name, same, shared)
    if name.endswith("b") and isinstance(answer.facts, dict):
        for counted in (answer.facts, answer.facts["instances"][0]):
            counted["by_protocol"]["tcp"] -= 7
            counted["total"] -= 7
    return [answer]


def suspected_member(name: str, rng: random.Random) -> list[HostAnswer]:
    return [_answer(name, rng, Shape((30.0, 20.0, 2.0), address="203.0.113.77", ss_enabled=True))]


def duplicate(name: str, rng: random.Random) -> list[HostAnswer]:
    return [_answer(name, rng, minutes=20), _answer(name, rng, minutes=3)]


def stateless(name: str, rng: random.Random) -> list[HostAnswer]:
    nothing = {"total": None, "by_protocol": None, "by_state": None, "instances": []}
    return [_answer(name, rng, applicable=False, warnings=[str(errors.NotApplicable(host=name))], **nothing)]


def mixed(name: str, rng: random.Random) -> list[HostAnswer]:
    return [_answer(name, rng, jool={"tool": "4.1.15.0", "module": "4.1.9.0"})]


def wrong_rows(name: str, rng: random.Random) -> list[HostAnswer]:
    return [_answer(name, rng, Shape((91.0, 3.0, 1.0), address=_address(name), rfc6052_mismatched=3))]


def empty_pool4(name: str, rng: random.Random) -> list[HostAnswer]:
    return [_answer(name, rng, Shape((), address=_address(name)))]


def incomplete(name: str, rng: random.Random) -> list[HostAnswer]:
    warning = "The instances <i>red</i> live in network namespaces without a name (containers?) and were not asked."
    return [_answer(name, rng, complete=False, warnings=[warning])]


def old_schema(name: str, rng: random.Random) -> list[HostAnswer]:
    answer = _answer(name, rng)
    return [HostAnswer(name, ANSWERED, of_schema_1(dict(answer.facts or {})), None, answer.groups)]


def plain(name: str, rng: random.Random) -> list[HostAnswer]:
    """Nearly always fine."""
    kind = rng.random()
    if kind < 0.01:
        return unreachable(name, rng)
    if kind < 0.03:
        return [_answer(name, rng, Shape((rng.uniform(80, 97), 20.0, 1.0), address=_address(name)))]
    return [_answer(name, rng)]


KINDS: tuple[tuple[str, Maker], ...] = (
    ("edge-full", full),
    ("<script>alert(1)</script>", plain),
    ("edge-off", unreachable),
    ("\"quoted' & co", wrong_rows),
    ("edge-stale", stale),
    ("edge-denied", failed),
    ("pair-a", pair_member),
    ("pair-b", pair_member),
    ("edge-twice", duplicate),
    ("edge-unloaded", not_loaded),
    ("edge-mixed", mixed),
    ("edge-default", empty_pool4),
    ("edge-siit", stateless),
    ("edge-hidden", incomplete),
    ("edge-old", old_schema),
    ("twin-1", suspected_member),
    ("twin-2", suspected_member),
    ("=cmd|' /C calc'!A0", plain),
    ("bärlauch-☃-\u202ereversed", plain),
    ("a-name-" + "that-is-very-long-" * 8 + "indeed.example.net", plain),
)
"""Name and kind of the first hosts; those that follow are plain."""


def sample_answers(hosts: int, seed: int) -> Iterator[HostAnswer]:
    """What so many hosts answer; some of them answer twice."""
    rng = random.Random(seed)
    for place in range(hosts):
        name, make = KINDS[place] if place < len(KINDS) else (f"edge{place:05}", plain)
        yield from make(name, rng)


def sample_options(**more: Any) -> FleetOptions:
    return FleetOptions(**{"title": "Sample <fleet> & more", "pairs": (("pair-a", "pair-b"),), **more})


def sample_summary(hosts: int, seed: int, options: FleetOptions | None = None) -> FleetSummary:
    chosen = options or sample_options()
    return merge_all(summary_of(answer, chosen) for answer in sample_answers(hosts, seed))


def sample_fleet(hosts: int, seed: int, **options: Any) -> dict[str, Any]:
    """What a report is made of, for a fleet of so many hosts. The first twenty have what reports get wrong.

    :param options: of `FleetOptions`.
    """
    chosen = sample_options(**options)
    answers = list(enumerate(sample_answers(hosts, seed)))
    now = merge_all(summary_of(looked_at(answer, place), chosen) for place, answer in answers)
    gone = [(0, answer) for answer in unreachable("edge-gone", random.Random(seed))] if hosts else []
    past = [(place, answer) for place, answer in (*answers, *gone) if place % 23 != 22]
    before = merge_all(summary_of(looked_at(answer, place, hours=1), chosen) for place, answer in past)
    return fleet_report_data(now, chosen, NOW, fleet_report_data(before, chosen, NOW), before)


def looked_at(answer: HostAnswer, place: int, hours: float = 0) -> HostAnswer:
    """The answer with what the host itself is: most are healthy, now and hours before.

    :param place: its number in the fleet, which decides what it is like.
    """
    if answer.facts is None or not answer.facts["applicable"]:
        return answer
    earlier = hours > 0
    parameters = {"udp_timeout": 60} if place % 17 == 7 and not earlier else {}
    counters = {"JSTAT_SUCCESS": 1000 if earlier or place % 29 == 11 else 5000}
    counters.update({"JSTAT_FAILED_ROUTES": 40} if place % 19 == 4 and not earlier else {})
    following = kernel(FOLLOWING, "added", jool=module(on_disk=False)) if place % 13 == 5 else kernel()
    gathered_at = timestamp(moment_of(answer.facts["gathered_at"]) - timedelta(hours=hours))
    facts = of_host(
        gathered_at=gathered_at,
        kernels=kernels(following=following),
        offloads=[offload("eth0", generic_receive_offload=place % 11 == 3 or (earlier and place % 7 == 1))],
        instances=[instance(parameters=parameters, statistics=statistics(**counters))],
    )
    return replace(answer, host_facts=facts)
