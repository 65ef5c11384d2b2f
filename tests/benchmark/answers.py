# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a work comes to, in one form for all: works on the same question must come to the same answer.

So none is fast by doing less. Answers go between processes as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Answer = dict[str, Any]

TOP = 10
"""Busiest clients in a summary."""

FIELDS = (
    "protocol",
    "ipv6_remote_address",
    "ipv6_remote_l4_id",
    "ipv6_local_address",
    "ipv6_local_l4_id",
    "ipv4_local_address",
    "ipv4_local_l4_id",
    "ipv4_remote_address",
    "ipv4_remote_l4_id",
    "expires_in",
    "state",
)
"""Of a session, in the order of the CSV."""


class Disagreement(Exception):
    """Works on the same question came to different answers."""

    def __init__(self, question: str, said: Mapping[str, Answer]) -> None:
        lines = [f"{question}: the works do not agree, so their times mean nothing."]
        lines += [f"  {work} says {answer}" for work, answer in said.items()]
        super().__init__("\n".join(lines))


def rows_answer(rows: int, last: Mapping[str, Any] | None) -> Answer:
    """For works that make records: how many, and what the last one is; milliseconds are compared, not bits."""
    fields = {name: last[name] for name in FIELDS} if last else {}
    if fields:
        fields["expires_in"] = round(fields["expires_in"], 3)
    return {"rows": rows, "last": fields}


def summary_answer(
    by_protocol: Mapping[str, int],
    by_state: Mapping[str, int],
    by_pool4_address: Mapping[str, int],
    top_clients: Iterable[tuple[str, int]] | None,
) -> Answer:
    """For works that count. What has no sessions is left out.

    :param top_clients: prefix and sessions, most first, equals in the order of their numbers; None where nobody asked.
    """
    return {
        "total": sum(by_protocol.values()),
        "by_protocol": _sorted({protocol.lower(): count for protocol, count in by_protocol.items()}),
        "by_state": _sorted(by_state),
        "by_pool4_address": _sorted(by_pool4_address),
        "top_clients": None if top_clients is None else [[prefix, count] for prefix, count in top_clients],
    }


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return {key: counts[key] for key in sorted(counts) if key and counts[key]}


def compare(question: str, said: Mapping[str, Answer], sessions: int) -> None:
    """Hold answers against each other, and against what the table has.

    :param said: the name of a work to its answer.
    :raises Disagreement: when two differ, or one does not cover all sessions.
    """
    covered = {answer.get("rows", answer.get("total")) for answer in said.values()}
    if len({str(answer) for answer in said.values()}) > 1 or covered != {sessions}:
        raise Disagreement(f"{question} of {sessions:,} sessions", said)
