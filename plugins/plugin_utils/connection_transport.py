# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``connection``: the Ansible connection of a task, whatever plugin it is, ``become`` included.

The host needs a POSIX shell and `jool`, no Python. Ansible's connections hand out a command's output when it has ended,
so it comes in one piece.
"""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Iterator, Sequence
from types import FrameType

from ansible.plugins.action import ActionBase

from ..module_utils.errors import CommandTimeout
from ..module_utils.transport.base import Completed, Ended, Running, Transport, shell_command

NO_INPUT = b"\n"
"""Something on standard input keeps the connection plugin ``ssh`` from asking for a terminal, which would mix the two
output streams and turn every line break into two characters. Jool reads nothing."""


class _Expired(BaseException):
    """The time given to a command is over. The connection plugin ``ssh`` takes any Exception for a reason to retry."""


@contextlib.contextmanager
def _time_limit(seconds: float | None) -> Iterator[None]:
    """Raise `_Expired` in the main thread when the time is over.

    A task's own ``timeout`` keyword uses the same alarm; it is put back with what is left of it.
    """
    if not seconds:
        yield
        return

    def expire(_number: int, _frame: FrameType | None) -> None:
        raise _Expired

    started = time.monotonic()
    outer_left, _interval = signal.getitimer(signal.ITIMER_REAL)
    if outer_left and outer_left <= seconds:
        yield
        return
    outer = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)  # where the alarm may still go off
    finally:
        signal.signal(signal.SIGALRM, outer)
        if outer_left:
            signal.setitimer(signal.ITIMER_REAL, max(0.001, outer_left - (time.monotonic() - started)))


class _Done(Running):
    """A command that has ended."""

    def __init__(self, completed: Completed) -> None:
        self._completed = completed

    def chunks(self) -> Iterator[bytes]:
        """See `Running.chunks`."""
        yield self._completed.stdout

    def wait(self) -> Ended:
        """See `Running.wait`."""
        return self._completed

    def close(self) -> None:
        """See `Running.close`; nothing is held."""


class ConnectionTransport(Transport):
    """Runs commands over the connection of an action plugin's task.

    :param action: the plugin; an unreachable host shows as Ansible's own AnsibleConnectionFailure.
    :param host: the host's name for messages.
    """

    name = "connection"

    def __init__(self, action: ActionBase, host: str) -> None:
        self.host = host
        self._action = action

    def start(self, argv: Sequence[str], timeout: float | None = None) -> Running:
        """See `Transport.start`."""
        try:
            with _time_limit(timeout):
                done = self._action._low_level_execute_command(
                    shell_command(argv),
                    sudoable=True,
                    in_data=NO_INPUT if self._action._connection.has_pipelining else None,
                )
        except _Expired as error:
            raise CommandTimeout(f"{timeout:g} seconds were allowed", host=self.host, argv=argv) from error
        return _Done(
            Completed(
                status=int(done["rc"]),
                stderr=done["stderr"].encode("utf-8", "surrogateescape"),
                stdout=done["stdout"].encode("utf-8", "surrogateescape"),
            )
        )
