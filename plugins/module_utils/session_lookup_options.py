# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `jool_session_lookup`, and what they ask for."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .facts.shape import now
from .gathering.target import GatherOptions
from .lookup.answer import Answer
from .lookup.live_question import LiveQuestion
from .lookup.log_files import Logs, from_logs
from .lookup.past import from_store
from .records.session import HIGHEST_L4_ID, PROTOCOLS
from .store.finding import Question
from .task_options import OptionError

ARGUMENT_SPEC: dict[str, Any] = {
    "address": {"type": "str"},
    "l4_id": {"type": "int"},
    "protocols": {"type": "list", "elements": "str", "choices": list(PROTOCOLS), "default": list(PROTOCOLS)},
    "clients": {"type": "list", "elements": "str"},
    "peers": {"type": "list", "elements": "str"},
    "at": {"type": "str"},
    "hosts": {"type": "list", "elements": "str"},
    "store": {"type": "path"},
    "logs": {
        "type": "list",
        "elements": "dict",
        "options": {
            "host": {"type": "str", "required": True},
            "paths": {"type": "list", "elements": "path", "required": True},
        },
    },
    "patience": {"type": "float", "default": 30.0},
    "concurrency": {"type": "int", "default": 50},
    "timeout": {"type": "float", "default": 120.0},
    "retries": {"type": "int", "default": 2},
    "jool_path": {"type": "str", "default": "jool"},
}
REQUIRED_ONE_OF = [("hosts", "store", "logs"), ("address", "clients", "peers")]
MUTUALLY_EXCLUSIVE = [("hosts", "store", "logs"), ("hosts", "at")]
REQUIRED_TOGETHER = [("address", "l4_id")]
REQUIRED_BY = {"store": ("address", "at"), "logs": ("address", "at")}

CLOCKS_DIFFER = timedelta(seconds=60)
"""A time that is no further ahead is now, by a clock that is fast."""


def live_question(options: Mapping[str, Any]) -> LiveQuestion:
    """What validated options ask of the hosts.

    :raises OptionError: for a value that makes no sense.
    :raises records.session_filter.FilterError: the same, for an address.
    """
    clients, peers = (tuple(map(str, options[name] or ())) for name in ("clients", "peers"))
    question = LiveQuestion(_held(options), _protocols(options["protocols"]), clients, peers)
    if question.held is None and not clients and not peers:
        raise OptionError("clients, peers: empty lists ask for nothing")
    question.of_tables()
    return question


def gather_options(options: Mapping[str, Any]) -> GatherOptions:
    """How hosts are asked.

    :raises gathering.target.GatherOptionError: for a value that makes no sense.
    """
    return GatherOptions(
        concurrency=options["concurrency"],
        timeout_seconds=options["timeout"],
        retries=options["retries"],
        jool_path=options["jool_path"],
    )


def look_up(options: Mapping[str, Any], current: datetime | None = None) -> Answer:
    """The answer to what validated options ask of a store or of logs.

    :param current: the time, None: now.
    :raises OptionError: for a value that makes no sense.
    :raises JoolError: when the store or a log cannot be read.
    """
    at = _moment(options["at"])
    if at > (current or now()) + CLOCKS_DIFFER:
        raise OptionError(f"at: {options['at']} is in the future, and nobody knows who will have the address then")
    if options["patience"] < 0:
        raise OptionError(f"patience: {options['patience']:g} is not at least 0")
    question = _held(options)
    if question is None or options["clients"] or options["peers"]:
        raise OptionError(
            "clients, peers: only hosts can be asked for these; a store and logs know transport addresses"
        )
    if options["store"]:
        return from_store(options["store"], question, at, options["patience"])
    logs = [Logs(one["host"], one["paths"]) for one in options["logs"]]
    if not logs or not all(one.paths for one in logs):
        raise OptionError("logs: an empty list asks nobody")
    return from_logs(logs, question, at)


def _held(options: Mapping[str, Any]) -> Question | None:
    """The transport address that is asked for."""
    if options["address"] is None:
        return None
    return Question(_address(options["address"]), _l4_id(options["l4_id"]), _protocols(options["protocols"]))


def _address(text: str) -> ipaddress.IPv4Address:
    try:
        return ipaddress.IPv4Address(text)
    except ValueError as error:
        raise OptionError(f"address: '{text}' is no IPv4 address, and those of pool4 are") from error


def _l4_id(number: int) -> int:
    if not 0 <= number <= HIGHEST_L4_ID:
        raise OptionError(f"l4_id: {number} is not between 0 and {HIGHEST_L4_ID}")
    return number


def _protocols(words: list[str]) -> tuple[str, ...]:
    if not words:
        raise OptionError("protocols: an empty list asks for nothing; leave the option out to ask for all")
    return tuple(protocol for protocol in PROTOCOLS if protocol in words)


def _moment(text: str) -> datetime:
    """A time with its zone: without one it would be a guess."""
    try:
        at = datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith(("Z", "z")) else text)
    except ValueError as error:
        raise OptionError(f"at: '{text}' is no time such as 2026-11-26T06:20:12Z") from error
    if at.tzinfo is None:
        raise OptionError(f"at: '{text}' does not say its time zone; add Z for UTC, or the offset, such as +02:00")
    return at
