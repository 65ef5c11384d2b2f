# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads one instance: its table once, for everything that is asked of it, and the little that is beside the table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Protocol

from ..client.jool import Jool
from ..errors import UnreadableOutput
from ..records.global_parameters import GlobalParameters
from ..records.pool4 import Pool4Range
from ..records.session import PROTOCOLS, Session
from ..records.session_block import COUNTED, COUNTED_WITH_PORTS, DETAILED, SessionBlock, SessionColumns, by_subnet
from ..summary.bib import BibSummary
from ..summary.client_prefix import SUBNET_BITS
from ..summary.destinations import DestinationSummary
from ..summary.expiry import ExpirySummary
from ..summary.fingerprint import SessionFingerprint
from ..summary.marks import MarkSummary
from ..summary.pool4 import Pool4Use, PortsInUse, default_use, pool4_use
from ..summary.rfc6052 import EmbeddingCheck
from ..summary.sessions import SessionSummary
from .places import Place, kernel_counters
from .question import Question
from .shape import InstanceResult, now
from .table_file import TableFile


class Counter(Protocol):
    """What looks at every session of a table."""

    def add_block(self, block: SessionBlock) -> None:
        """Count many sessions."""


def read_place(jool: Jool, place: Place, question: Question, table: TableFile | None) -> InstanceResult:
    """Read the tables of an instance.

    :raises JoolError: one of `client.verdict`, `DumpCutShort`, `UnreadableOutput`; nothing was counted then.
    """
    blocks = jool.session_blocks(
        question.protocols, place.name, place.netns, numeric=question.numeric, only=_columns(question, table)
    )
    if not question.wants_summary:
        entry = read_table(jool.host, place, blocks, question, table)
    else:
        parameters = _global_parameters(jool, place)
        ranges = jool.pool4(question.protocols, place.name, place.netns)
        marks = MarkSummary(ranges) if any(entry.mark is not None for entry in ranges) else None
        pool6 = parameters.values.get("pool6") if parameters else None
        check = EmbeddingCheck(str(pool6)) if pool6 and question.wants_details else None
        fingerprint = _fingerprint(question, parameters)
        in_use = PortsInUse()
        more = [one for one in (marks, check, fingerprint) if one is not None]
        entry = read_table(jool.host, place, blocks, question, table, more, [in_use])
        entry.marks, entry.check, entry.fingerprint, entry.parameters = marks, check, fingerprint, parameters
        entry.bib = _read_bib(jool, place, question, in_use)
        if question.wants_bib and question.wants_sessions:
            entry.static_bib = jool.static_bib(place.name, place.netns)
        entry.counters = kernel_counters(jool, place.name, place.netns)
        entry.kernel_sessions = tuple(stats.sessions if stats else None for stats in (place.counters, entry.counters))
        entry.pool4 = _pool4(jool, place, question, ranges, in_use)
    _notice_names(jool, entry)
    return entry


def count_place(jool: Jool, place: Place, question: Question) -> InstanceResult:
    """Let the kernel count (3.1 to 3.5).

    :raises JoolError: one of `client.verdict`, `UnreadableOutput`.
    """
    started = now()
    counts = jool.session_counts(question.protocols, place.netns)
    return InstanceResult(place.name, place.netns, place.framework, question.protocols, started, now(), counts=counts)


def read_table(
    host: str,
    place: Place,
    blocks: Iterable[SessionBlock],
    question: Question,
    table: TableFile | None,
    counters: Sequence[Counter] = (),
    counters_of_all: Sequence[Counter] = (),
) -> InstanceResult:
    """Read a table once, for everything that is asked of it. Records are made only where one is looked at.

    :param host: for messages.
    :param counters: are shown the sessions that the filters let through.
    :param counters_of_all: are shown every session, whatever the filters.
    :raises UnreadableOutput: for an address or an L4-ID that is none.
    """
    matches = question.session_filter.predicate()
    summary = SessionSummary(question.client_prefix_length)
    destinations = DestinationSummary() if question.wants_details else None
    expiry = ExpirySummary() if question.wants_details else None
    wanted: list[Counter] = [summary, *(one for one in (destinations, expiry) if one is not None), *counters]
    rows: list[Session] | None = [] if question.wants_sessions else None
    scanned = 0
    started = now()
    try:
        for scanned_block in blocks:
            scanned += len(scanned_block)
            for counter in counters_of_all:
                counter.add_block(scanned_block)
            block = scanned_block if matches is None else scanned_block.that(matches)
            for counter in wanted:
                counter.add_block(block)
            if table is not None:
                table.write(place.netns, place.name, block)
            if rows is not None and len(rows) < question.max_sessions:
                rows.extend(islice(block.sessions(), question.max_sessions - len(rows)))
        summary.settle()
        truncated = None if rows is None else len(rows) < summary.total
    except ValueError as error:  # an address or an L4-ID that is none
        raise UnreadableOutput(str(error), host=host) from error
    return InstanceResult(
        name=place.name,
        netns=place.netns,
        framework=place.framework,
        protocols=question.protocols,
        started_at=started,
        ended_at=now(),
        summary=summary,
        destinations=destinations,
        expiry=expiry,
        scanned=scanned,
        rows=rows,
        truncated=truncated,
    )


def _columns(question: Question, table: TableFile | None) -> SessionColumns | None:
    """The columns that are looked at; None for all, where somebody looks at whole records."""
    if table is not None or question.wants_sessions or question.session_filter.predicate() is not None:
        return None
    if question.wants_details:
        return DETAILED
    columns = COUNTED_WITH_PORTS if question.wants_summary else COUNTED
    return by_subnet(columns) if question.client_prefix_length <= SUBNET_BITS else columns


def _global_parameters(jool: Jool, place: Place) -> GlobalParameters | None:
    return jool.global_parameters(place.name, place.netns) if jool.connect().has_instances else None


def _fingerprint(question: Question, parameters: GlobalParameters | None) -> SessionFingerprint | None:
    """Only where another translator may hold the same sessions, and of all of them."""
    synchronised = parameters is not None and parameters.values.get("ss-enabled") is True
    wanted = synchronised and question.wants_details and question.session_filter.predicate() is None
    return SessionFingerprint() if wanted else None


def _read_bib(jool: Jool, place: Place, question: Question, in_use: PortsInUse) -> BibSummary | None:
    if not question.wants_bib:
        return None
    if jool.connect().repeats_rows:
        jool.notices.append("This release prints entries of tables twice (NICMx/Jool#147): the BIB was not counted.")
        return None
    bib = BibSummary()
    for block in jool.bib_blocks(question.protocols, place.name, place.netns):
        bib.add_block(block)
        in_use.add_block(block)
    return bib


def _pool4(
    jool: Jool, place: Place, question: Question, ranges: Sequence[Pool4Range], in_use: PortsInUse
) -> list[Pool4Use]:
    if ranges or len(question.protocols) < len(PROTOCOLS):
        # Of fewer protocols it is not known whether pool4 is empty: then nothing is said of its default.
        return pool4_use(ranges, question.protocols, in_use)
    jool.notices.append(
        f"Instance '{place.name}' has an empty pool4 and uses ports 61001-65535 of the host's own addresses."
    )
    return default_use(jool.ipv4_addresses(place.netns), question.protocols, in_use)


def _notice_names(jool: Jool, entry: InstanceResult) -> None:
    if entry.summary is not None and entry.summary.unnumbered_clients:
        jool.notices.append(
            f"Instance '{entry.name}': {entry.summary.unnumbered_clients} sessions show a name instead of the client's "
            "address and are in no client prefix."
        )
