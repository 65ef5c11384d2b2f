# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts a fleet's numbers are of: asked, answered, and every one that is missing, by its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from .. import errors
from ..checks import moment_of
from .answer import FAILED
from .host_entry import HostEntry
from .host_part import FactsPart, HostPart, InstancePart, unpack
from .host_state import HostState
from .options import FleetOptions
from .summary import FleetSummary

CLOCKS_DIFFER_SECONDS = 300
"""An answer may be this much younger than now. More is a clock that is wrong."""

UNKNOWN_REMEDY = "Read the message, mend what it says, and ask this host again."


@dataclass(frozen=True)
class FleetHost:
    """A host that was asked, with the one answer that counts.

    :ivar answers: how often it answered.
    :ivar age_seconds: of the answer; None where it did not answer. Negative: the clocks differ.
    """

    part: HostPart
    answers: int
    age_seconds: int | None
    stale: bool

    @property
    def name(self) -> str:
        """The inventory's name."""
        return self.part.host

    @property
    def facts(self) -> FactsPart | None:
        """What it answered."""
        return self.part.facts

    @property
    def instances(self) -> list[InstancePart]:
        """Its instances, none where it did not answer."""
        return self.part.facts.instances if self.part.facts else []

    @property
    def from_future(self) -> bool:
        """Whether it was asked later than now."""
        return self.age_seconds is not None and self.age_seconds < -CLOCKS_DIFFER_SECONDS

    @property
    def message(self) -> str | None:
        """Why it did not answer, without its name and the advice."""
        if self.part.error is None:
            return None
        said = self.part.error["message"] or "It did not answer, and nobody said why."
        return said.removeprefix(f"{self.name}: ").removesuffix(f" {self.remedy}")

    @property
    def condition(self) -> str | None:
        """The class of the error (see `errors`), where it is known."""
        return self.part.error["condition"] if self.part.error else None

    @property
    def remedy(self) -> str:
        """What to do about its error."""
        known = getattr(errors, self.condition or "", None)
        if isinstance(known, type) and issubclass(known, errors.JoolError):
            return known.remedy or UNKNOWN_REMEDY
        return UNKNOWN_REMEDY


@dataclass(frozen=True)
class Fleet:
    """All hosts of a summary, each once, and how they are to be judged.

    :ivar hosts: by name.
    :ivar before: what was known of hosts at an earlier time, by name; None where nobody compares.
    """

    hosts: list[FleetHost]
    options: FleetOptions
    generated_at: datetime
    before: Mapping[str, HostPart] | None = None

    @property
    def answered(self) -> Iterator[tuple[FleetHost, FactsPart]]:
        """The hosts that answered, and what."""
        return ((host, host.part.facts) for host in self.hosts if host.part.facts is not None)

    @property
    def with_state(self) -> Iterator[tuple[FleetHost, HostState]]:
        """The hosts of which more than sessions is known, and what."""
        return ((host, host.part.state) for host in self.hosts if host.part.state is not None)

    @property
    def with_past(self) -> Iterator[tuple[FleetHost, HostPart]]:
        """The hosts that were known at an earlier time, and what was known: of the same machine, not the same name."""
        for host in self.hosts:
            past = self.before.get(host.name) if self.before else None
            if past is not None and past.identity == host.part.identity:
                yield host, past


def fleet_of(
    summary: FleetSummary, options: FleetOptions, generated_at: datetime, before: FleetSummary | None = None
) -> Fleet:
    """The hosts of a summary, each once, and those that were to be asked.

    :param before: the same fleet at an earlier time.
    """
    by_name: dict[str, dict[str, HostEntry]] = {}
    for (name, identity), entry in summary.hosts.items():
        by_name.setdefault(name, {})[identity] = entry
    hosts = [_host(entry, options, generated_at) for entries in by_name.values() for entry in _counted(entries)]
    for name in sorted(set(options.expected_hosts) - set(by_name)):
        error = errors.NoAnswer(host=name).as_dict()
        known = {key: str(error[key]) for key in ("condition", "message", "command")}
        hosts.append(FleetHost(HostPart(name, FAILED, None, [], [], dict(known), None), 0, None, stale=False))
    hosts.sort(key=lambda host: (host.name, host.part.identity or ""))
    return Fleet(hosts, options, generated_at, None if before is None else _by_name(before))


def _by_name(summary: FleetSummary) -> dict[str, HostPart]:
    """The hosts of a summary of which there is one of a name: of two it is not known which one is meant."""
    entries: dict[str, list[HostEntry]] = {}
    for (name, _identity), entry in summary.hosts.items():
        entries.setdefault(name, []).append(entry)
    return {name: unpack(found[0].packed) for name, found in entries.items() if len(found) == 1}


def _counted(entries: dict[str, HostEntry]) -> Iterable[HostEntry]:
    """The entries of one name that count.

    A failure, and facts without an identity, say nothing of another machine: they are of one that is known.
    """
    if len(entries) == 1 or "" not in entries:
        return entries.values()
    anonymous = entries[""]
    named = [entry for identity, entry in sorted(entries.items()) if identity]
    newest = max(named, key=lambda entry: entry[1:])
    return [entry._replace(answers=entry.answers + anonymous.answers) if entry is newest else entry for entry in named]


def _host(entry: HostEntry, options: FleetOptions, generated_at: datetime) -> FleetHost:
    age = round((generated_at - moment_of(entry.gathered_at)).total_seconds()) if entry.answered else None
    stale = age is not None and age > options.stale_after_seconds
    return FleetHost(unpack(entry.packed), entry.answers, age, stale)


def percent(part: float, whole: float) -> float | None:
    """The share in percent, one digit after the point; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def covered_percent(answered: int, asked: int) -> float:
    """The share of hosts that answered, rounded down: it is 100 only when all did."""
    return answered * 1000 // asked / 10 if asked else 0.0


def is_met(fleet: Fleet) -> bool:
    """Whether as many hosts answered as must. Where nobody was asked, nothing is covered."""
    least = fleet.options.min_coverage_percent
    if least is None:
        return True
    answered = sum(1 for _host in fleet.answered)
    return bool(fleet.hosts) and answered * 100 >= least * len(fleet.hosts)
