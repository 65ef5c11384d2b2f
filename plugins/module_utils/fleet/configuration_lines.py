# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A configuration as lines that can be compared: of two hosts, or of one host at two times.

A table keeps its size and a digest, and its lines where they are few: a mapping table of thousands would make the
summary of a fleet many times as large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from .finding import listed, number_of

KEPT_LINES = 100
"""A table of more is kept as size and digest only."""

OF_CLIENTS = ("bib", "eamt")
"""Tables with addresses of clients, which are shown only where clients are shown in full."""

SHOWN_LINES = 3
"""Lines that a sentence names."""

_DIGEST_OCTETS = 16

TABLES = ("pool4", "bib", "eamt", "denylist4")


class Table(NamedTuple):
    """One table of a configuration.

    :ivar lines: sorted; None of a large one.
    """

    size: int
    digest: str
    lines: list[str] | None


def tables_of(config: Mapping[str, Any]) -> dict[str, Table]:
    """The tables of a configuration (`instances[].config` of `jool_facts`) that an instance of its kind has."""
    lines: dict[str, Callable[[Any], str]] = {
        "pool4": _pool4_line,
        "bib": lambda entry: f"{entry['protocol']} {entry['ipv6_address']} {entry['ipv4_address']}",
        "eamt": lambda entry: f"{entry['ipv6_prefix']} {entry['ipv4_prefix']}",
        "denylist4": str,
    }
    return {name: table(map(line, config[name])) for name, line in lines.items() if config[name] is not None}


def table(lines: Iterable[str]) -> Table:
    """The table of these lines, in any order."""
    found = sorted(set(lines))
    digest = blake2b("\n".join(found).encode("utf-8", "surrogatepass"), digest_size=_DIGEST_OCTETS).hexdigest()
    return Table(len(found), digest, found if len(found) <= KEPT_LINES else None)


def _pool4_line(entry: Mapping[str, Any]) -> str:
    iterations = entry.get("max_iterations")
    ending = "" if iterations in (None, "auto") else f" max_iterations {iterations}"
    return f"{entry['protocol']} {entry['prefix']} {entry['port_range']} mark {entry['mark']}{ending}"


def pool4_shape(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """What translators that are configured alike have in common in pool4: everything but the addresses.

    One line for each protocol, mark and set of ranges: ``tcp mark 0: 2 addresses with 61001-65535``.
    """
    ranges: dict[tuple[str, Any, str], set[str]] = {}
    for entry in entries:
        ranges.setdefault((entry["protocol"], entry["mark"], entry["prefix"]), set()).add(entry["port_range"])
    alike: dict[tuple[str, Any, str], int] = {}
    for (protocol, mark, _prefix), found in ranges.items():
        key = (protocol, mark, ", ".join(sorted(found)))
        alike[key] = alike.get(key, 0) + 1
    return sorted(
        f"{protocol} mark {mark}: {number} {'address' if number == 1 else 'addresses'} with {found}"
        for (protocol, mark, found), number in alike.items()
    )


def differences(one: Table, other: Table, *, named: bool = True) -> str:
    """How a table differs from another, in words: what it has more, and what it lacks.

    :param named: whether lines may be shown; where not, how many there are.
    """
    if one.lines is None or other.lines is None or not named:
        same = "" if one.size != other.size else ", and not the same ones"
        return f"{number_of(one.size, 'line')} instead of {other.size:,}{same}"
    more, less = sorted(set(one.lines) - set(other.lines)), sorted(set(other.lines) - set(one.lines))
    said = [f"{word} {listed(lines, SHOWN_LINES)}" for word, lines in (("has also", more), ("lacks", less)) if lines]
    return " and ".join(said)


def shown(value: Any) -> str:
    """A parameter's value as a sentence names it."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
