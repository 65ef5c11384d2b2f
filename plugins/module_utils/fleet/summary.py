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
from typing import Any

from ..checks import Malformed, entries_of, items_of, place
from ..errors import SummaryDamaged, SummaryNotUnderstood
from .answer import ANSWERED, HostAnswer
from .host_entry import HostEntry, HostKey, entry_line, entry_of, entry_of_line, entry_of_plain, plain_entry
from .host_facts import part_of_answer
from .options import FleetOptions

SCHEMA = 1
KIND = "nat64.jool/fleet-summary"

_BEFORE_HOSTS = f'{{"schema":{SCHEMA},"kind":{json.dumps(KIND)},"hosts":['.encode()
_AFTER_HOSTS = b"\n]}\n"


@dataclass(frozen=True)
class FleetSummary:
    """What the hosts of a fleet answered. A summary without hosts is the neutral element of `merge`."""

    hosts: Mapping[HostKey, HostEntry] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for a file or a result, see `from_dict`."""
        return {
            "schema": SCHEMA,
            "kind": KIND,
            "hosts": [plain_entry(key, self.hosts[key]) for key in sorted(self.hosts)],
        }

    def json_pieces(self) -> Iterator[bytes]:
        """The same as JSON, one host a line, with no need of all of it in memory."""
        yield _BEFORE_HOSTS
        for number, key in enumerate(sorted(self.hosts)):
            yield (b",\n" if number else b"\n") + entry_line(key, self.hosts[key])
        yield _AFTER_HOSTS


def summary_of(answer: HostAnswer, options: FleetOptions | None = None) -> FleetSummary:
    """The summary of one host.

    Facts that are damaged or of an unknown schema make it a host that failed, with the reason; nothing is raised.

    :param options: declare the pairs, which the summary remembers.
    """
    groups = options.pairs if options is not None else ()
    host = str(answer.host)
    partners = [partner for group in groups if host in group for partner in group]
    part = part_of_answer(answer, partners)
    return FleetSummary(dict([entry_of(part, int(part["status"] == ANSWERED))]))


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


def from_json(content: bytes) -> FleetSummary:
    """A summary from JSON, see `from_dict`. What `FleetSummary.json_pieces` wrote is read several times as fast.

    :raises SummaryNotUnderstood: see `from_dict`.
    :raises SummaryDamaged: when it was cut or is no JSON, too.
    """
    summary = _unaltered(content)
    if summary is not None:
        return summary
    if not content.strip():
        raise SummaryDamaged("it is empty")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        # What json says of it repeats nothing of it.
        raise SummaryDamaged(f"it is no whole JSON document ({error})") from error
    return from_dict(document)


def _unaltered(content: bytes) -> FleetSummary | None:
    """The summary of a file that is as it was written; None of another."""
    if not content.startswith(_BEFORE_HOSTS) or not content.endswith(_AFTER_HOSTS):
        return None
    hosts: dict[HostKey, HostEntry] = {}
    lines = content[len(_BEFORE_HOSTS) : -len(_AFTER_HOSTS)].split(b"\n")[1:]
    for number, line in enumerate(lines, 1):
        found = entry_of_line(line if number == len(lines) else line.removesuffix(b","))
        if found is None:
            return None
        _add(hosts, [found])
    return FleetSummary(hosts)


def _hosts(document: Mapping[str, Any]) -> dict[HostKey, HostEntry]:
    hosts: dict[HostKey, HostEntry] = {}
    with place(".hosts"):
        items, number = items_of(document.get("hosts")), 0
        try:
            for plain in items:
                _add(hosts, [entry_of_plain(entries_of(plain))])
                number += 1
        except Malformed as error:
            raise error.within(f"[{number}]") from error
    return hosts


def _add(hosts: dict[HostKey, HostEntry], more: Iterable[tuple[HostKey, HostEntry]]) -> None:
    for key, entry in more:
        known = hosts.get(key)
        hosts[key] = entry if known is None else known.merged(entry)
