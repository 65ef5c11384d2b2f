# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs programs of the operating system that only read, and takes it that any of them may be missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from ..errors import CommandTimeout, JoolNotInstalled, NoPrivilege
from ..transport.base import Completed, Transport

Value = TypeVar("Value")

_NO_PROGRAM = re.compile(rb'exec of "[^"]*" failed: No such file|^(?:sudo|doas): \S+: command not found$', re.MULTILINE)
"""What ``ip netns exec``, sudo and doas say of a program that is not there, with exit statuses of their own."""

NOT_FOUND = 127
"""Exit status of a POSIX shell for a program that is not there."""

SHOWN = 200
"""Characters of a program's own words in a notice."""

PLACES = ("", "/sbin/", "/usr/sbin/")
"""Where a program is looked for: the search path of an ordinary user may be without the directories of root."""


class FormatError(ValueError):
    """A line that no rule knows.

    :ivar line: the line.
    """

    def __init__(self, line: str) -> None:
        super().__init__(f"a line that is not known: {line[:SHOWN]!r}")
        self.line = line


class Programs:
    """The programs of one host.

    :param transport: the way to the host.
    :param timeout: seconds for each command; 0: no bound.
    :ivar notices: sentences about what could not be found out, and why.
    """

    def __init__(self, transport: Transport, timeout: float = 0) -> None:
        self._transport = transport
        self._timeout = timeout
        self._places: dict[str, str | None] = {}
        self.notices: list[str] = []

    def read(
        self,
        argv: Sequence[str],
        reader: Callable[[str], Value],
        missing: str,
        fine: Sequence[int] = (0,),
        prefix: Sequence[str] = (),
    ) -> Value | None:
        """What a program prints, as the reader understands it.

        :param missing: what is not known without it, the beginning of a notice: "the offloads are not known".
        :param fine: exit statuses with which an output counts.
        :param prefix: words that run the program in a network namespace; none: where the connection ends.
        :returns: None where there is no such program, where it failed and where its output is not understood; a notice
            says which.
        :raises ConnectionLost: or another error of the way to the host.
        """
        return self.read_first([(argv, reader)], missing, fine, prefix)

    def read_first(
        self,
        ways: Sequence[tuple[Sequence[str], Callable[[str], Value]]],
        missing: str,
        fine: Sequence[int] = (0,),
        prefix: Sequence[str] = (),
    ) -> Value | None:
        """The same of the first of several programs that the host has.

        :param ways: each program's command with its reader.
        """
        for argv, reader in ways:
            try:
                done = self._run(tuple(argv), tuple(prefix))
            except CommandTimeout as error:
                self.notices.append(f"{missing}: '{' '.join(argv)}' did not end in time ({error.detail}).")
                return None
            if done is not None:
                return self._understood(argv, reader, done, missing, fine)
        names = " or ".join(f"'{argv[0]}'" for argv, _reader in ways)
        self.notices.append(f"{missing}: there is no program {names} on the host.")
        return None

    def _understood(
        self, argv: Sequence[str], reader: Callable[[str], Value], done: Completed, missing: str, fine: Sequence[int]
    ) -> Value | None:
        if done.status not in fine:
            words = " ".join((done.stderr or done.stdout).decode("utf-8", "replace").split())[:SHOWN]
            told = f" and said: {words}" if words else ""
            self.notices.append(f"{missing}: '{' '.join(argv)}' ended with exit status {done.status}{told}")
            return None
        try:
            return reader(done.stdout.decode("utf-8", "replace"))
        except FormatError as error:
            self.notices.append(f"{missing}: '{' '.join(argv)}' printed {error}")
            return None

    def file(self, path: str) -> str | None:
        """The content of a file that may well be missing; None where it is not there, or may not be read."""
        try:
            done = self._run(("cat", path))
        except CommandTimeout:
            return None
        return done.stdout.decode("utf-8", "replace") if done is not None and done.status == 0 else None

    def _run(self, argv: tuple[str, ...], prefix: tuple[str, ...] = ()) -> Completed | None:
        name, *rest = argv
        if name in self._places:
            place = self._places[name]
            return None if place is None else self._try((*prefix, place, *rest))
        for directory in PLACES:
            done = self._try((*prefix, f"{directory}{name}", *rest))
            if done is not None:
                self._places[name] = f"{directory}{name}"
                return done
        self._places[name] = None
        return None

    def _try(self, argv: tuple[str, ...]) -> Completed | None:
        """None where there is no such program."""
        try:
            done = self._transport.run(argv, self._timeout)
        except JoolNotInstalled:  # the transport `host` has no shell that would say so
            return None
        except NoPrivilege as error:
            return Completed(status=126, stderr=error.detail.encode(), stdout=b"")
        if done.status == NOT_FOUND or (done.status and _NO_PROGRAM.search(done.stderr)):
            return None
        return done
