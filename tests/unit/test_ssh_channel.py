# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Channels are closed when their time is over, and only then."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.transport import ssh_channel
from ansible_collections.nat64.jool.plugins.module_utils.transport.base import Deadline

LONG = 30.0
"""Seconds that nothing here lasts."""


class FakeChannel:
    """Answers a request at once, or not until it is closed."""

    def __init__(self, answers: bool = True) -> None:
        self.asked: list[str] = []
        self.ended = threading.Event()
        self.closed = False
        self._answers = answers

    def exec_command(self, line: str) -> None:
        self.asked.append(line)
        if not self._answers and not self.ended.wait(LONG):
            raise AssertionError("it was not closed")

    def close(self) -> None:
        self.closed = True
        self.ended.set()


def execute(channel: Any, argv: Sequence[str], seconds: float | None) -> None:
    ssh_channel.execute(channel, argv, Deadline(seconds))


def test_a_channel_that_answers_stays_open() -> None:
    channel = FakeChannel()
    execute(channel, ("jool", "a b"), 0.05)
    time.sleep(0.2)
    assert channel.asked == ["jool 'a b'"]
    assert not channel.closed


def test_no_limit_is_no_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ssh_channel._watch, "_add", None)
    channel = FakeChannel()
    execute(channel, ("jool",), None)
    assert channel.asked


def test_a_silent_host_is_given_up() -> None:
    channel = FakeChannel(answers=False)
    started = time.monotonic()
    execute(channel, ("jool",), 0.1)
    assert channel.closed
    assert 0.1 <= time.monotonic() - started < LONG


def test_the_earliest_is_first_whatever_the_order() -> None:
    """One that is added later and ends sooner is not late; those that have ended are not closed."""
    late, soon = FakeChannel(answers=False), FakeChannel(answers=False)
    waiting = threading.Thread(target=execute, args=(late, ("a",), LONG), daemon=True)
    waiting.start()
    while not late.asked:
        time.sleep(0.01)
    ended = [FakeChannel() for _number in range(50)]
    for channel in ended:
        execute(channel, ("b",), 0.05)
    execute(soon, ("c",), 0.1)
    assert soon.closed
    assert not late.closed
    assert not any(channel.closed for channel in ended)
    late.close()
    waiting.join(LONG)


def test_one_thread_for_all() -> None:
    before = threading.active_count()
    for _number in range(100):
        execute(FakeChannel(), ("a",), 5)
    assert threading.active_count() <= before + 1


def test_a_forked_process_watches_anew() -> None:
    ssh_channel._watch.begin_anew()
    channel = FakeChannel(answers=False)
    execute(channel, ("a",), 0.05)
    assert channel.closed
