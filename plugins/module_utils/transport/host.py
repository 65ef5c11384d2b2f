# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``host``: a subprocess where the code runs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from typing import IO, cast

from ..errors import CommandTimeout, JoolNotInstalled, NoPrivilege
from .base import CHUNK_BYTES, STDERR_KEPT_BYTES, Ended, Running, Transport

ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
"""Jool's own words do not depend on the locale, those of ``ip`` and of libc (strerror) do."""


class HostProcess(Running):
    """A subprocess. Standard error goes to an unnamed file, so that neither stream can block the other."""

    def __init__(self, argv: Sequence[str], timeout: float | None, host: str) -> None:
        self._argv = tuple(argv)
        self._host = host
        self._timeout = timeout or 0.0
        self._timed_out = False
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process, see close()
        self._process = self._launch()
        self._stdout = cast(IO[bytes], self._process.stdout)
        self._timer = threading.Timer(self._timeout, self._expire)
        self._timer.daemon = True
        if self._timeout:
            self._timer.start()

    def _launch(self) -> subprocess.Popen[bytes]:
        problem: type[JoolNotInstalled | NoPrivilege]
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
        except FileNotFoundError:
            problem, why = JoolNotInstalled, f"there is no program '{self._argv[0]}'"
        except PermissionError as error:
            problem, why = NoPrivilege, f"'{self._argv[0]}' may not be run ({error.strerror})"
        self._stderr.close()
        raise problem(why, host=self._host, argv=self._argv)

    def _expire(self) -> None:
        self._timed_out = True
        self._kill()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def chunks(self) -> Iterator[bytes]:
        """See `Running.chunks`."""
        while chunk := self._stdout.read(CHUNK_BYTES):
            yield chunk
        self._refuse_timeout()

    def wait(self) -> Ended:
        """See `Running.wait`."""
        for _rest in self.chunks():
            pass
        status = self._process.wait()
        self._refuse_timeout()
        self._stderr.seek(0)
        return Ended(status=128 - status if status < 0 else status, stderr=self._stderr.read(STDERR_KEPT_BYTES))

    def _refuse_timeout(self) -> None:
        if self._timed_out:
            raise CommandTimeout(f"{self._timeout:g} seconds were allowed", host=self._host, argv=self._argv)

    def close(self) -> None:
        """See `Running.close`."""
        self._timer.cancel()
        if self._process.poll() is None:
            self._kill()
            self._process.wait()
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
