# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client for one instance that is to be changed: what runs of it, and changes as typed calls."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence

from ..errors import CommandFailed, ConnectionLost, JoolError, NoSuchInstance, UnsupportedRelease
from ..records import bib as bib_records
from ..records.bib import BibEntry
from ..records.eamt import EamtEntry
from ..records.global_parameters import GlobalParameters
from ..records.pool4 import Pool4Range
from ..records.release import Release
from ..records.session import PROTOCOLS, Session
from ..records.session_block import COUNTED
from ..transport.base import Completed, Transport
from .change_commands import ChangeDialect
from .commands import Dialect, in_namespace
from .transaction import Failed, FileCommand, Reversible, batches, outcome, place_of, run_commands
from .translator import Translator
from .verdict import failure

OLDEST = Release(4, 0)
"""The first release with ``file handle``."""

_PORTS = re.compile(r"\s*(\d+)\s+(\d+)\s*")


class InstanceClient(Translator):
    """One instance of NAT64 or SIIT on one host.

    The constructor only stores.

    :param kind: of `records.kind.KINDS`.
    :param path: name or path of the tool; empty: its usual name.
    :param timeout: seconds for each execution; 0: no bound.
    """

    def __init__(
        self,
        transport: Transport,
        kind: str,
        instance: str,
        netns: str = "",
        *,
        path: str = "",
        timeout: float = 0,
    ) -> None:
        super().__init__(transport, kind, path, timeout)
        self.instance = instance
        self.netns = netns

    def connect(self) -> Dialect:
        """Ask the tool for its release, once.

        :raises UnsupportedRelease: before 4.0.
        :raises JoolNotInstalled: where there is no tool.
        """
        dialect = super().connect()
        if dialect.release < OLDEST:
            raise UnsupportedRelease(f"{dialect.release.name}; instances can be configured from 4.0 on", host=self.host)
        return dialect

    @property
    def commands(self) -> ChangeDialect:
        """The command line of this instance."""
        return ChangeDialect(self.connect(), self.instance, self.netns)

    def running(self) -> tuple[str, GlobalParameters] | None:
        """The framework and the global parameters; None where the namespace has no such instance.

        The list of instances does not name namespaces, so the instance itself is asked whether it is there.

        :raises CommandFailed: where instances of this name have different frameworks.
        """
        listed = {entry.framework for entry in self.instances() if entry.name == self.instance}
        parameters = self._parameters(self.instance) if listed else None
        if parameters is None:
            return None
        if len(listed) > 1:
            raise CommandFailed(
                f"instances '{self.instance}' of different frameworks are in different namespaces, and Jool does not"
                " say which is where",
                host=self.host,
            )
        return listed.pop(), parameters

    def _parameters(self, name: str) -> GlobalParameters | None:
        """Of an instance; None where the namespace has none of that name."""
        try:
            return self.global_parameters(name, self.netns)
        except NoSuchInstance:
            return None

    def other_netfilter_instance(self) -> str | None:
        """Another Netfilter instance of the same kind in the namespace: there can be one only."""
        others = {
            entry.name for entry in self.instances() if entry.framework == "netfilter" and entry.name != self.instance
        }
        return next((name for name in sorted(others) if self._parameters(name) is not None), None)

    def ranges(self) -> list[Pool4Range]:
        """All of pool4."""
        return self.pool4(PROTOCOLS, self.instance, self.netns)

    def bib(self) -> Iterator[BibEntry]:
        """All of the BIB. Whoever looks at it must throw away what he has when this raises."""
        for command in self.connect().bib(PROTOCOLS, self.instance):
            yield from self._records(in_namespace(self.netns, command.argv), bib_records.read_csv)

    def mappings(self) -> list[EamtEntry]:
        """The explicit address mappings."""
        return self.eamt(self.instance, self.netns)

    def denied(self) -> list[str]:
        """The prefixes that are not translated."""
        return self.denylist4(self.instance, self.netns)

    def all_sessions(self) -> Iterator[Session]:
        """Every session."""
        return self.sessions(PROTOCOLS, self.instance, self.netns)

    def session_count(self) -> int:
        """The sessions, counted from the table: the kernel's own counter is reset by ``file handle``."""
        blocks = self.session_blocks(PROTOCOLS, self.instance, self.netns, only=COUNTED)
        return sum(len(block) for block in blocks)

    def probe(self, argv: Sequence[str], timeout: float) -> Completed:
        """Run a command of the operator's."""
        return self._transport.run(argv, timeout)

    def own_ports(self) -> tuple[int, int] | None:
        """The ports that the namespace sends from itself; None where it does not say."""
        argv = in_namespace(self.netns, ("cat", "/proc/sys/net/ipv4/ip_local_port_range"))
        done = self._transport.run(argv, self._timeout)
        found = _PORTS.fullmatch(done.stdout.decode("ascii", "replace"))
        return (int(found[1]), int(found[2])) if found and done.status == 0 else None

    def remove(self) -> None:
        """Remove the instance.

        :raises NoSuchInstance: where there is none.
        """
        self._run(self.commands.remove_instance())

    def handle_file(self, text: str, *, force: bool) -> None:
        """Create the instance from Jool's JSON, or replace its configuration: all or nothing.

        :raises JoolError: one of `client.verdict`; nothing was changed then.
        """
        file = FileCommand(self.commands.handle_file(force=force), text)
        marker = secrets.token_hex(16)
        pieces = file.pieces()
        place = ""
        for number, piece in enumerate(pieces[:-1]):
            argv = file.middle(marker, place, piece) if number else file.first(marker)
            try:
                found = place_of(marker, self._checked(argv, file.argv))
                if found is None:
                    raise ConnectionLost("the file could not be written", host=self.host, argv=file.argv)
            except JoolError:
                if place:
                    self._transport.run(file.remove(marker, place), self._timeout)
                raise
            place = found
        self._checked(file.last(marker, place, pieces[-1]), file.argv)

    def change(self, commands: Sequence[Reversible]) -> None:
        """Run commands, all or none.

        What one batch did is taken back by the host itself. Of more commands than fit into one, only the batch that
        failed is; whoever calls reads what runs, and puts it right.

        :raises JoolError: what the words of the command that failed mean.
        """
        for batch in batches(commands):
            marker, argv = run_commands(batch)
            self._refuse(batch, outcome(marker, self._transport.run(argv, self._timeout)))

    def _refuse(self, batch: Sequence[Reversible], failed: Failed | None) -> None:
        if failed is not None:
            raise failure(self.host, batch[failed.number or 0].argv, failed.status, failed.words)

    def _checked(self, argv: Sequence[str], shown: Sequence[str]) -> Completed:
        """Run a script, and tell of its failure as of the command that it runs."""
        done = self._transport.run(argv, self._timeout)
        if done.status:
            raise failure(self.host, shown, done.status, (done.stderr or done.stdout).decode("utf-8", "replace"))
        return done
