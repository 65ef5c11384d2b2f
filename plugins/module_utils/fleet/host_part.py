# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet keeps of one host: its facts without rows, small, checked, and packed.

A part is packed as JSON with sorted keys. That takes a fraction of the memory of objects, two parts are the same when
their bytes are, and a saved summary is made of them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..checks import (
    Malformed,
    count,
    counts,
    flag,
    list_of,
    mapping_of,
    moment,
    one_of,
    optional,
    place,
    record,
    require_prefixes,
    row,
    seconds,
    text,
)
from ..records.session import PROTOCOLS
from ..summary.fingerprint import sessions_of
from .answer import STATUSES
from .host_state import HostState, check_state, unpacked_state

KEPT_COUNTERS = ("JSTAT_SESSIONS", "JSTAT_UNKNOWN", "JSTAT_BIB6_NOT_FOUND", "JSTAT_MASK_DOMAIN_NOT_FOUND")
"""The kernel's counters that a fleet is judged by."""

KEPT_GLOBALS = ("pool6", "ss_enabled", "tcp_est_timeout")
"""The global parameters that a fleet is judged by."""


class PoolPart(NamedTuple):
    """A range of pool4. What can be computed from these is not kept."""

    mark: int | None
    protocol: str
    address: str
    port_min: int
    port_max: int
    is_default: bool | None
    ports_used: int

    @property
    def ports_total(self) -> int:
        """Ports (or ICMP identifiers) in the range."""
        return self.port_max - self.port_min + 1


class InstancePart(NamedTuple):
    """An instance. None is what was not gathered; names are those of the facts.

    :ivar by_state: states without sessions are left out.
    :ivar by_mark: mark as a text, or ``none``, to sessions.
    :ivar bib: protocol to ``static`` and ``dynamic`` to entries.
    :ivar top_clients: prefix to sessions, likewise the other ``top_``; services are named ``tcp/443``.
    :ivar expires_in: from, to (seconds; None in the last) and sessions.
    :ivar rfc6052: prefix (None: unknown), rows checked, rows that do not fit.
    :ivar kernel_sessions: JSTAT_SESSIONS before and after.
    :ivar fingerprint: of the sessions, see `summary.fingerprint`; only with session synchronisation.
    """

    name: str | None
    netns: str | None
    complete: bool
    total: int
    by_protocol: dict[str, int | None]
    by_state: dict[str, int] | None
    by_mark: dict[str, int] | None
    by_pool4_address: dict[str, int] | None
    bib: dict[str, dict[str, int] | None] | None
    pool4: list[PoolPart] | None
    clients: int | None
    client_prefix_length: int
    top_clients: dict[str, int] | None
    destinations: int | None
    top_destinations: dict[str, int] | None
    services: int | None
    top_services: dict[str, int] | None
    expires_in: list[tuple[float, float | None, int]] | None
    rfc6052: tuple[str | None, int, int] | None
    counters: dict[str, int | None] | None
    kernel_sessions: tuple[int | None, int | None] | None
    globals: dict[str, Any] | None
    fingerprint: str | None
    truncated: bool | None

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"{self.netns}/{self.name}" if self.netns else self.name or "unnamed"


class FactsPart(NamedTuple):
    """The facts of a host that answered."""

    gathered_at: str
    source: str
    tool: str | None
    module: str | None
    applicable: bool
    complete: bool
    protocols: list[str]
    filtered: bool
    warnings: list[str]
    instances: list[InstancePart]


class HostPart(NamedTuple):
    """One host.

    :ivar identity: what tells machines apart beyond the inventory's name; None where the facts have none.
    :ivar partners: hosts that hold the same sessions, as the inventory says.
    :ivar error: condition, message and command; None where it answered.
    :ivar state: what is known of it beside its sessions; None where nobody asked, or it could not be read.
    :ivar state_error: why it could not be read, as `error`.
    """

    host: str
    status: str
    identity: str | None
    groups: list[str]
    partners: list[str]
    error: dict[str, str | None] | None
    facts: FactsPart | None
    state: HostState | None = None
    state_error: dict[str, str | None] | None = None


_MAY_BE_ABSENT = ("state", "state_error")
"""Keys of a part that are not written where there is nothing to say."""


def _pool(value: Any) -> None:
    _POOL_ROW(value)
    first, last, used = value[3], value[4], value[6]
    if not first <= last <= 65535:
        raise Malformed("is no range of ports")
    if used > last - first + 1:
        raise Malformed("has more ports in use than it has")


def _instance(value: Any) -> None:
    _INSTANCE_FIELDS(value)
    counted = [value["by_protocol"].get(protocol) for protocol in PROTOCOLS]
    if sum(number or 0 for number in counted) != value["total"]:
        raise Malformed("has a total that is not the sum of its protocols")
    length = value["client_prefix_length"]
    if not 1 <= length <= 128:
        raise Malformed("is not between 1 and 128", ".client_prefix_length")
    _expiry(value["expires_in"] or ())
    with place(".fingerprint"):
        _fingerprint(value["fingerprint"], value["total"])
    if value["rfc6052"] and value["rfc6052"][2] > value["rfc6052"][1]:
        raise Malformed("has more mismatches than rows", ".rfc6052")
    with place(".top_clients"):
        require_prefixes(value["top_clients"] or (), length)


def _fingerprint(value: str | None, total: int) -> None:
    try:
        if value is not None and sessions_of(value) != total:
            raise Malformed("is of another number of sessions")
    except ValueError as error:
        raise error if isinstance(error, Malformed) else Malformed("is no fingerprint of sessions") from error


def _expiry(rows: Sequence[Sequence[Any]]) -> None:
    """Each span of time begins where the one before it ends."""
    for (_first, last, _sessions), (following, _end, _more) in zip(rows, rows[1:]):
        if last != following:
            raise Malformed("has a gap between two spans of time", ".expires_in")
    if rows and not all(first < last for first, last, _sessions in rows if last is not None):
        raise Malformed("has a span of time without any", ".expires_in")


def check_part(value: Any) -> None:
    """Refuse what is no `HostPart` in the form of dictionaries.

    :raises Malformed: with the place and the fault.
    """
    _HOST_FIELDS(value)
    with place(".state"):
        optional(check_state)(value.get("state"))
    with place(".state_error"):
        optional(_ERROR)(value.get("state_error"))
    answered = value["status"] == STATUSES[0]
    if answered != (value["facts"] is not None) or answered == (value["error"] is not None):
        raise Malformed("has a status that does not fit its facts and its error")


_POOL_ROW = row(
    {
        "mark": optional(count),
        "protocol": one_of(PROTOCOLS),
        "address": text,
        "port_min": count,
        "port_max": count,
        "is_default": optional(flag),
        "ports_used": count,
    }
)
_INSTANCE_FIELDS = record(
    {
        "name": optional(text),
        "netns": optional(text),
        "complete": flag,
        "total": count,
        "by_protocol": mapping_of(optional(count)),
        "by_state": optional(counts),
        "by_mark": optional(counts),
        "by_pool4_address": optional(counts),
        "bib": optional(mapping_of(optional(record({"static": count, "dynamic": count})))),
        "pool4": optional(list_of(_pool)),
        "clients": optional(count),
        "client_prefix_length": count,
        "top_clients": optional(counts),
        "destinations": optional(count),
        "top_destinations": optional(counts),
        "services": optional(count),
        "top_services": optional(counts),
        "expires_in": optional(
            list_of(row({"from_seconds": seconds, "to_seconds": optional(seconds), "sessions": count}))
        ),
        "rfc6052": optional(row({"pool6": optional(text), "checked": count, "mismatched": count})),
        "counters": optional(mapping_of(optional(count))),
        "kernel_sessions": optional(row({"before": optional(count), "after": optional(count)})),
        "globals": optional(
            record({"pool6": optional(text), "ss_enabled": optional(flag), "tcp_est_timeout": optional(seconds)})
        ),
        "fingerprint": optional(text),
        "truncated": optional(flag),
    }
)
_FACTS_FIELDS = record(
    {
        "gathered_at": moment,
        "source": text,
        "tool": optional(text),
        "module": optional(text),
        "applicable": flag,
        "complete": flag,
        "protocols": list_of(one_of(PROTOCOLS)),
        "filtered": flag,
        "warnings": list_of(text),
        "instances": list_of(_instance),
    }
)
_ERROR = record({"condition": optional(text), "message": optional(text), "command": optional(text)})
_HOST_FIELDS = record(
    {
        "host": text,
        "status": one_of(STATUSES),
        "identity": optional(text),
        "groups": list_of(text),
        "partners": list_of(text),
        "error": optional(_ERROR),
        "facts": optional(_FACTS_FIELDS),
    }
)


def pack(part: Mapping[str, Any]) -> bytes:
    """A host's part in the form of dictionaries, which was checked, packed."""
    only = {
        name: part.get(name) for name in HostPart._fields if name not in _MAY_BE_ABSENT or part.get(name) is not None
    }
    return json.dumps(only, sort_keys=True, separators=(",", ":")).encode("ascii")


def as_plain(packed: bytes) -> dict[str, Any]:
    """The part in the form of dictionaries."""
    plain: dict[str, Any] = json.loads(packed)
    return plain


def unpack(packed: bytes) -> HostPart:
    """The part as an object."""
    plain = as_plain(packed)
    if plain["facts"] is not None:
        plain["facts"] = FactsPart(**plain["facts"])._replace(
            instances=[_unpacked_instance(entry) for entry in plain["facts"]["instances"]]
        )
    if plain.get("state") is not None:
        plain["state"] = unpacked_state(plain["state"])
    return HostPart(**plain)


def _unpacked_instance(plain: dict[str, Any]) -> InstancePart:
    if plain["pool4"] is not None:
        plain["pool4"] = [PoolPart(*entry) for entry in plain["pool4"]]
    return InstancePart(**plain)
