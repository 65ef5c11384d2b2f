# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Either kind of translator, and what its tool says of its configuration: `Jool` with the questions of `jool_facts`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from ..errors import TableChanged
from ..records import eamt as eamt_records
from ..records import prefix as prefix_records
from ..records import stats as stats_records
from ..records.eamt import EamtEntry
from ..records.kind import NAT64, TOOLS
from ..records.stats import Stats
from ..transport.base import Transport
from .commands import in_namespace
from .jool import LISTING_TRIES, Jool

Listing = TypeVar("Listing")


class Translator(Jool):
    """The translators of one kind on one host.

    :param kind: of `records.kind.KINDS`.
    :param path: name or path of the tool; empty: its usual name.
    """

    def __init__(self, transport: Transport, kind: str, path: str = "", timeout: float = 0) -> None:
        super().__init__(transport, path or TOOLS[kind], timeout)
        self.kind = kind

    @property
    def module(self) -> str:
        """The name of the kernel module."""
        return TOOLS[self.kind]

    def _refuse_other_tool(self) -> None:
        if self.kind == NAT64:
            super()._refuse_other_tool()

    def explained_stats(self, instance: str, netns: str = "") -> Stats:
        """All counters of an instance, those that are zero among them, with Jool's explanations (3.6 and later).

        :raises JoolError: one of `client.verdict`, `UnreadableOutput`.
        """
        argv = in_namespace(netns, self.connect().explained_stats(instance))
        return self._whole(argv, lambda chunks: stats_records.read_csv(chunks, explained=True))

    def eamt(self, instance: str, netns: str = "") -> list[EamtEntry]:
        """The explicit address mappings of an instance (SIIT).

        :raises TableChanged: when the table changed during each of `LISTING_TRIES` tries.
        :raises JoolError: one of `client.verdict`, `UnreadableOutput`.
        """
        argv = in_namespace(netns, self.connect().eamt(instance))
        return self._listing(argv, lambda chunks: list(eamt_records.read_csv(chunks)))

    def denylist4(self, instance: str, netns: str = "") -> list[str]:
        """The prefixes that an instance never translates (SIIT). One that was added twice comes twice.

        :raises TableChanged: when the list changed during each of `LISTING_TRIES` tries.
        :raises JoolError: one of `client.verdict`, `UnreadableOutput`.
        """
        argv = in_namespace(netns, self.connect().denylist4(instance))
        return self._listing(argv, lambda chunks: list(prefix_records.read_denylist4_csv(chunks)))

    def _listing(
        self, argv: tuple[str, ...], read: Callable[[Iterable[bytes]], Listing], tries: int = LISTING_TRIES
    ) -> Listing:
        try:
            return self._whole(argv, read)
        except TableChanged:
            if tries <= 1:
                raise
        return self._listing(argv, read, tries - 1)
