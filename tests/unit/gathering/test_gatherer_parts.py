# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asking many hosts: what is tried again and when, what is foreseen, what crosses to another process."""

from __future__ import annotations

import json
import random
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.facts.question import Question
from ansible_collections.nat64.jool.plugins.module_utils.fleet.answer import ANSWERED, FAILED, UNREACHABLE
from ansible_collections.nat64.jool.plugins.module_utils.fleet.task_result import answer_of_result
from ansible_collections.nat64.jool.plugins.module_utils.gathering.asker import rows_path
from ansible_collections.nat64.jool.plugins.module_utils.gathering.foresight import MOST_COMMANDS, Foresight
from ansible_collections.nat64.jool.plugins.module_utils.gathering.retry import LONGEST_SECONDS, may_mend, pause
from ansible_collections.nat64.jool.plugins.module_utils.gathering.target import (
    GatherOptions,
    Target,
    question_as_dict,
    question_from_dict,
)
from ansible_collections.nat64.jool.plugins.module_utils.records.session_filter import SessionFilter
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh import Become
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh_route import Destination

MENDING = [
    # error, its cause, whether another try may mend it
    (errors.ConnectionFailed, ConnectionRefusedError(111, "Connection refused"), True),
    (errors.ConnectionFailed, socket.timeout("timed out"), True),
    (errors.ConnectionFailed, EOFError(), True),
    (errors.ConnectionFailed, socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), True),
    (errors.ConnectionFailed, socket.gaierror(socket.EAI_NONAME, "Name or service not known"), False),
    (errors.ConnectionFailed, ValueError("the ssh arguments cannot be read"), False),
    (errors.ConnectionFailed, None, False),
    (errors.ConnectionLost, None, True),
    (errors.AuthenticationFailed, OSError(), False),
    (errors.HostKeyRefused, OSError(), False),
    (errors.NoPrivilege, None, False),
    (errors.CommandTimeout, None, False),
    (errors.DumpCutShort, None, False),
    (errors.UnexpectedFailure, None, False),
]


@pytest.mark.parametrize(("kind", "cause", "mends"), MENDING)
def test_what_may_be_mended(kind: type[errors.JoolError], cause: Exception | None, mends: bool) -> None:
    error = kind("why")
    error.__cause__ = cause
    assert may_mend(error) is mends


@given(st.integers(1, 1000), st.floats(0, 1000), st.integers())
def test_pauses_grow_and_are_bounded(tries: int, first: float, seed: int) -> None:
    chance = random.Random(seed)
    seconds = pause(tries, first, chance)
    longest = max(first, LONGEST_SECONDS)
    assert 0 <= seconds <= longest
    assert seconds >= min(first * 2 ** min(tries - 1, 32), longest) / 2


def test_pauses_are_spread() -> None:
    chance = random.Random(1)
    assert len({pause(1, 1.0, chance) for _host in range(100)}) == 100


A, B, C = (("a",), ("b",)), (("a",), ("c",)), (("a",),)


def test_foresight() -> None:
    foresight = Foresight()
    assert foresight.commands == ()
    for asked in (A, B, B, C, C, C, (("x",),) * (MOST_COMMANDS + 1)):
        foresight.learn(asked)
    assert foresight.commands == B  # one command alone saves nothing


TARGETS = [
    Target("edge1", Destination("192.0.2.1")),
    Target(
        "käse",
        Destination(
            "gw", 2222, "root", "s3cret", "~/key", "phrase", "-J gw", check_host_key=False, connect_timeout=1.5
        ),
        Become("sudo", "netops", "hunter2", "/usr/bin/sudo"),
        ("nat64", "site1"),
    ),
]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_crosses_as_plain_values(target: Target) -> None:
    assert Target.from_dict(json.loads(json.dumps(target.as_dict()))) == target
    assert "s3cret" not in repr(target)
    assert "hunter2" not in repr(target)


QUESTIONS = [
    Question(),
    Question(protocols=("udp",), instances=("a", "b"), netns=("", "blue"), subsets=frozenset({"counts", "bib"}), top=3),
    Question(
        session_filter=SessionFilter(
            states=("ESTABLISHED",),
            addresses={"ipv4_remote_address": ("198.51.100.0/24",)},
            l4_ids={"ipv4_local_l4_id": (443,)},
            expires_before=5.0,
        )
    ),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_crosses_as_plain_values(question: Question) -> None:
    crossed = question_from_dict(json.loads(json.dumps(question_as_dict(question))))
    assert json.dumps(question_as_dict(crossed)) == json.dumps(question_as_dict(question))
    assert (crossed.protocols, crossed.subsets, crossed.netns) == (question.protocols, question.subsets, question.netns)
    assert (crossed.session_filter.predicate() is None) is (question.session_filter.predicate() is None)


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_two_hosts_share_a_file_of_rows(one: str, other: str) -> None:
    options = GatherOptions(rows_directory="/rows")
    try:
        paths = [rows_path(options, name) for name in (one, other)]
    except UnicodeEncodeError:  # a lone surrogate is in no inventory
        return
    assert all(path.startswith("/rows/") and "/" not in path.removeprefix("/rows/") for path in paths)
    assert (paths[0] == paths[1]) is (one == other)


FACTS = {"schema": 2, "instances": []}
ERROR = errors.NoPrivilege(host="edge1").as_dict()
LOST = errors.ConnectionLost(host="edge1").as_dict()
RESULTS: list[tuple[Any, str, str | None]] = [
    # what a play kept, status, condition
    (FACTS, ANSWERED, None),
    ({"ansible_facts": {"jool_sessions": FACTS}, "changed": False}, ANSWERED, None),
    ({"failed": True, "msg": "x", "error": ERROR}, FAILED, "NoPrivilege"),
    ({"failed": True, "msg": "x", "error": LOST}, UNREACHABLE, "ConnectionLost"),
    ({"failed": True, "msg": "The module failed"}, FAILED, "TaskFailed"),
    ({"failed": True}, FAILED, "TaskFailed"),
    ({"failed": True, "error": "text"}, FAILED, "TaskFailed"),
    ({"unreachable": True, "msg": "No route to host"}, UNREACHABLE, "ConnectionFailed"),
    ({"skipped": True}, FAILED, "FactsDamaged"),
    ({}, FAILED, "FactsDamaged"),
    (None, FAILED, "FactsDamaged"),
    ([FACTS], FAILED, "FactsDamaged"),
    ("undefined", FAILED, "FactsDamaged"),
]


@pytest.mark.parametrize(("result", "status", "condition"), RESULTS)
def test_results_of_tasks(result: Any, status: str, condition: str | None) -> None:
    answer = answer_of_result("edge1", result, ("nat64",))
    assert (answer.host, answer.status, answer.groups) == ("edge1", status, ("nat64",))
    assert (answer.error or {}).get("condition") == condition
    assert (answer.facts is not None) is (status == ANSWERED)
