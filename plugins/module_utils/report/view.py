# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a page shows of the structure: how much of each list, in what order, and the places of what is drawn.

The structure holds everything. A page of a thousand hosts shows the worst and says how much more there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .bars import bar_width, segments
from .findings import by_severity, earliest, grouped, kinds, rank, title_of

Fleet = Mapping[str, Any]

BUCKETS = 10
"""Classes of the picture that shows how full all pools are, each of them 10 percent wide."""


POOL_LABELS = ("host", "netns", "instance", "mark", "protocol", "address", "port_min", "port_max")
"""What makes a pool4 range one of a kind."""


@dataclass(frozen=True)
class Limits:
    """How much a page shows; the files of data have everything.

    :ivar pools: pools, fullest first.
    :ivar hosts: hosts of the table; where there are more, those that need a look come first.
    :ivar rows: lines of each group of findings, of the missing hosts and of the warnings.
    """

    pools: int = 20
    hosts: int = 2000
    rows: int = 10


def view_of(fleet: Fleet, limits: Limits) -> dict[str, Any]:
    """Everything that a template needs and that the structure does not say in so many words."""
    findings, hosts, pools = fleet["findings"], fleet["hosts"], fleet["pools"]
    urgent = [finding for finding in findings if finding["severity"] in ("critical", "warning")]
    worst = [finding for finding in urgent if finding["severity"] == fleet["verdict"]["severity"]]
    return {
        "findings": {
            "groups": grouped(findings, limits.rows),
            "urgent": kinds(urgent, 3),
            "kinds": kinds(findings, 0),
            "counts": by_severity(findings),
            "since": earliest(worst),
        },
        "pools": {
            **cut(pools, limits.pools),
            "counts": by_severity(pools),
            "histogram": histogram(pools),
            "severities": worst_of_hosts(pools),
        },
        "hosts": {
            **cut(hosts if len(hosts) <= limits.hosts else worst_first(hosts), limits.hosts),
            "counts": by_severity(hosts),
            "silent": sum(host["status"] != "answered" for host in hosts),
        },
        "changes": changes_shown(fleet["changes"], limits.rows),
        "coverage": {"parts": coverage_parts(fleet["coverage"]), **cut(fleet["coverage"]["missing"], limits.rows)},
        "protocols": parts([(row["protocol"], row["sessions"]) for row in fleet["protocols"]]),
        "tops": {name: with_bars(fleet[f"top_{name}"]) for name in ("clients", "destinations", "services")},
        "warnings": cut(fleet["warnings"], limits.rows),
        "series": {
            "hosts": first_of_each(hosts, ("host",)),
            "pools": first_of_each(pools, POOL_LABELS),
            "protocols": first_of_each(fleet["protocols"], ("protocol",)),
            "states": first_of_each(fleet["states"], ("state",)),
            "pairs": first_of_each(fleet["pairs"], ("members",)),
        },
    }


def changes_shown(changes: Mapping[str, Any] | None, shown: int) -> dict[str, Any] | None:
    """The lists of what changed, cut, and whether there is anything in them; None where nobody compared."""
    if changes is None:
        return None
    hosts = ("hosts_new", "hosts_gone", "hosts_silent", "hosts_back")
    moved = [row for row in changes["sessions"] if row["difference"]]
    gone = [{**row, "title": title_of(row["code"])} for row in changes["findings_gone"] or ()]
    return {
        "any": bool(moved or gone or changes["entries"] or any(changes[name] for name in hosts)),
        "entries": cut(changes["entries"], shown),
        "sessions": cut(moved, shown),
        "gone": cut(gone, shown),
        **{name: cut(changes[name], shown) for name in hosts},
    }


def cut(rows: Sequence[Any], shown: int) -> dict[str, Any]:
    """The first rows, and how many are not shown."""
    return {"shown": list(rows[:shown]), "more": max(0, len(rows) - shown), "all": len(rows)}


def first_of_each(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> list[Mapping[str, Any]]:
    """One row for each set of labels. Prometheus refuses a whole file in which one comes twice."""
    found: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for row in rows:
        found.setdefault(tuple(str(row[key]) for key in keys), row)
    return list(found.values())


def worst_first(hosts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Hosts by severity, then by name."""
    return sorted(hosts, key=lambda host: (rank(host["severity"]), host["host"]))


def parts(amounts: Sequence[tuple[str, int | None]]) -> list[dict[str, Any]]:
    """One bar made of several amounts: ``name``, ``amount``, ``start`` and ``length`` of each, out of 100."""
    known = [(name, amount) for name, amount in amounts if amount]
    places = segments([amount for _name, amount in known])
    return [
        {"name": name, "amount": amount, "start": start, "length": length}
        for (name, amount), (start, length) in zip(known, places)
    ]


def worst_of_hosts(pools: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The worst severity of each host's pools."""
    found: dict[str, str] = {}
    for pool in pools:
        found[pool["host"]] = min(found.get(pool["host"], "ok"), pool["severity"], key=rank)
    return found


def with_bars(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a list of the most, with bars against the longest: ``bar_least`` and ``bar_most``, out of 100."""
    longest = max((row["sessions_at_most"] for row in rows), default=0) or 1
    return [
        {
            **row,
            "bar_least": bar_width(100 * row["sessions_at_least"] / longest),
            "bar_most": bar_width(100 * row["sessions_at_most"] / longest),
        }
        for row in rows
    ]


def coverage_parts(coverage: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The hosts that were asked, as one bar."""
    return parts([(name, coverage[name]) for name in ("answered", "failed", "unreachable")])


def histogram(pools: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]] | None:
    """How many pools are how full, in classes of 10 percent; None where no pool's use is known.

    Each has ``from_percent``, ``to_percent``, ``pools``, and a column out of 100: ``left``, ``width``, ``top`` and
    ``height``.
    """
    counts = [0] * BUCKETS
    for pool in pools:
        if pool["percent_used"] is not None:
            counts[min(BUCKETS - 1, int(pool["percent_used"] * BUCKETS / 100))] += 1
    most = max(counts)
    if not most:
        return None
    step = 100 // BUCKETS
    columns = []
    for place, count in enumerate(counts):
        height = round(max(2.0, 100.0 * count / most), 2) if count else 0.0
        columns.append(
            {
                "from_percent": place * step,
                "to_percent": (place + 1) * step,
                "pools": count,
                "left": place * step + 0.5,
                "width": step - 1.0,
                "top": round(100.0 - height, 2),
                "height": height,
            }
        )
    return columns
