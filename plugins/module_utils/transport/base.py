# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every transport does: run an argument list somewhere, give back a stream of bytes and an exit status.

A transport knows nothing of Jool. Commands are lists; where a shell stands between (SSH), the quoting is done here.
"""

from __future__ import annotations

import abc
import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from ..errors import CommandTimeout

if TYPE_CHECKING:
    from typing_extensions import Self

CHUNK_BYTES = 64 * 1024
STDERR_KEPT_BYTES = 64 * 1024
"""Error output is kept up to here, the rest is read and dropped: it is for people, not for parsing."""


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    :ivar status: the exit status; 128 + n where signal n ended it.
    :ivar stderr: what it wrote to standard error, at most `STDERR_KEPT_BYTES`.
    """

    status: int
    stderr: bytes


@dataclass(frozen=True)
class Completed(Ended):
    """A short command, run to its end, with all it wrote to standard output."""

    stdout: bytes


class Deadline:
    """When the time given to a command is over. It runs from the moment this is made.

    :param seconds: None or 0: never.
    """

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds or 0.0
        self._end = time.monotonic() + self._seconds

    @property
    def left(self) -> float | None:
        """Seconds, never less than 0; None where there is no bound."""
        return max(0.0, self._end - time.monotonic()) if self._seconds else None

    @property
    def over(self) -> bool:
        """Whether nothing is left."""
        return self.left == 0.0

    def within(self, seconds: float | None) -> Deadline:
        """A deadline of a part, which ends with the whole at the latest.

        :param seconds: None or 0: with the whole.
        """
        left = self.left
        if left is None or (seconds and seconds <= left):
            return Deadline(seconds)
        part = Deadline(self._seconds)
        part._end = self._end
        return part

    def error(self, host: str, argv: Sequence[str]) -> CommandTimeout:
        """What to raise then."""
        return CommandTimeout(f"{self._seconds:g} seconds were allowed", host=host, argv=argv)


class Running(abc.ABC):
    """A command on its way. Used as a context manager: leaving it ends what still runs."""

    @abc.abstractmethod
    def chunks(self) -> Iterator[bytes]:
        """Standard output, in pieces of any size, as it comes.

        :raises CommandTimeout: when the time given to the command is over.
        :raises ConnectionLost: when the way to the host breaks.
        """

    @abc.abstractmethod
    def wait(self) -> Ended:
        """How the command ended; reads on to the end of its output first where the caller did not."""

    @abc.abstractmethod
    def close(self) -> None:
        """End the command if it still runs and give back what it held. Harmless when called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Transport(abc.ABC):
    """A way to run commands on one host.

    :ivar name: ``host``, ``ssh`` or ``connection``.
    :ivar host: the host's name for messages.
    """

    name: str
    host: str

    @abc.abstractmethod
    def start(self, argv: Sequence[str], timeout: float | None = None) -> Running:
        """Start a command.

        :param argv: the command and its arguments, never a shell line.
        :param timeout: seconds that it may take in all; None or 0: no bound.
        :raises JoolNotInstalled: where the transport itself can tell that there is no such program.
        :raises ConnectionFailed: or another error of the way there.
        """

    def run(self, argv: Sequence[str], timeout: float | None = None) -> Completed:
        """Run a short command to its end."""
        with self.start(argv, timeout) as running:
            stdout = b"".join(running.chunks())
            ended = running.wait()
        return Completed(status=ended.status, stderr=ended.stderr, stdout=stdout)

    def close(self) -> None:  # noqa: B027 - most transports hold nothing
        """Give back what the transport holds (a connection)."""


def shell_command(argv: Sequence[str]) -> str:
    """The one line that makes a POSIX shell run exactly this list."""
    return shlex.join(argv)
