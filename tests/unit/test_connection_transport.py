# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``connection``: what it hands to Ansible for a short command, what it gives back, whose alarm goes off."""

from __future__ import annotations

import shlex
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType, SimpleNamespace
from typing import Any, cast

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.module_utils.common.text.converters import to_text
from ansible.plugins.action import ActionBase
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.nat64.jool.plugins.module_utils.errors import CommandTimeout
from ansible_collections.nat64.jool.plugins.module_utils.transport.base import STDERR_KEPT_BYTES, Completed
from ansible_collections.nat64.jool.plugins.plugin_utils import connection_transport
from ansible_collections.nat64.jool.plugins.plugin_utils.connection_transport import ConnectionTransport

SOON = 5.0


class OuterAlarm(BaseException):
    """A task's own ``timeout`` is over."""


class FakeAction:
    """An action plugin whose host answers at once, or after `lasts` seconds.

    :ivar asked: what it was told to run, with the options.
    """

    def __init__(self, rc: int = 0, stdout: bytes = b"", stderr: bytes = b"", has_pipelining: bool = True) -> None:
        self._connection = SimpleNamespace(has_pipelining=has_pipelining)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.lasts = 0.0
        self.error: BaseException | None = None
        # As Ansible makes text of what came over the connection.
        self._answer = {
            "rc": rc,
            "stdout": to_text(stdout, errors="surrogate_then_replace"),
            "stderr": to_text(stderr, errors="surrogate_then_replace"),
        }

    def _low_level_execute_command(self, cmd: str, **options: Any) -> dict[str, Any]:
        self.asked.append((cmd, options))
        time.sleep(self.lasts)
        if self.error is not None:
            raise self.error
        return {**self._answer, "stdout_lines": [], "stderr_lines": []}


def transport(action: FakeAction) -> ConnectionTransport:
    return ConnectionTransport(cast(ActionBase, action), "edge1")


@pytest.fixture(autouse=True)
def alarm() -> Iterator[list[float]]:
    """A handler that stands for the task's own; it is there again after every test, and no timer runs on.

    :returns: when it went off.
    """
    rung: list[float] = []

    def ring(_number: int, _frame: FrameType | None) -> None:
        rung.append(time.monotonic())
        raise OuterAlarm

    before = signal.signal(signal.SIGALRM, ring)
    yield rung
    left, _interval = signal.setitimer(signal.ITIMER_REAL, 0)
    found = signal.signal(signal.SIGALRM, before)
    assert found is ring
    assert left == 0.0


def stop_alarm() -> float:
    """The seconds that were left of it."""
    return signal.setitimer(signal.ITIMER_REAL, 0)[0]


def test_name() -> None:
    found = transport(FakeAction())
    assert (found.name, found.host) == ("connection", "edge1")
    found.close()


ANSWERS = [
    # exit status, standard output, standard error
    (0, b"", b""),
    (0, b"rows\n", b""),
    (1, b"", b"Error: no such instance\n"),
    (255, b"", b"ssh: connect to host edge1 port 22\n"),
    (0, b"caf\xe9 \xff\xfe\x80\n", b"\xc3\x28"),
    (0, "ünï \U0001f600".encode(), "Schlüssel".encode()),
    (0, b"one\r\ntwo\x00\x1b[0m\n", b""),
    (0, bytes(range(256)), bytes(range(255, -1, -1))),
]


@pytest.mark.parametrize(("rc", "stdout", "stderr"), ANSWERS)
def test_the_answer_comes_back(rc: int, stdout: bytes, stderr: bytes) -> None:
    done = transport(FakeAction(rc, stdout, stderr)).run(("jool", "session"))
    assert done == Completed(status=rc, stderr=stderr, stdout=stdout)


@given(st.binary(), st.binary())
def test_any_bytes_come_back(stdout: bytes, stderr: bytes) -> None:
    done = transport(FakeAction(0, stdout, stderr)).run(("jool",))
    assert (done.stdout, done.stderr) == (stdout, stderr)


def test_an_exit_status_may_come_as_text() -> None:
    action = FakeAction()
    action._answer["rc"] = "3"
    assert transport(action).run(("jool",)).status == 3


def test_a_signal_is_told_as_a_shell_does() -> None:
    """The plugin ``local`` gives it as Python does."""
    assert transport(FakeAction(-9)).run(("jool",)).status == 137


def test_standard_error_is_bounded() -> None:
    assert transport(FakeAction(0, b"", b"e" * 1_000_000)).run(("jool",)).stderr == b"e" * STDERR_KEPT_BYTES


LISTS = [
    (("jool", "session", "display"), "jool session display"),
    (("jool", "-i", "two words"), "jool -i 'two words'"),
    (("echo", ""), "echo ''"),
    (("echo", "it's"), "echo 'it'\"'\"'s'"),
    (("echo", "a\nb"), "echo 'a\nb'"),
    (("echo", "; touch hit"), "echo '; touch hit'"),
    (("echo", "$(touch hit)", "`touch hit`"), "echo '$(touch hit)' '`touch hit`'"),
]


@pytest.mark.parametrize(("argv", "line"), LISTS)
def test_the_list_becomes_a_line(argv: tuple[str, ...], line: str) -> None:
    action = FakeAction()
    transport(action).run(argv)
    assert [command for command, _options in action.asked] == [line]
    assert tuple(shlex.split(line)) == argv


@pytest.mark.parametrize(("has_pipelining", "in_data"), [(True, b"\n"), (False, None)])
def test_standard_input(has_pipelining: bool, in_data: bytes | None) -> None:
    action = FakeAction(has_pipelining=has_pipelining)
    transport(action).run(("jool",))
    assert action.asked == [("jool", {"sudoable": True, "in_data": in_data})]


def test_each_command_is_asked_for_once() -> None:
    action = FakeAction()
    asking = transport(action)
    asking.run(("one",))
    asking.run(("two",), timeout=SOON)
    assert [command for command, _options in action.asked] == ["one", "two"]


# --- time --------------------------------------------------------------------------------------------------------


def test_timeout() -> None:
    action = FakeAction()
    action.lasts = SOON
    started = time.monotonic()
    with pytest.raises(CommandTimeout, match=r"0\.1 seconds were allowed") as caught:
        transport(action).run(("jool", "session"), timeout=0.1)
    assert 0.1 <= time.monotonic() - started < SOON
    assert (caught.value.host, caught.value.argv, caught.value.status) == ("edge1", ("jool", "session"), None)


def test_a_connection_that_retries_after_every_error_is_interrupted_all_the_same() -> None:
    class Retrying(FakeAction):
        def _low_level_execute_command(self, cmd: str, **options: Any) -> dict[str, Any]:
            try:
                time.sleep(SOON)
            except Exception:  # noqa: BLE001 - as the connection plugin ssh with reconnection_retries
                time.sleep(SOON)
            return super()._low_level_execute_command(cmd, **options)

    started = time.monotonic()
    with pytest.raises(CommandTimeout):
        transport(Retrying()).run(("jool",), timeout=0.1)
    assert time.monotonic() - started < SOON


@pytest.mark.parametrize("timeout", [None, 0, 0.0])
def test_no_bound(timeout: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_arguments: object) -> None:
        raise AssertionError("no alarm is set")

    with monkeypatch.context() as patched:
        patched.setattr(signal, "setitimer", never)
        patched.setattr(signal, "signal", never)
        assert transport(FakeAction(stdout=b"x")).run(("jool",), timeout).stdout == b"x"


ENDINGS: list[tuple[BaseException | None, float, type[BaseException] | None]] = [
    # what the connection raises, seconds that it takes, what comes of it
    (None, 0.0, None),
    (None, SOON, CommandTimeout),
    (AnsibleConnectionFailure("unreachable"), 0.0, AnsibleConnectionFailure),
    (KeyboardInterrupt(), 0.0, KeyboardInterrupt),
]


@pytest.mark.parametrize(("error", "lasts", "comes"), ENDINGS)
@pytest.mark.parametrize("outer", [0.0, 60.0])
def test_the_alarm_is_put_back(
    error: BaseException | None, lasts: float, comes: type[BaseException] | None, outer: float
) -> None:
    action = FakeAction(stdout=b"x")
    action.error, action.lasts = error, lasts
    handler = signal.getsignal(signal.SIGALRM)
    signal.setitimer(signal.ITIMER_REAL, outer)
    if comes is None:
        assert transport(action).run(("jool",), timeout=0.1).stdout == b"x"
    else:
        with pytest.raises(comes):
            transport(action).run(("jool",), timeout=0.1)
    assert signal.getsignal(signal.SIGALRM) is handler
    left = stop_alarm()
    assert left == 0.0 if not outer else outer - SOON < left <= outer - min(lasts, 0.1)


def test_an_outer_alarm_goes_off_when_it_would_have(alarm: list[float]) -> None:
    action = FakeAction()
    action.lasts = SOON
    started = time.monotonic()
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    with pytest.raises(CommandTimeout):
        transport(action).run(("jool",), timeout=0.1)
    with pytest.raises(OuterAlarm):
        time.sleep(SOON)
    assert 0.29 <= alarm[0] - started < 0.3 + SOON / 2


def test_an_outer_alarm_goes_off_after_a_command_that_ended(alarm: list[float]) -> None:
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    with pytest.raises(OuterAlarm):
        for _try in range(1000):
            transport(FakeAction()).run(("jool",), timeout=0.1)
            time.sleep(0.001)
        time.sleep(SOON)
    assert len(alarm) == 1


@pytest.mark.parametrize("timeout", [60.0, 0.1])
def test_an_outer_alarm_that_comes_first_wins(timeout: float, alarm: list[float]) -> None:
    action = FakeAction()
    action.lasts = SOON
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    with pytest.raises(OuterAlarm):
        transport(action).run(("jool",), timeout=timeout)
    assert len(alarm) == 1


def test_an_outer_alarm_that_is_overdue_is_not_lost(alarm: list[float]) -> None:
    def blocked(*_arguments: object, **_options: object) -> dict[str, Any]:
        until = time.monotonic() + 0.2
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        try:
            # Another thread of this process, if there is one, may take the alarm meanwhile: then it goes off here.
            while time.monotonic() < until:
                time.sleep(0.01)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
        raise AssertionError("the alarm goes off")

    action = FakeAction()
    action._low_level_execute_command = blocked  # type: ignore[method-assign]
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    with pytest.raises((OuterAlarm, CommandTimeout)):
        transport(action).run(("jool",), timeout=0.05)
        time.sleep(SOON)
    if not alarm:
        with pytest.raises(OuterAlarm):
            time.sleep(SOON)
    assert len(alarm) == 1


def test_an_alarm_in_the_last_moment_leaves_the_handler_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes off when the command has ended, and before the timer is stopped."""
    stop: Callable[..., tuple[float, float]] = signal.setitimer

    def late(which: int, seconds: float) -> tuple[float, float]:
        if not seconds:
            signal.raise_signal(signal.SIGALRM)
        return stop(which, seconds)

    stop_alarm()  # one that was left would come first, and that is another case
    handler = signal.getsignal(signal.SIGALRM)
    with monkeypatch.context() as patched:
        patched.setattr(connection_transport.signal, "setitimer", late)
        with pytest.raises(CommandTimeout):
            transport(FakeAction()).run(("jool",), timeout=SOON)
    assert signal.getsignal(signal.SIGALRM) is handler
    stop_alarm()
