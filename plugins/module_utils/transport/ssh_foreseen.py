# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several commands over one channel, where it is foreseen which will be asked for.

A channel costs a host and the controller more than the command in it, and each takes three round trips. So commands
that will probably be asked for, one after the other, are sent as one line for the host's shell. Each is given out only
when just that command is asked for, so a wrong guess costs a channel and changes no answer.

The line prints a mark between the outputs, on both streams: a number that nobody else knows, and how the command ended.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import ConnectionLost, JoolError
from .base import CHUNK_BYTES, STDERR_KEPT_BYTES, Deadline, Ended, Running, shell_command
from .ssh_channel import POLL_SECONDS, execute

if TYPE_CHECKING:
    import paramiko

NOISE_BYTES = 64 * 1024
"""What a host may print before the first command, a greeting of its shell."""

BEGINNING = b"\x1e"  # "record separator": nothing prints it


class Foreseen:
    """The line for some commands.

    :param commands: argument lists, as they are run, escalation included.
    """

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        token = secrets.token_hex(16)
        self._mark = BEGINNING + token.encode() + b" "
        self._mark_length = len(token) + 6  # with a status of three digits
        out, error = (f"printf '\\036%s %d\\n' {token} \"$s\"{where} || exit 1" for where in ("", " >&2"))
        steps = (f"{shell_command(argv)}; s=$?; {out}; {error}" for argv in commands)
        # sh is asked for by its name, since the user may have a shell that speaks otherwise.
        self.argv = ("exec", "/bin/sh", "-c", "; ".join((f"s=0; {out}; {error}", *steps)))

    def split(self, text: bytes) -> tuple[bytes, int | None, bytes]:
        """What comes before the first mark, the status in it, what comes after it.

        Without a mark the status is None, and the last part is what may be the beginning of one.
        """
        # No expression: it would have to be compiled for each host.
        start = text.find(self._mark)
        if start >= 0:
            status, line_break, after = text[start + len(self._mark) :].partition(b"\n")
            if line_break and status.isdigit():
                return text[:start], int(status), after
        start = text.rfind(BEGINNING, max(0, len(text) - self._mark_length))
        return (text, None, b"") if start < 0 else (text[:start], None, text[start:])


class ForeseenProcess:
    """The commands of a line on a channel, one after the other.

    :param channel: where it is started.
    :param deadline: for the start.
    :ivar host: the host's name for messages.
    :ivar busy: whether a command has been given out that has not ended.
    :ivar broken: whether no more can be had: a command was not read to its end, or the shell ended before its own.
    """

    def __init__(self, channel: paramiko.Channel, line: Foreseen, deadline: Deadline, host: str) -> None:
        self._channel = channel
        self._line = line
        self.host = host
        self.busy = False
        self.broken = False
        self._out = b""
        self._error = b""
        channel.settimeout(POLL_SECONDS)
        execute(channel, line.argv, deadline)
        channel.shutdown_write()

    def begins(self, deadline: Deadline) -> bool:
        """Whether the host's shell has understood the line. Where it has not, nothing of it has been run.

        A host may run one command only for a key, or have no shell.
        """
        noise = 0
        while not deadline.over and noise <= NOISE_BYTES:
            before, status, self._out = self._line.split(self._out)
            if status is not None:
                return self._said(deadline) is not None
            noise += len(before)
            if self._receive() == 0:
                return False
        return False

    def next(self, argv: Sequence[str], deadline: Deadline) -> ForeseenCommand:
        """The command that comes next; only where this is neither busy nor broken."""
        self.busy = True
        return ForeseenCommand(self, argv, deadline)

    def output(self, deadline: Deadline, argv: Sequence[str]) -> Iterator[bytes | int]:
        """Standard output of the command that comes next, and at its end the exit status.

        :raises CommandTimeout: when the time is over.
        :raises ConnectionLost: when the line ended before the command did.
        """
        while True:
            before, status, self._out = self._line.split(self._out)
            if before:
                yield before
            if status is not None:
                yield status
                return
            if deadline.over:
                raise deadline.error(self.host, argv)
            if self._receive() == 0:
                raise self._ended(argv)

    def error_text(self, deadline: Deadline, argv: Sequence[str]) -> bytes:
        """Standard error of the command whose standard output has ended.

        :raises CommandTimeout, ConnectionLost: see `output`.
        """
        said = self._said(deadline)
        if said is None:
            raise deadline.error(self.host, argv) if deadline.over else self._ended(argv)
        return said

    def _said(self, deadline: Deadline) -> bytes | None:
        """What is on standard error before the next mark; None where none comes."""
        while not deadline.over:
            self._drain()
            before, status, after = self._line.split(self._error)
            if status is not None:
                self._error = after
                return before[:STDERR_KEPT_BYTES]
            if self._channel.closed or self._channel.eof_received:
                self._drain()
                if self._line.split(self._error)[1] is None:
                    return None
                continue
            time.sleep(0.001)  # it was sent right behind what came on standard output
        return None

    def _receive(self) -> int | None:
        """Read some more; 0 at the end, None when nothing came for a while."""
        self._drain()
        try:
            piece = self._channel.recv(CHUNK_BYTES)
        except socket.timeout:  # TimeoutError since Python 3.10
            return None
        self._out += piece
        return len(piece)

    def _drain(self) -> None:
        while self._channel.recv_stderr_ready():
            self._error += self._channel.recv_stderr(CHUNK_BYTES)
            before, status, after = self._line.split(self._error)
            if status is None:
                self._error = before[:STDERR_KEPT_BYTES] + after

    def _ended(self, argv: Sequence[str]) -> JoolError:
        return ConnectionLost("the host's shell ended before the command", host=self.host, argv=argv)

    def close(self) -> None:
        """End what still runs: the shell goes no further than its next mark."""
        self.broken = True
        self._channel.close()


class ForeseenCommand(Running):
    """One of the commands."""

    def __init__(self, process: ForeseenProcess, argv: Sequence[str], deadline: Deadline) -> None:
        self._process = process
        self._argv = tuple(argv)
        self._deadline = deadline
        self._output = process.output(deadline, self._argv)
        self._ended: Ended | None = None

    def chunks(self) -> Iterator[bytes]:
        """See `Running.chunks`."""
        for piece in self._output:
            if isinstance(piece, int):
                self._ended = Ended(piece, self._process.error_text(self._deadline, self._argv))
                self._process.busy = False
            else:
                yield piece

    def wait(self) -> Ended:
        """See `Running.wait`."""
        for _rest in self.chunks():
            pass
        if self._ended is None:
            raise ConnectionLost(host=self._process.host, argv=self._argv)
        return self._ended

    def close(self) -> None:
        """See `Running.close`. What was not read to its end is in the way of what comes behind it."""
        if self._ended is None:
            self._process.close()
