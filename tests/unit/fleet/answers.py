# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of hosts for property tests: of every kind, and often of the same host."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import ANSWERED, HostAnswer

from .synthetic import NOW, Shape, host_facts, of_schema_1

NOT_GATHERED = (
    "by_state",
    "by_mark",
    "by_pool4_address",
    "bib",
    "pool4",
    "top_clients",
    "clients",
    "top_destinations",
    "destinations",
    "top_services",
    "services",
    "expires_in",
    "rfc6052",
    "counters",
    "globals",
    "kernel_sessions",
)


def answered(host: str, *shapes: Shape, seed: int = 0, minutes: float = 5, **more: Any) -> HostAnswer:
    """A host that answered some minutes before `NOW`."""
    facts = host_facts(random.Random(seed), shapes or (Shape(),), NOW - timedelta(minutes=minutes), **more)
    return HostAnswer(host, ANSWERED, facts)


def changed(answer: HostAnswer, instance: int = 0, **more: Any) -> HostAnswer:
    """The same with other values in one instance; the host's total follows."""
    facts = dict(answer.facts or {})
    facts["instances"] = [dict(entry) for entry in facts["instances"]]
    facts["instances"][instance].update(more)
    facts["total"] = sum(entry["total"] for entry in facts["instances"])
    return HostAnswer(answer.host, ANSWERED, facts, None, answer.groups)


def without(answer: HostAnswer, names: Iterable[str], *, udp: bool) -> HostAnswer:
    """The same where these were not gathered, and UDP perhaps neither."""
    entry = (answer.facts or {})["instances"][0]
    more: dict[str, Any] = dict.fromkeys(names)
    if udp:
        counts = {**entry["by_protocol"], "udp": None}
        more.update(by_protocol=counts, total=sum(number or 0 for number in counts.values()))
    return changed(answer, **more)


def _answer(
    host: str, seed: int, minutes: int, length: int, top: int, absent: frozenset[str], flags: tuple[bool, bool, bool]
) -> HostAnswer:
    old, two, udp = flags
    shapes = [Shape((35.0, 20.0, 5.0), ports=40, prefix_length=length, top=top)]
    if two:
        shapes.append(Shape((90.0,), "blue", "blue", "203.0.113.9", ports=20, prefix_length=length, top=top))
    answer = without(answered(host, *shapes, seed=seed, minutes=minutes), absent, udp=udp)
    if not old:
        return answer
    answer = changed(answer, pool4=[])
    return HostAnswer(host, ANSWERED, of_schema_1(dict(answer.facts or {})))


hosts = st.sampled_from(["edge1", "edge2", "edge3", "<b>", ""])
failures = st.builds(
    HostAnswer.of_error,
    hosts,
    st.sampled_from([errors.ConnectionFailed("gone"), errors.NoPrivilege(), errors.ModuleNotLoaded("x", host="edge1")]),
)
damaged = st.builds(HostAnswer, hosts, st.just(ANSWERED), st.sampled_from([None, {}, {"schema": 3}, {"schema": 1}]))
answers = st.one_of(
    st.builds(
        _answer,
        hosts,
        st.integers(0, 5),
        st.integers(0, 3),
        st.sampled_from([64, 56, 48]),
        st.integers(0, 10),
        st.frozensets(st.sampled_from(NOT_GATHERED), max_size=4),
        st.tuples(st.booleans(), st.booleans(), st.booleans()),
    ),
    failures,
    damaged,
)
