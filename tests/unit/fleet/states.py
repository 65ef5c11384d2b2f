# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers of hosts that were looked at beside their sessions, and what a report says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ansible_collections.nat64.jool.plugins.module_utils.facts.shape import timestamp
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import HostAnswer
from ansible_collections.nat64.jool.plugins.module_utils.fleet.data import fleet_report_data
from ansible_collections.nat64.jool.plugins.module_utils.fleet.options import FleetOptions
from ansible_collections.nat64.jool.plugins.module_utils.fleet.summary import FleetSummary, merge_all, summary_of
from ansible_collections.nat64.jool.tests.unit.host_facts_sample import host_facts

from .answers import answered
from .synthetic import NOW, Shape


def looked_at(
    host: str = "edge1",
    groups: Sequence[str] = ("nat64",),
    shape: Shape | None = None,
    minutes: float = 5,
    **facts: Any,
) -> HostAnswer:
    """A host of one instance that answered some minutes before `NOW`.

    :param facts: of the host, see `host_facts_sample.host_facts`.
    """
    gathered_at = timestamp(NOW - timedelta(minutes=minutes))
    known = host_facts(**{"gathered_at": gathered_at, **facts})
    return replace(answered(host, shape or Shape(), minutes=minutes), groups=tuple(groups), host_facts=known)


def summary(answers: Sequence[HostAnswer], **options: Any) -> FleetSummary:
    judged = FleetOptions(**options)
    return merge_all(summary_of(answer, judged) for answer in answers)


def report(
    *answers: HostAnswer,
    before: Sequence[HostAnswer] | None = None,
    earlier: Mapping[str, Any] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """What is said of these, compared with what was there before."""
    past = None if before is None else summary(before, **options)
    return fleet_report_data(summary(answers, **options), FleetOptions(**options), NOW, earlier, past)


def findings(*answers: HostAnswer, **more: Any) -> list[tuple[str, str, str | None, str | None]]:
    """Severity, code, host and instance of each finding."""
    found = report(*answers, **more)["findings"]
    return [(one["severity"], one["code"], one["host"], one["instance"]) for one in found]


def evidence(*answers: HostAnswer, **more: Any) -> list[str]:
    return [one["evidence"] for one in report(*answers, **more)["findings"]]
