# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client: questions to one host as typed calls, its answers as records, its failures as typed errors."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from ..errors import NoSuchNamespace, NotApplicable, TableChanged, UnsupportedRelease
from ..records import bib, bib_block, global_parameters, session_block
from ..records import instance as instance_records
from ..records import pool4 as pool4_records
from ..records import session as session_records
from ..records import stats as stats_records
from ..records.bib import BibEntry
from ..records.bib_block import BibBlock
from ..records.global_parameters import GlobalParameters
from ..records.instance import Instance
from ..records.pool4 import Pool4Range
from ..records.release import Release
from ..records.repeats import skip_repeats
from ..records.session import PROTOCOLS, Session
from ..records.session_block import SessionBlock, SessionColumns
from ..records.stats import Stats
from ..transport.base import Completed, Ended, Running, Transport
from .commands import OLDEST, Dialect, TableCommand, in_namespace
from .reading import checked, checked_whole
from .verdict import failure

Record = TypeVar("Record")
Reader = Callable[[Iterable[bytes]], Iterator[Record]]

LISTING_TRIES = 3
"""The module gives up a listing of pool4 when an entry goes away under it; somebody is configuring just then."""

STATELESS_TOOL = "jool_siit"

_ADDRESS = re.compile(r"^\d+: .*? inet (\d+\.\d+\.\d+\.\d+)[/ ]", re.MULTILINE)
_NAMESPACE_LINE = re.compile(r"^(\S+)")


class Jool:
    """Jool on one host.

    The constructor only stores. `connect` asks for the release; every other call does so first where nobody did.

    :param transport: the way to the host.
    :param path: name or path of the tool.
    :param timeout: seconds for each command; 0: no bound.
    :ivar notices: sentences about what was odd in the answers so far, and yet no error.
    """

    def __init__(self, transport: Transport, path: str = "jool", timeout: float = 0) -> None:
        self._transport = transport
        self._path = path
        self._timeout = timeout
        self._dialect: Dialect | None = None
        self.notices: list[str] = []

    @property
    def host(self) -> str:
        """The host's name for messages."""
        return self._transport.host

    def connect(self) -> Dialect:
        """Ask the tool for its release, once.

        :raises NotApplicable: for the tool of the other translator.
        :raises JoolNotInstalled: where there is no tool.
        :raises UnsupportedRelease: for 3.0, and for a version that cannot be read.
        """
        if self._dialect is None:
            self._refuse_other_tool()
            argv = (self._path, "--version")
            done = self._run(argv)
            text = done.stdout.decode("utf-8", "replace").strip()
            try:
                release = Release.parse(text)
            except ValueError as error:
                raise UnsupportedRelease(
                    f"'{self._path} --version' printed {text[:80]!r}", host=self.host, argv=argv, status=done.status
                ) from error
            if release < OLDEST:
                raise UnsupportedRelease(text, host=self.host, argv=argv, status=done.status)
            self._dialect = Dialect(release, self._path)
        return self._dialect

    def _refuse_other_tool(self) -> None:
        if posixpath.basename(self._path) == STATELESS_TOOL:
            raise NotApplicable(f"'{self._path}' is the tool of SIIT", host=self.host)

    def module_version(self, module: str = "jool") -> str | None:
        """The release of the loaded kernel module, None where it is not loaded."""
        done = self._transport.run(("cat", f"/sys/module/{module}/version"), self._timeout)
        text = done.stdout.decode("ascii", "replace").strip()
        try:
            return Release.parse(text).name if done.status == 0 else None
        except ValueError:
            return text or None

    def namespaces(self) -> list[str]:
        """The named network namespaces of the host, none where ``ip`` is missing or knows of none."""
        done = self._transport.run(("ip", "netns", "list"), self._timeout)
        if done.status:
            return []
        found = (_NAMESPACE_LINE.match(line) for line in done.stdout.decode("utf-8", "replace").splitlines())
        return [match.group(1) for match in found if match]

    def refuse_unknown_namespaces(self, namespaces: Iterable[str]) -> None:
        """Tell of namespaces that are not there before a command is run in one: ``ip`` ends with 255 then, which an SSH
        client takes for a broken connection.

        :param namespaces: "" is the one that the connection ends in, and always there.
        :raises NoSuchNamespace: with the names of those that are not there.
        """
        named = [netns for netns in namespaces if netns]
        known = self.namespaces() if named else []
        unknown = [f"'{netns}'" for netns in named if netns not in known]
        if unknown:
            raise NoSuchNamespace(", ".join(unknown), host=self.host)

    def instances(self) -> list[Instance]:
        """The NAT64 instances of all namespaces; before 3.6 there is nothing to list, and the answer is empty.

        :raises ModuleNotLoaded: or another of `client.verdict`.
        """
        dialect = self.connect()
        if not dialect.has_instances:
            return []
        return self._whole(dialect.instances(), lambda chunks: list(instance_records.read_csv(chunks)))

    def sessions(
        self, protocols: Iterable[str], instance: str, netns: str = "", *, numeric: bool = True
    ) -> Iterator[Session]:
        """The session table, row by row; see `session_blocks`."""
        for block in self.session_blocks(protocols, instance, netns, numeric=numeric):
            yield from block.sessions()

    def session_blocks(
        self,
        protocols: Iterable[str],
        instance: str,
        netns: str = "",
        *,
        numeric: bool = True,
        only: SessionColumns | None = None,
    ) -> Iterator[SessionBlock]:
        """The session table, some rows at a time, in the order of the kernel.

        :param only: where nobody will ask the blocks for records, the columns that are looked at; see
            `records.session_block`.

        Rows come before the end is known to be good: who counts must throw the count away when this raises.

        :raises DumpCutShort: when the table ended early, after rows or in the middle of one.
        :raises UnreadableOutput: for a line that no rule of the grammar knows.
        :raises JoolError: another of `client.verdict`.
        """
        dialect = self.connect()
        for command in dialect.sessions(protocols, instance, numeric=numeric):
            asked = command.protocols[0] if len(command.protocols) == 1 else None

            def read(
                chunks: Iterable[bytes], csv: bool = command.csv, asked: str | None = asked
            ) -> Iterator[SessionBlock]:
                columns = None if dialect.repeats_rows else only
                if csv:
                    blocks = session_block.csv_blocks(chunks, columns)
                else:
                    blocks = session_block.console_blocks(chunks, asked, columns)
                return skip_repeats(blocks, self.notices.append) if dialect.repeats_rows else blocks

            yield from self._records(in_namespace(netns, command.argv), read)

    def session_counts(self, protocols: Iterable[str], netns: str = "") -> dict[str, int]:
        """The kernel's own count for each protocol (3.1 to 3.5).

        :raises JoolError: one of `client.verdict`, `UnreadableOutput`.
        """
        asked = list(protocols)
        argv = in_namespace(netns, self.connect().session_counts(asked))
        return self._whole(argv, lambda chunks: session_records.read_counts(chunks, asked))

    def stats(self, instance: str, netns: str = "") -> Stats:
        """The counters of an instance (3.6 and later).

        :raises JoolError: one of `client.verdict`, `UnreadableOutput`.
        """
        return self._whole(in_namespace(netns, self.connect().stats(instance)), stats_records.read_csv)

    def pool4(self, protocols: Iterable[str], instance: str, netns: str = "") -> list[Pool4Range]:
        """The ranges of pool4 for the given protocols.

        :raises TableChanged: when it changed during each of `LISTING_TRIES` tries.
        :raises JoolError: one of `client.verdict`, `UnreadableOutput`.
        """
        ranges: list[Pool4Range] = []
        for command in self.connect().pool4(protocols, instance):
            ranges.extend(self._pool4(command, netns, LISTING_TRIES))
        return ranges

    def _pool4(self, command: TableCommand, netns: str, tries: int) -> list[Pool4Range]:
        read = pool4_records.read_csv if command.csv else pool4_records.read_console
        try:
            return self._whole(in_namespace(netns, command.argv), lambda chunks: list(read(chunks)))
        except TableChanged:
            if tries <= 1:
                raise
        return self._pool4(command, netns, tries - 1)

    def bib_blocks(self, protocols: Iterable[str], instance: str, netns: str = "") -> Iterator[BibBlock]:
        """The BIB, some entries at a time; for who counts them, the same holds as for `session_blocks`.

        :raises JoolError: see `session_blocks`.
        """
        for command in self.connect().bib(protocols, instance):
            read = bib_block.csv_blocks if command.csv else bib_block.console_blocks
            yield from self._records(in_namespace(netns, command.argv), read)

    def static_bib(self, instance: str, netns: str = "") -> list[BibEntry]:
        """The static entries of the BIB. All of it is read, since Jool cannot be asked for a part.

        :raises JoolError: see `session_blocks`.
        """
        entries: list[BibEntry] = []
        for command in self.connect().bib(PROTOCOLS, instance):
            read = bib.read_static_csv if command.csv else bib.read_static_console
            entries.extend(self._records(in_namespace(netns, command.argv), read))
        return entries

    def global_parameters(self, instance: str, netns: str = "") -> GlobalParameters:
        """The global parameters of an instance (3.6 and later).

        :raises JoolError: one of `client.verdict`, `UnreadableOutput`.
        """
        argv = in_namespace(netns, self.connect().global_parameters(instance))
        return self._whole(argv, global_parameters.read_csv)

    def ipv4_addresses(self, netns: str = "") -> list[str]:
        """The global IPv4 addresses of a namespace, which an empty pool4 stands for; none where ``ip`` is missing."""
        argv = in_namespace(netns, ("ip", "-4", "-o", "address", "show", "scope", "global"))
        done = self._transport.run(argv, self._timeout)
        return [] if done.status else _ADDRESS.findall(done.stdout.decode("utf-8", "replace"))

    def is_stateless(self) -> bool:
        """Whether the host runs SIIT Jool and no NAT64: sessions are not applicable then."""
        return (
            self.module_version("jool") is None
            and self._transport.run(("test", "-d", "/sys/module/jool_siit"), self._timeout).status == 0
        )

    def _run(self, argv: tuple[str, ...]) -> Completed:
        done = self._transport.run(argv, self._timeout)
        if done.status:
            raise failure(self.host, argv, done.status, (done.stderr or done.stdout).decode("utf-8", "replace"))
        return done

    def _records(self, argv: tuple[str, ...], reader: Reader[Record]) -> Iterator[Record]:
        with self._transport.start(argv, self._timeout) as running:
            yield from checked(reader(running.chunks()), lambda: self._end(argv, running), self.host, argv)

    def _whole(self, argv: tuple[str, ...], read: Callable[[Iterable[bytes]], Record]) -> Record:
        done = self._transport.run(argv, self._timeout)  # short answers come in one piece
        return checked_whole(lambda: read((done.stdout,)), lambda: self._ended(argv, done), self.host, argv)

    def _end(self, argv: tuple[str, ...], running: Running) -> Ended:
        return self._ended(argv, running.wait())

    def _ended(self, argv: tuple[str, ...], ended: Ended) -> Ended:
        if ended.status == 0:
            self._notice(argv, ended.stderr.decode("utf-8", "replace"))
        return ended

    def _notice(self, argv: tuple[str, ...], words: str) -> None:
        told = " ".join(sorted(set(words.split("\n")))).strip()
        if told:
            self.notices.append(f"{' '.join(argv)}: {told[:500]}")
