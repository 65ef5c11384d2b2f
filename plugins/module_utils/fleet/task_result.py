# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers out of what plays have kept: facts, or the result of a task that gathered them or failed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ConnectionFailed, FactsDamaged, TaskFailed
from .answer import ANSWERED, FAILED, NO_WAY_THERE, UNREACHABLE, HostAnswer

_FACTS = "jool_sessions"
_NO_WAY_THERE = {kind.__name__ for kind in NO_WAY_THERE}
"""The same as the conditions that an error of a task has."""


def answer_of_result(host: str, result: object, groups: tuple[str, ...] = ()) -> HostAnswer:
    """A host's answer.

    :param result: the facts themselves (``ansible_facts.jool_sessions``), or what a task of `jool_session_facts`
        registered, whether it succeeded, failed or did not reach the host.
    """
    if not isinstance(result, Mapping):
        shown = "nothing" if result is None else f"a {type(result).__name__}"
        return HostAnswer.of_error(host, FactsDamaged(f"{shown} was given instead of them", host=host), groups)
    inner = result.get("ansible_facts")
    facts = inner.get(_FACTS) if isinstance(inner, Mapping) else None
    if isinstance(facts, Mapping):
        return HostAnswer(host, ANSWERED, facts, None, groups)
    if result.get("unreachable"):
        return HostAnswer.of_error(host, ConnectionFailed(_words(result), host=host), groups)
    if result.get("failed"):
        return _failure(host, result, groups)
    if "schema" in result:
        return HostAnswer(host, ANSWERED, result, None, groups)
    why = "they are neither session facts nor the result of a task that gathered some"
    return HostAnswer.of_error(host, FactsDamaged(why, host=host), groups)


def _failure(host: str, result: Mapping[str, Any], groups: tuple[str, ...]) -> HostAnswer:
    error = result.get("error")
    if not isinstance(error, Mapping) or not isinstance(error.get("condition"), str):
        return HostAnswer.of_error(host, TaskFailed(_words(result), host=host), groups)
    status = UNREACHABLE if error["condition"] in _NO_WAY_THERE else FAILED
    return HostAnswer(host, status, None, error, groups)


def _words(result: Mapping[str, Any]) -> str:
    return str(result.get("msg") or "").strip()
