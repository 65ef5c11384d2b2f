# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers out of what plays have kept: facts, or the result of a task that gathered them or failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import ConnectionFailed, FactsDamaged, HostFactsDamaged, TaskFailed
from .answer import ANSWERED, FAILED, NO_WAY_THERE, UNREACHABLE, HostAnswer

_FACTS = "jool_sessions"
_HOST_FACTS = "jool"
_NO_WAY_THERE = {kind.__name__ for kind in NO_WAY_THERE}
"""The same as the conditions that an error of a task has."""


def answer_of_result(host: str, result: object, groups: tuple[str, ...] = ()) -> HostAnswer:
    """A host's answer.

    :param result: the facts themselves (``ansible_facts.jool_sessions``), or what a task of `jool_session_facts`
        registered, whether it succeeded, failed or did not reach the host.
    """
    if not isinstance(result, Mapping):
        return HostAnswer.of_error(host, FactsDamaged(_not_given(result), host=host), groups)
    facts = _facts_in(result, _FACTS)
    if facts is not None:
        return HostAnswer(host, ANSWERED, facts, None, groups)
    if result.get("unreachable"):
        return HostAnswer.of_error(host, ConnectionFailed(_words(result), host=host), groups)
    if result.get("failed"):
        return _failure(host, result, groups)
    why = "they are neither session facts nor the result of a task that gathered some"
    return HostAnswer.of_error(host, FactsDamaged(why, host=host), groups)


def with_host_facts(answer: HostAnswer, result: object) -> HostAnswer:
    """The answer of a host together with the facts of the host itself.

    :param result: these facts (``ansible_facts.jool``), or what a task of `jool_facts` registered. None of a task that
        was left out, because the host could not be asked before.
    """
    host = answer.host
    if not isinstance(result, Mapping):
        return replace(answer, host_error=HostFactsDamaged(_not_given(result), host=host).as_dict())
    facts = _facts_in(result, _HOST_FACTS)
    if facts is not None:
        return replace(answer, host_facts=facts)
    if result.get("skipped"):
        return answer
    if result.get("unreachable"):
        return replace(answer, host_error=ConnectionFailed(_words(result), host=host).as_dict())
    if result.get("failed"):
        return replace(answer, host_error=_failure(host, result, ()).error)
    why = "they are neither facts of a host nor the result of a task that gathered some"
    return replace(answer, host_error=HostFactsDamaged(why, host=host).as_dict())


def _facts_in(result: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The facts themselves, in the result of a task or alone."""
    inner = result.get("ansible_facts")
    facts = inner.get(name) if isinstance(inner, Mapping) else None
    if isinstance(facts, Mapping):
        return facts
    return result if "schema" in result and not result.get("failed") and not result.get("unreachable") else None


def _not_given(result: object) -> str:
    return f"{'nothing' if result is None else f'a {type(result).__name__}'} was given instead of them"


def _failure(host: str, result: Mapping[str, Any], groups: tuple[str, ...]) -> HostAnswer:
    error = result.get("error")
    if not isinstance(error, Mapping) or not isinstance(error.get("condition"), str):
        return HostAnswer.of_error(host, TaskFailed(_words(result), host=host), groups)
    status = UNREACHABLE if error["condition"] in _NO_WAY_THERE else FAILED
    return HostAnswer(host, status, None, error, groups)


def _words(result: Mapping[str, Any]) -> str:
    return str(result.get("msg") or "").strip()
