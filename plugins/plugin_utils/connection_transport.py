# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``connection``: the Ansible connection of a task, whatever plugin it is, ``become`` included.

The host needs a POSIX shell and `jool`, no Python. Ansible's connections hand out a command's output when it has ended,
in one piece, and hold it several times. So a large output comes in parts, see `overflow_file`: the first part with the
command itself, each other with a command of its own. A small one is one command.
"""

from __future__ import annotations

import contextlib
import dataclasses
import signal
import time
from collections.abc import Iterator, Sequence
from types import FrameType

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ..module_utils.errors import CommandTimeout, ConnectionLost, JoolError, OutputNotKept
from ..module_utils.transport.base import (
    STDERR_KEPT_BYTES,
    Completed,
    Deadline,
    Ended,
    Running,
    Transport,
    shell_command,
)
from .overflow_file import LIMITS, Beginning, Limits, OverflowFile

NO_INPUT = b"\n"
"""Something on standard input keeps the connection plugin ``ssh`` from asking for a terminal, which would mix the two
output streams and turn every line break into two characters. Jool reads nothing."""


REMOVAL_SECONDS = 10.0
"""How long the removal of a file may take, also when the time given to its command is over."""


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


class _Parts(Running):
    """A command that has ended. The beginning of its output is here, the rest may be in a file on the host."""

    def __init__(self, transport: ConnectionTransport, argv: Sequence[str], timeout: float | None) -> None:
        self._transport = transport
        self._argv = tuple(argv)
        self._deadline = Deadline(timeout)
        self._file = OverflowFile(transport.limits)
        self._file_left = True
        self._beginning = Beginning(b"", 0, b"", "lost")
        try:
            self._beginning = self._begin()
        except BaseException:
            self._remove()
            raise
        self._file_left = self._beginning.file_left

    def _begin(self) -> Beginning:
        beginning = self._file.beginning(self._execute(self._file.keep(self._argv)))
        if beginning.rest == "lost":
            raise self._error(ConnectionLost, "what became of it is not known", beginning.stderr)
        return beginning

    def _error(self, kind: type[JoolError], detail: str, stderr: bytes) -> JoolError:
        output = stderr.decode("utf-8", "replace")
        return kind(detail, host=self._transport.host, argv=self._argv, output=output)

    def _execute(self, argv: Sequence[str]) -> Completed:
        return self._transport.execute(argv, self._deadline, self._argv)

    def chunks(self) -> Iterator[bytes]:
        """See `Running.chunks`; a part is fetched when it is asked for.

        :raises OutputNotKept: where the host could not keep the rest.
        """
        yield self._first()
        self._refuse_what_was_not_kept()
        size, length = self._beginning.size, self._file.part_bytes
        for number in range(-(-size // length)):
            yield self._part(number, min(length, size - number * length))
        self._remove()

    def _first(self) -> bytes:
        """What is here already; it is not held while the parts come."""
        first = self._beginning.stdout
        self._beginning = dataclasses.replace(self._beginning, stdout=b"")
        return first

    def _part(self, number: int, length: int) -> bytes:
        done = self._execute(self._file.part(self._beginning.place, number))
        part = self._file.after_marker(done.stdout)
        if part is None:
            raise self._error(ConnectionLost, "a part of the output could not be fetched", done.stderr)
        if len(part) != length:
            why = f"a part of its file in '{self._beginning.place}' has {len(part)} bytes instead of {length}"
            raise self._error(OutputNotKept, why, done.stderr)
        return part

    def _refuse_what_was_not_kept(self) -> None:
        begun = self._beginning
        if begun.rest == "kept":
            return
        if begun.rest == "full":
            why = (
                f"'{begun.place}' is too small; {begun.size / 2**20:.1f} MiB were allowed,"
                f" half of what was free and at most {self._file.limits.file_bytes / 2**20:.0f} MiB"
            )
        else:
            why = f"no directory could be made in '{begun.place}'"
        raise self._error(OutputNotKept, why, begun.stderr)

    def wait(self) -> Ended:
        """See `Running.wait`. It reads nothing: the end is known.

        :raises OutputNotKept: where the host could not keep the rest: that ended the command, too.
        """
        self._refuse_what_was_not_kept()
        return Ended(status=self._beginning.status, stderr=self._beginning.stderr)

    def close(self) -> None:
        """See `Running.close`; removes the file."""
        self._remove()

    def _remove(self) -> None:
        if not self._file_left:
            return
        self._file_left = False
        try:
            removed = self._transport.execute(self._file.remove(), Deadline(REMOVAL_SECONDS), self._argv).status == 0
        except (AnsibleError, OSError, CommandTimeout):
            removed = False  # not a second error: what came before tells of a host that cannot be reached
        if not removed and self._beginning.size:
            self._transport.warn(f"the output of {self._argv[0]} may be left in '{self._beginning.place}'")


class ConnectionTransport(Transport):
    """Runs commands over the connection of an action plugin's task.

    :param action: the plugin; an unreachable host shows as Ansible's own AnsibleConnectionFailure.
    :param host: the host's name for messages.
    :ivar limits: how much comes at a time.
    """

    name = "connection"

    def __init__(self, action: ActionBase, host: str, limits: Limits = LIMITS) -> None:
        self.host = host
        self.limits = limits
        self._action = action

    def start(self, argv: Sequence[str], timeout: float | None = None) -> Running:
        """See `Transport.start`; returns when the command has ended.

        :param timeout: for all executions together.
        """
        return _Parts(self, argv, timeout)

    def run(self, argv: Sequence[str], timeout: float | None = None) -> Completed:
        """See `Transport.run`: one execution, of nothing but the command."""
        done = self.execute(argv, Deadline(timeout), argv)
        return dataclasses.replace(done, stderr=done.stderr[:STDERR_KEPT_BYTES])

    def execute(self, argv: Sequence[str], deadline: Deadline, command: Sequence[str]) -> Completed:
        """Run a list and hold all that it prints.

        :param command: what it is part of, for messages.
        :raises CommandTimeout: when the deadline is over.
        """
        left = deadline.left
        if left == 0.0:
            raise deadline.error(self.host, command)
        try:
            with _time_limit(left):
                done = self._action._low_level_execute_command(
                    shell_command(argv),
                    sudoable=True,
                    in_data=NO_INPUT if self._action._connection.has_pipelining else None,
                )
        except _Expired as error:
            raise deadline.error(self.host, command) from error
        status = int(done["rc"])
        return Completed(
            status=128 - status if status < 0 else status,  # the plugin `local` tells a signal so
            stderr=done["stderr"].encode("utf-8", "surrogateescape"),
            stdout=done["stdout"].encode("utf-8", "surrogateescape"),
        )

    def warn(self, sentence: str) -> None:
        """Tell whoever runs the task."""
        self._action._display.warning(f"{self.host}: {sentence}")
