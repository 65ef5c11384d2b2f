# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings that take two looks: counters that grow and mean trouble, and translators that translate nothing."""

from __future__ import annotations

from collections.abc import Iterator

from .coverage import Fleet
from .finding import NOTE, WARNING, Finding, duration
from .trouble_counters import TROUBLE
from .two_looks import TwoLooks, two_looks

SUCCESS = "JSTAT_SUCCESS"

NO_TRAFFIC_SECONDS = 60
"""Two looks must be this far apart: a translator may well be idle for a moment."""

MANY_PERCENT = 0.1
"""Of the packets that were to be translated: from here on lost ones are a warning, below they are a note."""


def counter_grew(fleet: Fleet) -> Iterator[Finding]:
    """Counters of lost packets that grew since the last look."""
    for looks in two_looks(fleet):
        if looks.began_anew:
            continue
        for name, trouble in TROUBLE.items():
            grown = looks.grown(name)
            if grown:
                percent = 100 * grown / (grown + looks.grown(SUCCESS))
                yield Finding(
                    WARNING if percent >= MANY_PERCENT else NOTE,
                    "counter_grew",
                    name,
                    f"It grew by {grown:,} in {duration(looks.seconds)} ({_percent(percent)}): {trouble.meaning}.",
                    trouble.remedy,
                    looks.host.name,
                    looks.label,
                    looks.until,
                )


def _percent(percent: float) -> str:
    shown = f"{percent:.1f}" if percent >= MANY_PERCENT else f"below {MANY_PERCENT:g}"
    return f"{shown} percent of the packets that were to be translated"


def no_traffic(fleet: Fleet) -> Iterator[Finding]:
    """Instances that translated nothing between the two looks. The member of a pair may be the one that waits."""
    for looks in two_looks(fleet):
        if looks.seconds < NO_TRAFFIC_SECONDS or looks.began_anew or looks.grown(SUCCESS):
            continue
        waits = bool(looks.host.part.partners)
        yield Finding(
            NOTE if waits else WARNING,
            "no_traffic",
            "translates nothing",
            f"JSTAT_SUCCESS stood still at {looks.now.get(SUCCESS, 0):,} for {duration(looks.seconds)}, from "
            f"{looks.since} to {looks.until}. {_meanwhile(looks)}",
            "As a member of a pair it may be the one that waits. See that it is."
            if waits
            else "See whether routes still lead pool6 and pool4 to it, and whether DNS64 answers; if nobody is to use "
            "it, take it out of the audit.",
            looks.host.name,
            looks.label,
            looks.since,
        )


def _meanwhile(looks: TwoLooks) -> str:
    came = [(name[-1], looks.grown(name)) for name in ("JSTAT_RECEIVED6", "JSTAT_RECEIVED4")]
    if not any(number for _version, number in came):
        return "No packet came to it."
    said = " and ".join(f"{number:,} of IPv{version}" for version, number in came)
    return f"Packets that it saw meanwhile, those of the host itself among them: {said}."


COUNTER_FINDINGS = (no_traffic, counter_grew)
