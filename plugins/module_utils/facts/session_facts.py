# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gathers the facts of one host or of one capture: the question goes in, plain facts come out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from ..client.capture import capture_blocks
from ..client.jool import Jool
from ..errors import InvocationRefused, ModuleNotLoaded, NotApplicable
from ..records.session import Session
from ..records.session_block import COUNTED, COUNTED_WITH_PORTS, SessionBlock
from ..summary.pool4 import PortsInUse, pool4_use
from ..summary.sessions import SessionSummary
from .places import Place, find_places, kernel_sessions
from .question import Question
from .shape import Facts, HostResult, InstanceResult, facts, now
from .table_file import TableFile


def gather(jool: Jool, question: Question, transport: str, table: TableFile | None = None) -> Facts:
    """The session facts of a host.

    :param transport: the name of the way there, for the record.
    :param table: takes every row that the question is about.
    :raises JoolError: nothing that failed is in the facts; who writes a table must drop it then.
    :raises records.session_filter.FilterError: when the question makes no sense.
    """
    question.session_filter.predicate()
    started = now()
    result = HostResult(source="table", transport=transport)
    try:
        _ask(jool, question, result, table)
    except NotApplicable as error:
        return _not_applicable(result, question, started, error, table)
    result.dest = table.path if table else None
    result.warnings += list(dict.fromkeys(jool.notices))
    return facts(result, question, started)


def _ask(jool: Jool, question: Question, result: HostResult, table: TableFile | None) -> None:
    dialect = jool.connect()
    result.tool = dialect.release.name
    result.module = jool.module_version()
    try:
        places, hidden = find_places(jool, question)
    except ModuleNotLoaded as error:
        # Later on it would be a module that went away while it was asked, whatever else is loaded.
        if jool.is_stateless():
            raise NotApplicable(host=error.host) from error
        raise
    counted = dialect.has_counts and table is None and question.subsets <= {"counts"}
    if counted and question.session_filter.predicate() is None:
        result.source = "stats"
        result.instances = [_kernel_count(jool, place, question) for place in places]
    else:
        result.instances = [_read_place(jool, place, question, table) for place in places]
    if hidden:
        result.complete = False
        result.warnings.append(
            f"The instances {', '.join(hidden)} live in network namespaces without a name (containers?) and were not "
            "asked. Run the task inside these namespaces, or name them with 'ip netns attach'."
        )
    if not places:
        result.warnings.append("The kernel module is loaded and has no NAT64 instance: there are no sessions.")


def gather_capture(chunks: Iterable[bytes], name: str, question: Question, table: TableFile | None = None) -> Facts:
    """The same facts from a saved capture, with no host at all.

    :param name: what to call the capture in messages.
    :raises JoolError: see `client.capture.read_capture`.
    :raises InvocationRefused: for what a capture cannot answer.
    """
    if question.netns or question.instances:
        raise InvocationRefused("a capture does not say of which instance it is; leave 'instances' and 'netns' out")
    started = now()
    result = HostResult(source="capture", transport=None)
    protocol = question.protocols[0] if len(question.protocols) == 1 else None
    blocks = (
        block.of_protocols(question.protocols)
        for block in capture_blocks(chunks, name, result.warnings.append, protocol)
    )
    entry = _read(Place("", "", None), blocks, question, table)
    entry.name = entry.netns = None
    if protocol is None and entry.summary is not None:
        # A capture without UDP rows may be one of TCP: only what it shows, or what it was said to be of, is known.
        entry.protocols = tuple(entry.summary.by_protocol)
    result.instances = [entry]
    result.dest = table.path if table else None
    return facts(result, question, started)


def _read_place(jool: Jool, place: Place, question: Question, table: TableFile | None) -> InstanceResult:
    blocks = jool.session_blocks(
        question.protocols, place.name, place.netns, numeric=question.numeric, only=_columns(question, table)
    )
    in_use = PortsInUse() if question.wants_summary else None
    entry = _read(place, blocks, question, table, in_use)
    if in_use is not None:
        entry.kernel_sessions = (place.sessions_before, kernel_sessions(jool, place.name, place.netns))
        entry.pool4 = pool4_use(jool.pool4(question.protocols, place.name, place.netns), question.protocols, in_use)
        if not entry.pool4:
            jool.notices.append(
                f"Instance '{place.name}' has an empty pool4 and uses ports 61001-65535 of the host's own addresses."
            )
    if entry.summary is not None and entry.summary.unnumbered_clients:
        jool.notices.append(
            f"Instance '{place.name}': {entry.summary.unnumbered_clients} sessions show a name instead of the client's "
            "address and are in no client prefix."
        )
    return entry


def _columns(question: Question, table: TableFile | None) -> frozenset[str] | None:
    """The columns that are looked at; None for all, where somebody looks at whole records."""
    if table is not None or question.wants_sessions or question.session_filter.predicate() is not None:
        return None
    return COUNTED_WITH_PORTS if question.wants_summary else COUNTED


def _read(
    place: Place,
    blocks: Iterable[SessionBlock],
    question: Question,
    table: TableFile | None,
    in_use: PortsInUse | None = None,
) -> InstanceResult:
    """Read a table once, for everything that is asked of it. Records are made only where one is looked at.

    :param in_use: is shown every session, whatever the filters.
    """
    matches = question.session_filter.predicate()
    summary = SessionSummary(question.client_prefix_length)
    rows: list[Session] | None = [] if question.wants_sessions else None
    scanned = 0
    started = now()
    for scanned_block in blocks:
        scanned += len(scanned_block)
        if in_use is not None:
            in_use.add_block(scanned_block)
        block = scanned_block if matches is None else scanned_block.that(matches)
        summary.add_block(block)
        if table is not None:
            table.write(place.netns, place.name, block)
        if rows is not None and len(rows) < question.max_sessions:
            rows.extend(islice(block.sessions(), question.max_sessions - len(rows)))
    return InstanceResult(
        name=place.name,
        netns=place.netns,
        framework=place.framework,
        protocols=question.protocols,
        started_at=started,
        ended_at=now(),
        summary=summary,
        scanned=scanned,
        rows=rows,
        truncated=None if rows is None else len(rows) < summary.total,
    )


def _kernel_count(jool: Jool, place: Place, question: Question) -> InstanceResult:
    started = now()
    counts = jool.session_counts(question.protocols, place.netns)
    return InstanceResult(place.name, place.netns, place.framework, question.protocols, started, now(), counts=counts)


def _not_applicable(
    result: HostResult, question: Question, started: datetime, error: NotApplicable, table: TableFile | None
) -> Facts:
    """A stateless translator has no sessions: that is an answer, not a failure."""
    if table is not None:
        table.discard()
    result.applicable = False
    result.warnings.append(str(error))
    return facts(result, question, started)
