# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gathers the facts of one host or of one capture: the question goes in, plain facts come out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ..client.capture import capture_blocks
from ..client.jool import Jool
from ..errors import InvocationRefused, ModuleNotLoaded, NotApplicable
from .instance import count_place, read_place, read_table
from .places import Place, find_places
from .question import Question
from .shape import Facts, HostResult, facts, now
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
        result.instances = [count_place(jool, place, question) for place in places]
    else:
        result.instances = [read_place(jool, place, question, table) for place in places]
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
    entry = read_table(name, Place("", "", None), blocks, question, table)
    entry.name = entry.netns = None
    if protocol is None and entry.summary is not None:
        # A capture without UDP rows may be one of TCP: only what it shows, or what it was said to be of, is known.
        entry.protocols = tuple(entry.summary.by_protocol)
    result.instances = [entry]
    result.dest = table.path if table else None
    return facts(result, question, started)


def _not_applicable(
    result: HostResult, question: Question, started: datetime, error: NotApplicable, table: TableFile | None
) -> Facts:
    """A stateless translator has no sessions: that is an answer, not a failure."""
    if table is not None:
        table.discard()
    result.applicable = False
    result.warnings.append(str(error))
    return facts(result, question, started)
