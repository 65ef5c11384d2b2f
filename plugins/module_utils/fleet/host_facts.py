# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One host's facts as a part of a fleet: what is kept of them, and what is refused.

Session facts of schema 1 and 2 are accepted (see `facts.shape`); what schema 1 does not have was not gathered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..checks import Malformed, entries_of, items_of, place
from ..errors import FactsDamaged, FactsNotUnderstood, HostFactsDamaged
from .answer import ANSWERED, FAILED, STATUSES, HostAnswer
from .host_part import KEPT_COUNTERS, KEPT_GLOBALS, check_part
from .host_state import plain_state

SCHEMAS = (1, 2)

MESSAGE_KEPT = 2000
"""Characters of an error's message that are kept."""

_SINCE_SCHEMA_2 = frozenset(
    {
        "by_mark",
        "bib",
        "is_default",
        "top_destinations",
        "top_services",
        "destinations",
        "services",
        "expires_in",
        "rfc6052",
        "counters",
        "globals",
        "fingerprint",
    }
)

_Plain = dict[str, Any]


def part_of_answer(answer: HostAnswer, partners: Sequence[str] = ()) -> _Plain:
    """A host's answer as a part (see `host_part`). Facts that make no sense are a failure of that host, which is data.

    :param partners: hosts that hold the same sessions.
    """
    if answer.status == ANSWERED:
        try:
            return part_of_facts(answer, partners)
        except (FactsNotUnderstood, FactsDamaged) as error:
            return part_of_answer(replace(answer, status=FAILED, facts=None, error=error.as_dict()), partners)
    status = answer.status if answer.status in STATUSES else FAILED
    return {
        **_host(answer, partners),
        "status": status,
        "identity": None,
        "error": _error_kept(answer.error),
        "facts": None,
        **_state(answer),
    }


def part_of_facts(answer: HostAnswer, partners: Sequence[str] = ()) -> _Plain:
    """The facts of a host that answered as a part, checked.

    :raises FactsNotUnderstood: when they are of a schema that is not known.
    :raises FactsDamaged: when they are cut, of wrong types, or do not add up.
    """
    facts, host = answer.facts, str(answer.host)
    if not isinstance(facts, Mapping) or "schema" not in facts:
        raise FactsDamaged("there are no session facts in the answer", host=host)
    schema = facts["schema"]
    if isinstance(schema, bool) or schema not in SCHEMAS:
        known = " and ".join(map(str, SCHEMAS))
        raise FactsNotUnderstood(f"they say {schema!r:.40}, known are {known}", host=host)
    try:
        part = {
            **_host(answer, partners),
            "status": ANSWERED,
            "identity": facts.get("identity"),
            "error": None,
            "facts": _facts(facts),
            **_state(answer),
        }
        check_part(part)
        _check_total(facts, part["facts"])
    except Malformed as error:
        raise FactsDamaged(str(error), host=host) from error
    return part


def _check_total(facts: Mapping[str, Any], kept: _Plain) -> None:
    """A list of instances that was cut does not add up to the host's total."""
    if kept["applicable"] and facts.get("total") != sum(entry["total"] for entry in kept["instances"]):
        raise Malformed("is missing or not the sum of the instances", ".total")


def _host(answer: HostAnswer, partners: Sequence[str]) -> _Plain:
    host = str(answer.host)
    return {
        "host": host,
        "groups": sorted({str(group) for group in answer.groups}),
        "partners": sorted({str(partner) for partner in partners} - {host}),
    }


def _state(answer: HostAnswer) -> _Plain:
    """What is known of the host beside its sessions. Facts that make no sense are no reason to lose those."""
    if answer.host_facts is None:
        return {} if answer.host_error is None else {"state_error": _error_kept(answer.host_error)}
    try:
        return {"state": plain_state(answer.host_facts)}
    except Malformed as error:
        return {"state_error": _error_kept(HostFactsDamaged(str(error), host=str(answer.host)).as_dict())}


def _error_kept(error: object) -> _Plain:
    said = error if isinstance(error, Mapping) else {}
    return {name: _said(said.get(name)) for name in ("condition", "message", "command")}


def _said(value: object) -> str | None:
    return None if value is None else str(value)[:MESSAGE_KEPT]


def _facts(facts: Mapping[str, Any]) -> _Plain:
    schema = facts["schema"]
    top = _Source(facts, schema)
    versions = top.mapping("jool") or {}
    found = top["instances"]
    with place(".instances"):
        entries = items_of(found)
    instances = []
    for number, entry in enumerate(entries):
        with place(f".instances[{number}]"):
            instances.append(_instance(_Source(entries_of(entry), schema)))
    return {
        **top.all("gathered_at", "source", "applicable", "complete", "protocols", "filtered", "warnings"),
        "tool": versions.get("tool"),
        "module": versions.get("module"),
        "instances": instances,
    }


def _instance(entry: _Source) -> _Plain:
    counters, parameters, states = entry.mapping("counters"), entry.mapping("globals"), entry.mapping("by_state")
    return {
        **entry.all("name", "netns", "complete", "total", "by_protocol", "by_mark", "by_pool4_address", "bib"),
        **entry.all("clients", "client_prefix_length", "destinations", "services", "fingerprint", "truncated"),
        "by_state": None if states is None else {state: number for state, number in states.items() if number != 0},
        "pool4": entry.rows("pool4", _POOL_COLUMNS),
        "top_clients": entry.counts("top_clients", "prefix"),
        "top_destinations": entry.counts("top_destinations", "address"),
        "top_services": entry.counts("top_services", "protocol", "l4_id"),
        "expires_in": entry.rows("expires_in", ("from_seconds", "to_seconds", "sessions")),
        "rfc6052": entry.row("rfc6052", ("pool6", "checked", "mismatched")),
        "kernel_sessions": entry.row("kernel_sessions", ("before", "after")),
        "counters": None if counters is None else {name: counters[name] for name in KEPT_COUNTERS if name in counters},
        "globals": None if parameters is None else {name: parameters.get(name) for name in KEPT_GLOBALS},
    }


_POOL_COLUMNS = ("mark", "protocol", "address", "port_min", "port_max", "is_default", "ports_used")


class _Source:
    """A mapping of the facts, whose keys are all there, or else it was cut.

    :raises Malformed: in each method, for a key that is missing and for a value of another shape.
    """

    def __init__(self, entries: Mapping[str, Any], schema: int) -> None:
        self._entries = entries
        self._optional = _SINCE_SCHEMA_2 if schema == 1 else frozenset()

    def __getitem__(self, name: str) -> Any:
        if name not in self._entries and name not in self._optional:
            raise Malformed("is missing", f".{name}")
        return self._entries.get(name)

    def all(self, *names: str) -> _Plain:
        """These keys and their values, as they are."""
        return {name: self[name] for name in names}

    def mapping(self, name: str) -> Mapping[str, Any] | None:
        """A mapping, or None."""
        value = self[name]
        with place(f".{name}"):
            return None if value is None else entries_of(value)

    def row(self, name: str, columns: Sequence[str]) -> list[Any] | None:
        """The values of a mapping, in this order."""
        value = self[name]
        return None if value is None else self._rows(name, columns, [value])[0]

    def rows(self, name: str, columns: Sequence[str]) -> list[list[Any]] | None:
        """The same of each mapping of a list."""
        entries = self[name]
        return None if entries is None else self._rows(name, columns, entries)

    def _rows(self, name: str, columns: Sequence[str], entries: Any) -> list[list[Any]]:
        required = set(columns) - self._optional
        rows = []
        with place(f".{name}"):
            for entry in items_of(entries):
                if not required <= entries_of(entry).keys():
                    raise Malformed(f"has an entry without {min(required - entry.keys())}")
                rows.append(list(map(entry.get, columns)))
        return rows

    def counts(self, name: str, *key: str) -> dict[str, Any] | None:
        """A list of sessions for each key, as a mapping. A key of several columns is joined with slashes."""
        rows = self.rows(name, (*key, "sessions"))
        if rows is None:
            return None
        found: dict[str, Any] = {}
        for *columns, sessions in rows:
            if not all(isinstance(column, (str, int)) for column in columns):
                raise Malformed(f"has an entry whose {' or '.join(key)} is no text or number", f".{name}")
            found[columns[0] if len(key) == 1 else "/".join(map(str, columns))] = sessions
        if len(found) != len(rows):
            raise Malformed("names a key twice", f".{name}")
        return found
