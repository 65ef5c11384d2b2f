# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``host``: a subprocess where the code runs."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence

from ..errors import CommandFailed, CommandTimeout, JoolError, JoolNotInstalled, NoPrivilege
from .base import CHUNK_BYTES, STDERR_KEPT_BYTES, Deadline, Ended, Running, Transport

ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
"""Jool's own words do not depend on the locale, those of ``ip`` and of libc (strerror) do."""


KILLED_SECONDS = 5.0
"""How long a killed process is waited for: one that hangs inside the kernel ends when the kernel lets it."""


class HostProcess(Running):
    """A subprocess. Standard error goes to an unnamed file, so that neither stream can block the other."""

    def __init__(self, argv: Sequence[str], timeout: float | None, host: str) -> None:
        self._argv = tuple(argv)
        self._host = host
        self._deadline = Deadline(timeout)
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process, see close()
        try:
            self._process = self._launch()
        except BaseException:
            self._stderr.close()
            raise
        if self._process.stdout is None:  # it is a pipe, as `_launch` asks for
            raise AssertionError
        self._stdout = self._process.stdout

    def _launch(self) -> subprocess.Popen[bytes]:
        try:
            # The engine knows no AnsibleModule, and its run_command() hands out no stream.
            return subprocess.Popen(  # pylint: disable=ansible-bad-function
                self._argv,
                bufsize=0,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                env=ENVIRONMENT,
                start_new_session=True,  # so that all of it can be ended, see _kill()
            )
        except OSError as error:
            raise self._not_started(error) from error

    def _not_started(self, error: OSError) -> JoolError:
        problem: type[JoolError] = CommandFailed
        why = f"'{self._argv[0]}' cannot be started ({error.strerror})"
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            problem, why = JoolNotInstalled, f"there is no program '{self._argv[0]}'"
        elif error.errno in {errno.EACCES, errno.EPERM}:
            problem, why = NoPrivilege, f"'{self._argv[0]}' may not be run ({error.strerror})"
        return problem(why, host=self._host, argv=self._argv)

    def chunks(self) -> Iterator[bytes]:
        """See `Running.chunks`."""
        while chunk := self._read():
            yield chunk

    def _read(self) -> bytes:
        # Waiting for data with a bound and not only for the end of the process: the pipe stays open for as long as
        # anybody has it, and one who left the process group outlives _kill().
        poll = select.poll()
        poll.register(self._stdout, select.POLLIN)
        left = self._deadline.left
        if left == 0.0 or not poll.poll(None if left is None else left * 1000):
            raise self._timed_out()
        return self._stdout.read(CHUNK_BYTES)

    def wait(self) -> Ended:
        """See `Running.wait`."""
        for _rest in self.chunks():
            pass
        try:
            status = self._process.wait(self._deadline.left)
        except subprocess.TimeoutExpired:
            raise self._timed_out() from None
        self._stderr.seek(0)
        return Ended(status=128 - status if status < 0 else status, stderr=self._stderr.read(STDERR_KEPT_BYTES))

    def _timed_out(self) -> CommandTimeout:
        self._kill()
        return self._deadline.error(self._host, self._argv)

    def _kill(self) -> None:
        # Until its end is asked for, a process that has ended keeps its number, and with it the number of its group.
        if self._process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(KILLED_SECONDS)

    def close(self) -> None:
        """See `Running.close`."""
        self._kill()
        self._stdout.close()
        self._stderr.close()


class HostTransport(Transport):
    """Runs commands on the machine that this code runs on."""

    name = "host"

    def __init__(self, host: str = "") -> None:
        self.host = host

    def start(self, argv: Sequence[str], timeout: float | None = None) -> Running:
        """See `Transport.start`."""
        return HostProcess(argv, timeout, self.host)
