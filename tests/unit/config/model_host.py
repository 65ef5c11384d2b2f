# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The model of Jool as a host: in memory for many cases, or as a program under a real shell."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.nat64.jool.plugins.module_utils.transport.base import Ended, Running, Transport
from ansible_collections.nat64.jool.plugins.module_utils.transport.host import HostTransport
from ansible_collections.nat64.jool.tests.unit.config import kernel_model
from ansible_collections.nat64.jool.tests.unit.config.kernel_model import JoolModel


class _Done(Running):
    def __init__(self, status: int, stdout: str, stderr: str) -> None:
        self._ended = Ended(status, stderr.encode())
        self._stdout = stdout.encode()

    def chunks(self) -> Iterator[bytes]:
        yield self._stdout

    def wait(self) -> Ended:
        return self._ended

    def close(self) -> None:
        pass


class ModelTransport(Transport):
    """A host in memory. The two scripts of a transaction are carried out as they promise.

    :ivar before: is called with each command of Jool before it runs; it may raise `kernel_model.Refused`.
    """

    name = "host"

    def __init__(self, model: JoolModel, directory: Path) -> None:
        self.host = "edge1"
        self.model = model
        self.directory = directory
        self.before: Callable[[Sequence[str]], None] = lambda _words: None

    def start(self, argv: Sequence[str], timeout: float | None = None) -> Running:
        return _Done(*self._run(list(argv)))

    def _run(self, argv: list[str]) -> tuple[int, str, str]:
        if argv[0] in ("jool", "jool_siit"):
            try:
                self.before(argv[1:])
            except kernel_model.Refused as error:
                return error.status, "", f"Error: The kernel module returned error {error.status}: {error}\n"
            return self.model.run(argv[1:])
        if argv[:2] == ["sh", "-c"]:
            return self._file(argv) if "mktemp" in argv[2] else self._transaction(argv[4], argv[5:])
        if argv[0] == "cat":
            return 0, "32768\t60999\n", ""
        return 127, "", "sh: not found"

    def _file(self, argv: list[str]) -> tuple[int, str, str]:
        marker, place, piece, *command = argv[4:]
        file = self.directory / marker
        with file.open("a") as out:
            out.write(piece)
        if not command:
            return 0, f"{marker} {place or self.directory}\n", ""
        try:
            return self._run([*command, str(file)])
        finally:
            file.unlink()

    def _transaction(self, marker: str, lines: list[str]) -> tuple[int, str, str]:
        undo: list[str] = []
        for number, (line, back) in enumerate(zip(lines[::2], lines[1::2]), 1):
            undo.insert(0, back)
            status, _output, words = self._run(shlex.split(line))
            if status:
                for one in undo:
                    self._run(shlex.split(one))
                return status, f"{marker} failed {number} {status}\n", words
        return 0, f"{marker} done {len(lines) // 2} 0\n", ""


def program(directory: Path, translator: str = "nat64", version: str = "4.1.9.0") -> Path:
    """A program `jool` with a host's state beside it."""
    state = directory / "state.json"
    state.write_text(json.dumps({"translator": translator, "version": version, "instances": {}, "log": []}))
    tool = directory / ("jool" if translator == "nat64" else "jool_siit")
    words = shlex.join([sys.executable, "-I", "-S", kernel_model.__file__, str(state)])
    tool.write_text(f'#!/bin/sh\n[ ! -e "{directory}/break" ] || . "{directory}/break"\nexec {words} "$@"\n')
    tool.chmod(0o755)
    return tool


def instances(directory: Path) -> dict[str, Any]:
    """The tables of the program's host."""
    found: dict[str, Any] = json.loads((directory / "state.json").read_text())["instances"]
    return found


class LocalTransport(HostTransport):
    """This machine, with the name of a host."""

    def __init__(self) -> None:
        super().__init__("edge1")
