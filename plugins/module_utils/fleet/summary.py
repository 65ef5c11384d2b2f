# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary of a fleet: what its hosts answered, in a form that merges in any order.

A summary keeps a small part of each host and adds nothing up. So when summaries of several runs come together, a host
that answered twice can still be counted once, and so can a pair that holds each session twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..errors import SummaryDamaged, SummaryNotUnderstood
from .answer import ANSWERED, HostAnswer
from .checks import Malformed, count, entries_of, items_of, place
from .host_facts import part_of_answer
from .host_part import as_plain, check_part, pack
from .options import FleetOptions

SCHEMA = 1
KIND = "nat64.jool/fleet-summary"

HostKey = tuple[str, str]
"""The inventory's name of a host, and its identity where the facts have one (else empty)."""


class HostEntry(NamedTuple):
    """What is kept of a host.

    Of two entries of one host the greater one wins, compared from `answered` on: an answer over a failure, the newer
    over the older, and of two with the same time always the same one.

    :ivar answers: how often the host answered; each time but one it was superseded.
    :ivar gathered_at: empty where it did not answer.
    :ivar packed: see `host_part.pack`.
    """

    answers: int
    answered: bool
    gathered_at: str
    packed: bytes


@dataclass(frozen=True)
class FleetSummary:
    """What the hosts of a fleet answered. A summary without hosts is the neutral element of `merge`."""

    hosts: Mapping[HostKey, HostEntry] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a file or a result, see `from_dict`."""
        return {
            "schema": SCHEMA,
            "kind": KIND,
            "hosts": [{**as_plain(entry.packed), "answers": entry.answers} for entry in self._in_order()],
        }

    def json_pieces(self) -> Iterator[str]:
        """The same as JSON, one host a line, with no need of all of it in memory."""
        yield f'{{"schema":{SCHEMA},"kind":{json.dumps(KIND)},"hosts":['
        for number, entry in enumerate(self._in_order()):
            yield f'{"," if number else ""}\n{{"answers":{entry.answers},{entry.packed.decode("ascii")[1:]}'
        yield "\n]}\n"

    def _in_order(self) -> list[HostEntry]:
        return [self.hosts[key] for key in sorted(self.hosts)]


def summary_of(answer: HostAnswer, options: FleetOptions | None = None) -> FleetSummary:
    """The summary of one host.

    Facts that are damaged or of an unknown schema make it a host that failed, with the reason; nothing is raised.

    :param options: declare the pairs, which the summary remembers.
    """
    groups = options.pairs if options is not None else ()
    host = str(answer.host)
    partners = [partner for group in groups if host in group for partner in group]
    part = part_of_answer(answer, partners)
    return FleetSummary(dict([_entry(part, int(part["status"] == ANSWERED))]))


def merge(one: FleetSummary, other: FleetSummary) -> FleetSummary:
    """The summary of both; associative, commutative, with an empty summary as the neutral element."""
    return merge_all((one, other))


def merge_all(summaries: Iterable[FleetSummary]) -> FleetSummary:
    """The summary of all of them."""
    hosts: dict[HostKey, HostEntry] = {}
    for summary in summaries:
        _add(hosts, summary.hosts.items())
    return FleetSummary(hosts)


def from_dict(document: object) -> FleetSummary:
    """A summary from plain data that came from elsewhere. Keys that are not known are ignored.

    :raises SummaryNotUnderstood: when it is something else, or of another schema.
    :raises SummaryDamaged: when something in it is missing or makes no sense.
    """
    if not isinstance(document, Mapping) or document.get("kind") != KIND:
        kind = document.get("kind") if isinstance(document, Mapping) else None
        raise SummaryNotUnderstood(f"its kind is {kind!r:.60}, and not {KIND!r}")
    schema = document.get("schema")
    if isinstance(schema, bool) or schema != SCHEMA:
        raise SummaryNotUnderstood(f"its schema is {schema!r:.40}, known is {SCHEMA}")
    try:
        return FleetSummary(_hosts(document))
    except Malformed as error:
        raise SummaryDamaged(str(error)) from error


def _hosts(document: Mapping[str, Any]) -> dict[HostKey, HostEntry]:
    hosts: dict[HostKey, HostEntry] = {}
    with place(".hosts"):
        items, number = items_of(document.get("hosts")), 0
        try:
            for plain in items:
                _add(hosts, [_entry_of_plain(entries_of(plain))])
                number += 1
        except Malformed as error:
            raise error.within(f"[{number}]") from error
    return hosts


def _entry_of_plain(plain: Mapping[str, Any]) -> tuple[HostKey, HostEntry]:
    check_part(plain)
    if "answers" not in plain:
        raise Malformed("is missing", ".answers")
    with place(".answers"):
        count(plain["answers"])
    return _entry(plain, plain["answers"])


def _entry(part: Mapping[str, Any], answers: int) -> tuple[HostKey, HostEntry]:
    facts = part["facts"]
    answered = facts is not None
    return (part["host"], part["identity"] or ""), HostEntry(
        answers, answered, facts["gathered_at"] if answered else "", pack(part)
    )


def _add(hosts: dict[HostKey, HostEntry], more: Iterable[tuple[HostKey, HostEntry]]) -> None:
    for key, entry in more:
        known = hosts.get(key)
        if known is not None:
            # Fields from `answered` on decide, so `answers` is set aside.
            newer = max(known._replace(answers=0), entry._replace(answers=0))
            hosts[key] = newer._replace(answers=known.answers + entry.answers)
        else:
            hosts[key] = entry
