# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts that can be asked over SSH: servers on loopback, with programs that print recorded answers or misbehave."""

from __future__ import annotations

import contextlib
import shlex
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko

from ansible_collections.nat64.jool.plugins.module_utils.gathering.target import Target
from ansible_collections.nat64.jool.plugins.module_utils.transport.ssh_route import Destination

from ..replay import Answer
from ..ssh_server import ADDRESS, USER, SshServer, ed25519_key
from ..test_session_facts import HEADER, TCP, host, instance

DROPS = "printf '\\0drop'"
TCP_DUMP = "-i default session display --tcp --numeric --csv"


def jool_of(directory: Path, answers: Mapping[str, Answer | list[Answer]], scripts: Mapping[str, str]) -> str:
    """Programs that answer as recorded.

    :param scripts: arguments of ``jool`` to what a shell does instead.
    :returns: the value for PATH.
    """
    directory.mkdir()
    cases: dict[str, list[str]] = {"jool": [], "cat": []}
    for number, (line, answer) in enumerate(answers.items()):
        program, _space, arguments = line.partition(" ")
        if program not in cases or not isinstance(answer, Answer):
            raise AssertionError(line)
        (directory / f"{number}.out").write_bytes(answer.stdout)
        (directory / f"{number}.err").write_bytes(answer.stderr)
        words = f"/bin/cat {directory}/{number}.out; /bin/cat {directory}/{number}.err >&2; exit {answer.status}"
        cases[program].append(f"{shlex.quote(arguments)}) {scripts.get(arguments, words)};;")
    for program, lines in cases.items():
        text = "\n".join(('#!/bin/sh\ncase "$*" in', *lines, "*) echo unexpected >&2; exit 98;;\nesac\n"))
        file = directory / program
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)
    return f"{directory}:/usr/bin:/bin"


@dataclass
class Fleet:
    """Servers that are up, and what a client must know to ask them.

    :ivar place: a directory of the test's own.
    """

    place: Path
    held: contextlib.ExitStack
    host_key: paramiko.PKey = field(default_factory=lambda: ed25519_key()[0])
    servers: dict[str, SshServer] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.user_key, text = ed25519_key()
        self.key_file = self.place / "user_key"
        self.key_file.write_text(text, encoding="ascii")
        self.key_file.chmod(0o600)
        self.known = self.place / "known_hosts"
        self.known.touch()

    @property
    def arguments(self) -> str:
        return f"-F none -o UserKnownHostsFile={self.known} -o GlobalKnownHostsFile=none -o IdentitiesOnly=yes"

    def add(
        self,
        name: str,
        answers: Mapping[str, Answer | list[Answer]] | None = None,
        scripts: Mapping[str, str] | None = None,
        *,
        known: bool = True,
        **server: Any,
    ) -> SshServer:
        """One more host; without anything else it has an instance with three TCP sessions and one of UDP."""
        recorded = answers if answers is not None else {**host("default"), **instance()}
        path = jool_of(self.place / f"programs-{name}", recorded, scripts or {})
        running = SshServer(self.host_key, **{"keys": (self.user_key,), **server}, path=path)
        self.servers[name] = self.held.enter_context(running)
        if known:
            with self.known.open("a", encoding="ascii") as file:
                file.write(running.known)
        self.target(name, running.port)
        return running

    def target(self, name: str, port: int, **more: Any) -> None:
        """One more host to ask, whoever listens there."""
        given: dict[str, Any] = {"user": USER, "private_key_file": str(self.key_file), "connect_timeout": 2.0, **more}
        self.targets.append(
            Target(name, Destination(ADDRESS, port, arguments=self.arguments, **given), None, ("nat64",))
        )


@contextlib.contextmanager
def fleet(place: Path) -> Iterator[Fleet]:
    with contextlib.ExitStack() as held:
        yield Fleet(place, held)


def closed_port() -> int:
    with socket.create_server((ADDRESS, 0)) as listener:
        return int(listener.getsockname()[1])


def _closed(fleet: Fleet, name: str) -> None:
    fleet.target(name, closed_port())


def _silent(fleet: Fleet, name: str) -> None:
    """Takes the connection and says nothing."""
    listener = fleet.held.enter_context(socket.create_server((ADDRESS, 0)))
    fleet.target(name, listener.getsockname()[1])


def _thinking(fleet: Fleet, name: str) -> None:
    """Hangs at authentication."""
    fleet.add(name, thinks=60.0)


def _stranger(fleet: Fleet, name: str) -> None:
    """Has a key that nobody knows."""
    fleet.add(name, known=False)


def _changed(fleet: Fleet, name: str) -> None:
    """Has another key than it is known by."""
    server = fleet.add(name)
    server.host_key = ed25519_key()[0]


def _refusing(fleet: Fleet, name: str) -> None:
    """Knows the user no more."""
    fleet.add(name).keys = ()


def _script(text: str) -> Callable[[Fleet, str], None]:
    return lambda fleet, name: fleet.add(name, None, {TCP_DUMP: text}) and None


def _no_jool(fleet: Fleet, name: str) -> None:
    fleet.add(name)
    (fleet.place / f"programs-{name}" / "jool").unlink()


_HEADER = shlex.quote(HEADER.decode())
_ROW = shlex.quote(TCP.decode().splitlines()[0])

BAD: dict[str, tuple[Callable[[Fleet, str], None], str, str, int]] = {
    # what it does, status and condition that come of it, how often it is tried when two retries are allowed
    "closed": (_closed, "unreachable", "ConnectionFailed", 3),
    "silent": (_silent, "unreachable", "ConnectionFailed", 3),
    "thinking": (_thinking, "unreachable", "ConnectionFailed", 3),
    "stranger": (_stranger, "unreachable", "HostKeyRefused", 1),
    "changed": (_changed, "unreachable", "HostKeyRefused", 1),
    "refusing": (_refusing, "unreachable", "AuthenticationFailed", 1),
    "dropping": (_script(f"printf %s {_HEADER}; {DROPS}"), "unreachable", "ConnectionLost", 3),
    "hanging": (_script(f"printf %s {_HEADER}; echo {_ROW}; exec sleep 60"), "failed", "CommandTimeout", 1),
    "flooding": (_script(f"printf %s {_HEADER}; exec yes {_ROW}"), "failed", "CommandTimeout", 1),
    "babbling": (_script("exec tr '\\0' x </dev/zero"), "failed", "UnreadableOutput", 1),
    "cut": (_script(f"printf %s {_HEADER}; printf TCP,2001:db8"), "failed", "DumpCutShort", 1),
    "garbled": (_script("echo nothing that Jool prints"), "failed", "UnreadableOutput", 1),
    "without jool": (_no_jool, "failed", "JoolNotInstalled", 1),
}
"""One host of each kind that gives no answer."""
