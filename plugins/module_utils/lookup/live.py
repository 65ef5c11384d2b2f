# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who holds a transport address now, or who has which sessions: from the answers of hosts that were just asked.

A host that did not answer may be the one: then nobody is not said, but unknown.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..facts.shape import Facts
from ..fleet.answer import ANSWERED, HostAnswer
from .holder import KNOWN, NOBODY, OUTSIDE, UNKNOWN
from .live_question import LiveQuestion

NOW, BOUND = "now", "static"
"""Why a holder is known: it has a session; an administrator bound the address to it, with a session or without."""

SHOWN = 3
"""Sessions, or hosts, that a sentence names."""


@dataclass(frozen=True)
class LiveAnswer:
    """What is known.

    :ivar sessions: with host, instance and network namespace, and whether their binding is static.
    :ivar bindings: static entries of the BIB that fit, whether they have sessions or not.
    :ivar asked: host to when it was asked; `missing`: host to why it could not tell all.
    :ivar pooled: whether a pool has the address; None where that is not known, or not the question.
    """

    question: LiveQuestion
    sessions: Sequence[Facts]
    bindings: Sequence[Facts]
    asked: Mapping[str, str]
    missing: Mapping[str, str]
    pooled: bool | None

    @property
    def holders(self) -> list[Facts]:
        """Every client with its protocol, address and L4-ID, each once; none without a transport address to hold."""
        if self.question.held is None:
            return []
        found: dict[tuple[Any, ...], Facts] = {}
        for row, reason in (*((one, NOW) for one in self.sessions), *((one, BOUND) for one in self.bindings)):
            key = (row["protocol"], row["ipv6_remote_address"], row["ipv6_remote_l4_id"])
            names = ("protocol", "ipv6_remote_address", "ipv6_remote_l4_id")
            found.setdefault(key, {**dict(zip(names, key)), "reason": reason})
        return list(found.values())

    @property
    def verdict(self) -> str:
        """One of those of `holder`."""
        holders = self.holders
        if len({holder["protocol"] for holder in holders}) < len(holders):
            return UNKNOWN  # hosts contradict each other
        if self.sessions or self.bindings:
            return KNOWN
        if self.missing or not self.asked:
            return UNKNOWN
        return OUTSIDE if self.pooled is False else NOBODY

    def as_dict(self) -> Facts:
        """Plain data; every key is always there."""
        held = self.question.held
        return {
            "address": None if held is None else str(held.address),
            "l4_id": None if held is None else held.l4_id,
            "protocols": list(self.question.protocols),
            "clients": list(self.question.clients),
            "peers": list(self.question.peers),
            "at": min(self.asked.values(), default=None),
            "verdict": self.verdict,
            "holders": self.holders,
            "sessions": list(self.sessions),
            "bindings": list(self.bindings),
            "hosts": [{"host": host, "gathered_at": at} for host, at in sorted(self.asked.items())],
            "missing": [{"host": host, "message": why} for host, why in sorted(self.missing.items())],
            "evidence": [],
            "sentence": self.sentence(),
        }

    def sentence(self) -> str:
        """What a person reads, and may pass on."""
        what, verdict = self.question.words(), self.verdict
        if verdict == NOBODY:
            return f"{what}: there is no such session, on any of {len(self.asked)} hosts."
        if verdict == OUTSIDE:
            return f"{what} is in no pool of the {len(self.asked)} hosts that were asked."
        told = self._told()
        if verdict == KNOWN:
            return f"{what}: {told}.{self._without()}"
        if told:
            return f"{what} is not known: translators hold it for different clients. {told}.{self._without()}"
        if not self.asked:
            return f"{what} is not known: no host answered.{self._without()}"
        return f"{what} is not known: no host that answered has it.{self._without()}"

    def _told(self) -> str:
        if self.question.held is None:
            hosts = list(dict.fromkeys(one["host"] for one in (*self.sessions, *self.bindings)))
            counts = f"{len(self.sessions)} sessions, {len(self.bindings)} static entries"
            return f"{counts}, on {_listed(hosts)}" if hosts else ""
        rows = [_row_words(one, "static" if one["static"] else "dynamic") for one in self.sessions]
        talking = {(one["host"], one["protocol"], one["ipv6_remote_address"]) for one in self.sessions}
        rows += [
            _row_words(one, "bound by configuration, without a session")
            for one in self.bindings
            if (one["host"], one["protocol"], one["ipv6_remote_address"]) not in talking
        ]
        return _listed(list(dict.fromkeys(rows)), "; ")

    def _without(self) -> str:
        if not self.missing:
            return ""
        return f" Of {_listed(sorted(self.missing))} it is not known."


def live_answer(question: LiveQuestion, answers: Iterable[HostAnswer]) -> LiveAnswer:
    """What hosts know that were asked `LiveQuestion.of_tables`.

    :param answers: of the gathering; their facts were made by this code.
    """
    sessions: list[Facts] = []
    bindings: list[Facts] = []
    asked: dict[str, str] = {}
    missing: dict[str, str] = {}
    pooled: set[bool | None] = set()
    for answer in answers:
        facts = answer.facts
        if answer.status != ANSWERED or facts is None:
            missing[answer.host] = str((answer.error or {}).get("message") or "it did not answer")
            continue
        asked[answer.host] = facts["gathered_at"]
        if not facts["complete"]:
            missing[answer.host] = "not every instance could be read"
        for entry in facts["instances"]:
            if entry["truncated"]:
                missing[answer.host] = f"instance '{entry['name']}' has more sessions that fit than an answer shows"
            place = {"host": answer.host, "netns": entry["netns"], "instance": entry["name"]}
            bound = [one for one in entry["static_bib"] or () if _fits(question, one)]
            sessions += [{**place, **row, "static": _is_static(row, entry)} for row in entry["sessions"] or ()]
            bindings += [{**place, **one} for one in bound]
            pooled.add(_is_pooled(question, entry, bound))
    return LiveAnswer(question, sessions, bindings, asked, missing, _any(pooled))


def _is_static(row: Mapping[str, Any], entry: Mapping[str, Any]) -> bool | None:
    if entry["static_bib"] is None:
        return None
    key = (row["protocol"], row["ipv4_local_address"], row["ipv4_local_l4_id"])
    return any(
        key == (one["protocol"], one["ipv4_local_address"], one["ipv4_local_l4_id"]) for one in entry["static_bib"]
    )


def _fits(question: LiveQuestion, one: Mapping[str, Any]) -> bool:
    """Whether a static entry is what was asked for. Whom it talks to is not known of it."""
    if question.peers or one["protocol"] not in question.protocols:
        return False
    held = question.held
    if held is not None and (one["ipv4_local_address"], one["ipv4_local_l4_id"]) != (str(held.address), held.l4_id):
        return False
    if not question.clients:
        return True
    address = one["ipv6_remote_address"]
    return address is not None and any(
        ipaddress.ip_address(address) in ipaddress.ip_network(client) for client in question.clients
    )


def _is_pooled(question: LiveQuestion, entry: Mapping[str, Any], bound: Sequence[Facts]) -> bool | None:
    held = question.held
    if held is None or entry["pool4"] is None:
        return None
    if bound:
        return True
    return any(
        ipaddress.IPv4Address(held.address) in ipaddress.ip_network(pool["address"])
        and pool["port_min"] <= held.l4_id <= pool["port_max"]
        and pool["protocol"] in question.protocols
        for pool in entry["pool4"]
    )


def _any(found: set[bool | None]) -> bool | None:
    """True where one has it, None where one is not known, else False."""
    return True if True in found else None if None in found or not found else False


def _row_words(row: Mapping[str, Any], kind: str) -> str:
    place = f"{row['netns']}/{row['instance']}" if row["netns"] else row["instance"]
    state = f", {row['state']}" if row.get("state") else ""
    left = f", {row['expires_in']:.0f} seconds left" if "expires_in" in row else ""
    client = f"{row['ipv6_remote_address']}#{row['ipv6_remote_l4_id']}"
    return f"{client} ({row['protocol']}, {kind}{state}{left}) on {row['host']}, instance {place}"


def _listed(words: Sequence[str], between: str = ", ") -> str:
    rest = len(words) - SHOWN
    return between.join(words[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
