# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host of Ansible that is this machine: real processes under a shell of choice, with a ``/tmp`` of its own."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.nat64.jool.plugins.plugin_utils.connection_transport import ConnectionTransport
from ansible_collections.nat64.jool.plugins.plugin_utils.overflow_file import LIMITS, Limits
from ansible_collections.nat64.jool.tests.unit.shells import SHELLS

TOOLS = ("cat", "dd", "df", "ls", "mktemp", "rm", "rmdir", "stty")
"""All that the scripts run."""

SMALL = Limits(passed_reads=4, part_blocks=1, file_bytes=1024 * 1024)
"""A little at a time: the first execution passes at most `PASSED` bytes on, and 64 KiB come with each later one."""

PASSED = 4 * 4096

Answer = tuple[int, bytes, bytes]
"""Exit status, standard output, standard error."""


def sh(script: str, *arguments: str) -> tuple[str, ...]:
    return ("sh", "-c", script, "sh", *arguments)


def zeros(count: int) -> tuple[str, ...]:
    return ("head", "-c", str(count), "/dev/zero")


@dataclass
class ShellConnection:
    """A connection plugin.

    :ivar asked: the command lines so far.
    :ivar around: may answer in place of the host: it gets the number of the execution, from 0, and what makes it.
    :ivar terminal: whether commands get one, as some plugins ask for.
    :ivar running: what was interrupted.
    """

    environment: Mapping[str, str]
    terminal: bool = False
    around: Callable[[int, Callable[[], Answer]], Answer] = lambda _number, execute: execute()
    asked: list[str] = field(default_factory=list)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    has_pipelining: bool = True
    allow_executable: bool = True
    become: None = None
    transport: str = "shell"

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> Answer:
        assert in_data == b"\n"
        assert sudoable
        self.asked.append(cmd)
        execute = self._on_a_terminal if self.terminal else self._execute
        return self.around(len(self.asked) - 1, lambda: execute(cmd))

    def _execute(self, cmd: str) -> Answer:
        # The streams of what is interrupted are closed, and the process goes on: as with Ansible's plugins.
        process = subprocess.Popen(
            ("/bin/sh", "-c", cmd),
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.running.append(process)
        try:
            stdout, stderr = process.communicate(b"\n")
        finally:
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        self.running.remove(process)
        return process.returncode, stdout, stderr

    def _on_a_terminal(self, cmd: str) -> Answer:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            ("/bin/sh", "-c", cmd), env=self.environment, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        pieces = []
        try:
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        except OSError:  # EIO: nobody has the other end any more
            pass
        os.close(ours)
        return process.wait(), b"".join(pieces), b""

    def wait(self) -> None:
        """For what was interrupted, and still runs."""
        for process in self.running:
            process.wait(30)


class ShellAction(ActionBase):  # type: ignore[misc]
    """An action plugin with Ansible's own way of running a command.

    :ivar warnings: what the operator was told.
    """

    def __init__(self, connection: ShellConnection) -> None:
        self._connection = connection
        self._play_context = SimpleNamespace(executable="/bin/sh")
        self.warnings: list[str] = []
        self._display = SimpleNamespace(warning=self.warnings.append)

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        raise NotImplementedError

    def _get_remote_user(self) -> str:
        return "operator"

    def get_become_option(self, option: str, default: object = None) -> None:
        return None


class ShellHost:
    """A host with a shell.

    :ivar temporary: what it has for ``/tmp``.
    :ivar tools: the directory that is first in its PATH.
    """

    def __init__(self, place: Path, shell: str = "dash") -> None:
        self.temporary = place / "temporary files of the host"
        self.tools = place / "tools"
        self.temporary.mkdir()
        self.tools.mkdir()
        program, option, own_tools = SHELLS[shell]
        path = shutil.which(program)
        self.tool("sh", f'exec {path} {option} "$@"', interpreter=f"{path} sh" if own_tools else str(path))
        for tool in TOOLS if own_tools else ():
            (self.tools / tool).symlink_to(str(path))
        environment = {**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", "TMPDIR": str(self.temporary)}
        self.connection = ShellConnection(environment)
        self.action = ShellAction(self.connection)

    def tool(self, name: str, script: str, interpreter: str = "/bin/sh") -> None:
        """Put a program of its own on the host."""
        path = self.tools / name
        path.unlink(missing_ok=True)
        path.write_text(f"#!{interpreter}\n{script}\n", encoding="utf-8")
        path.chmod(0o755)

    def transport(self, limits: Limits = LIMITS) -> ConnectionTransport:
        return ConnectionTransport(self.action, "edge1", limits)

    def left(self) -> list[str]:
        """What there is in its temporary directory when nothing runs any more."""
        self.connection.wait()
        return os.listdir(self.temporary)

    def length(self, argv: tuple[str, ...], timeout: float | None = 60) -> int:
        """Run a command and read all that it prints; the number of bytes."""
        with self.transport(SMALL).start(argv, timeout) as running:
            return sum(len(chunk) for chunk in running.chunks())
