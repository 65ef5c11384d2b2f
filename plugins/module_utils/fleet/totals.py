# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The numbers of a whole fleet, each with what is missing in it.

A total is None as soon as one host that answered did not gather it. What the others have is then in ``at_least``, and how many did not in
``incomplete``. Hosts that did not answer are no matter of totals but of coverage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from ..records.session import PROTOCOLS, STATES
from .coverage import Fleet, percent
from .host_part import InstancePart
from .pairs import Pairs
from .privacy import cut_clients, shorter_prefix, shown_client
from .top_counts import TopCounts, merge_all

Histogram = Sequence[tuple[float, Optional[float], int]]

BIB_KINDS = ("static", "dynamic")


class FleetTotals:
    """Adds up the instances of a fleet, those once that several members of a pair have."""

    def __init__(self, fleet: Fleet, pairs: Pairs) -> None:
        self._fleet = fleet
        self._pairs = pairs
        self._instances = [entry for host in fleet.hosts for entry in host.instances if id(entry) not in pairs.repeated]
        self._answers = [facts for _host, facts in fleet.answered if facts.applicable]
        self._clients, self._prefix_length = self._merged_clients()
        self._destinations = merge_all(
            TopCounts.of_list(entry.top_destinations, entry.destinations, entry.total) for entry in self._instances
        )
        self._services = merge_all(
            TopCounts.of_list(entry.top_services, entry.services, entry.total) for entry in self._instances
        )

    @property
    def prefix_lengths(self) -> list[int]:
        """The lengths of the prefixes that hosts counted clients by; of different ones the shortest is what is left."""
        return sorted({entry.client_prefix_length for entry in self._instances})

    @property
    def sessions_at_least(self) -> int | None:
        """All sessions that were counted; None where nobody counted."""
        return sum(entry.total for entry in self._instances) if self._answers else None

    @property
    def exact(self) -> bool:
        """Whether all that answered counted the same, and all of it."""
        scopes = {(tuple(facts.protocols), facts.filtered) for facts in self._answers}
        gathered = {frozenset(known for known in PROTOCOLS if self._known(entry, known)) for entry in self._instances}
        return len(scopes) <= 1 and len(gathered) <= 1 and all(facts.complete for facts in self._answers)

    def totals(self) -> dict[str, Any]:
        """The fleet's totals."""
        by_protocol = {
            protocol: [entry.by_protocol.get(protocol) for entry in self._instances] for protocol in PROTOCOLS
        }
        states = [entry.by_state for entry in self._instances]
        bib = [entry.bib for entry in self._instances]
        marks = [entry.by_mark for entry in self._instances]
        incomplete = {
            **{protocol: _unknown(counts) for protocol, counts in by_protocol.items()},
            "by_state": _unknown(states),
            "by_mark": _unknown(marks),
            "bib": _unknown(bib),
            "clients": _unknown([entry.clients for entry in self._instances]),
        }
        at_least: dict[str, Any] = {
            "sessions": self.sessions_at_least,
            "by_protocol": {protocol: self._added(counts) for protocol, counts in by_protocol.items()},
            "by_state": self._counted(states, STATES),
            "by_mark": self._counted(marks, ()),
            "bib": self._bib(bib),
        }
        return {
            "sessions": at_least["sessions"] if self.exact else None,
            "exact": self.exact and bool(self._answers),
            "by_protocol": {
                protocol: None if incomplete[protocol] else number
                for protocol, number in at_least["by_protocol"].items()
            },
            **{name: None if incomplete[name] else at_least[name] for name in ("by_state", "by_mark", "bib")},
            "instances": len(self._instances),
            "clients": {
                "at_least": self._clients.distinct_at_least if self._answers else None,
                "at_most": self._clients.distinct_at_most if self._answers else None,
                "prefix_length": self._prefix_length,
            },
            "sessions_counted_twice": self._pairs.repeated_sessions,
            "at_least": at_least,
            "incomplete": {name: number for name, number in incomplete.items() if number},
        }

    def protocols(self) -> list[dict[str, Any]]:
        """Sessions by protocol, of those that gathered them."""
        counts = {
            protocol: self._added([entry.by_protocol.get(protocol) for entry in self._instances])
            for protocol in PROTOCOLS
        }
        whole = sum(number or 0 for number in counts.values())
        return [
            {"protocol": protocol, "sessions": number, "percent": None if number is None else percent(number, whole)}
            for protocol, number in counts.items()
        ]

    def states(self) -> list[dict[str, Any]]:
        """Sessions by state, of those that gathered them; most sessions first, states without sessions left out."""
        counts = self._counted([entry.by_state for entry in self._instances], ()) or {}
        whole = sum(counts.values())
        return [
            {"state": state, "sessions": number, "percent": percent(number, whole)}
            for state, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ]

    def expires_in(self) -> list[dict[str, Any]] | None:
        """Sessions by the time that they have left, of those that gathered them; None where nobody did."""
        merged = merged_histogram([entry.expires_in for entry in self._instances if entry.expires_in is not None])
        if merged is None:
            return None
        whole = sum(number for _first, _last, number in merged)
        return [
            {
                "from_seconds": first,
                "to_seconds": last,
                "label": _span(first, last),
                "sessions": number,
                "percent": percent(number, whole),
            }
            for first, last, number in merged
        ]

    def top_clients(self) -> list[dict[str, Any]]:
        """The busiest clients, as they may be shown."""
        options = self._fleet.options
        return [{"prefix": shown_client(key, options), **more} for key, more in self._top(self._clients)]

    def top_destinations(self) -> list[dict[str, Any]]:
        """The IPv4 addresses that most sessions go to."""
        return [{"address": key, **more} for key, more in self._top(self._destinations)]

    def top_services(self) -> list[dict[str, Any]]:
        """The ports (or ICMP identifiers) that most sessions go to."""
        return [
            {"protocol": key.partition("/")[0], "l4_id": _number(key.partition("/")[2]), "label": key, **more}
            for key, more in self._top(self._services)
        ]

    def top_bounds(self) -> dict[str, dict[str, int]]:
        """What can be said of those that are in no list."""
        lists = {"clients": self._clients, "destinations": self._destinations, "services": self._services}
        return {
            name: {
                "distinct_at_least": entry.distinct_at_least,
                "distinct_at_most": entry.distinct_at_most,
                "unlisted_at_most": entry.unlisted_at_most,
            }
            for name, entry in lists.items()
        }

    def _merged_clients(self) -> tuple[TopCounts, int | None]:
        """All clients, by the shortest prefix that one host counted by."""
        if not self._instances:
            return merge_all(()), None
        shortest = self.prefix_lengths[0]
        shorten, parts = shorter_prefix(shortest), []
        for entry in self._instances:
            part = TopCounts.of_list(entry.top_clients, entry.clients, entry.total)
            parts.append(part.regrouped(shorten) if entry.client_prefix_length > shortest else part)
        return cut_clients(merge_all(parts), shortest, self._fleet.options)

    def _top(self, counts: TopCounts) -> Iterable[tuple[str, dict[str, Any]]]:
        whole = self.sessions_at_least or 0
        for key, least, most in counts.top(self._fleet.options.top):
            yield (
                key,
                {
                    "sessions_at_least": least,
                    "sessions_at_most": most,
                    "exact": least == most,
                    "percent": percent(least, whole),
                },
            )

    @staticmethod
    def _known(entry: InstancePart, protocol: str) -> bool:
        return entry.by_protocol.get(protocol) is not None

    def _added(self, counts: Sequence[int | None]) -> int | None:
        """The sum of what is known; None where nothing is, and 0 where there is no instance to know of."""
        known = [number for number in counts if number is not None]
        return sum(known) if known or (self._answers and not counts) else None

    def _counted(self, parts: Sequence[Mapping[str, int] | None], names: Sequence[str]) -> dict[str, int] | None:
        known = [part for part in parts if part is not None]
        if not known and (parts or not self._answers):
            return None
        sums: Counter[str] = Counter(dict.fromkeys(names, 0))
        for part in known:
            sums.update(part)
        return dict(sums) if names else dict(sorted(sums.items()))

    def _bib(self, parts: Sequence[Mapping[str, Mapping[str, int] | None] | None]) -> dict[str, Any] | None:
        known = [part for part in parts if part is not None]
        if not known:
            return None
        sums: dict[str, Any] = {}
        for protocol in PROTOCOLS:
            entries = [part.get(protocol) for part in known]
            gathered = [entry for entry in entries if entry is not None]
            sums[protocol] = (
                {kind: sum(entry[kind] for entry in gathered) for kind in BIB_KINDS}
                if len(gathered) == len(entries)
                else None
            )
        return sums


def merged_histogram(parts: Sequence[Histogram]) -> list[tuple[float, float | None, int]] | None:
    """The sum of several histograms, by the bounds that all of them have. None of none, and where they share no bounds."""
    if not parts:
        return None
    shared = set.intersection(*({first for first, _last, _number in part} for part in parts))
    ends = {part[-1][1] for part in parts if part}
    starts = sorted(shared)
    if not starts or len(ends) != 1 or any(part[0][0] != starts[0] for part in parts):
        return None
    sums = dict.fromkeys(starts, 0)
    for part in parts:
        for first, _last, number in part:
            sums[max(start for start in starts if start <= first)] += number
    return [(start, end, sums[start]) for start, end in zip(starts, [*starts[1:], ends.pop()])]


def _unknown(values: Iterable[object]) -> int:
    return sum(value is None for value in values)


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _span(first: float, last: float | None) -> str:
    if last is None:
        return f"{_duration(first)} and more"
    return f"under {_duration(last)}" if not first else f"{_duration(first)} to {_duration(last)}"


def _duration(seconds: float) -> str:
    """Whole hours and minutes as such, anything else in seconds."""
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds and seconds % unit == 0:
            return f"{seconds / unit:g} {name}"
    return f"{seconds:g} s"
