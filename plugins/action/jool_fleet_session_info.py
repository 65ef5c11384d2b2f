# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of jool_fleet_session_info: brings answers together, and asks the hosts that are named."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.errors import InventoryUnclear, JoolError, NoAnswer, NotAFleet
from ..module_utils.facts.question import Question
from ..module_utils.fleet.answer import HostAnswer
from ..module_utils.fleet.data import fleet_report_data
from ..module_utils.fleet.earlier_report import read_earlier_report
from ..module_utils.fleet.stored_audit import AuditToStore
from ..module_utils.fleet.summary import FleetSummary, merge_all, summary_of
from ..module_utils.fleet.summary_file import read_summary, write_summary
from ..module_utils.fleet.task_result import answer_of_result, with_host_facts
from ..module_utils.fleet_session_info_options import (
    ARGUMENT_SPEC,
    REQUIRED_ONE_OF,
    fleet_options,
    fleet_question,
    gather_options,
)
from ..module_utils.gathering.asker import rows_path
from ..module_utils.gathering.gatherer import Progress, gather_fleet
from ..module_utils.gathering.target import GatherOptions, Target
from ..module_utils.private_file import make_directory
from ..plugin_utils.inventory_targets import InventoryHost, InventoryTargets

PROGRESS_SECONDS = 5.0
"""A run that takes no longer tells nothing on its way."""


class ActionModule(ActionBase):
    """Ansible calls `run`, once for a play on localhost."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Make the summary of a fleet; what one host or file lacks is in it, and keeps nobody else out."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _valid, options = self.validate_argument_spec(ARGUMENT_SPEC, required_one_of=REQUIRED_ONE_OF)
        try:
            found = FleetTask(self, options, task_vars or {}).run()
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        except OSError as error:
            raise AnsibleActionFail(
                f"The rows cannot be written to {options['rows_dest'] or options['store']}: {error.strerror}."
            ) from error
        except JoolError as error:
            return {**result, "failed": True, "msg": str(error), "error": error.as_dict()}
        return {**result, **found}


def _by_host(given: Mapping[Any, Any] | None) -> dict[str, Any]:
    return {str(host): result for host, result in (given or {}).items()}


class FleetTask:
    """One run of the task.

    :ivar warnings: sentences about the run; what is to be said of hosts is in the fleet.
    :ivar unread: summaries that could not be read, and why.
    """

    def __init__(self, action: ActionBase, options: Mapping[str, Any], task_vars: Mapping[str, Any]) -> None:
        self._options = options
        self._writes = not action._task.check_mode
        self._audit = AuditToStore(options["store"]) if options["store"] and self._writes else None
        self._inventory = InventoryTargets(action, task_vars)
        self._facts = _by_host(options["facts"])
        self._host_facts = _by_host(options["host_facts"])
        self.warnings: list[str] = []
        self.unread: list[dict[str, Any]] = []
        self._told_seconds = 0.0

    def run(self) -> dict[str, Any]:
        """The task's result."""
        with self._rows_directory() as rows_directory:
            return self._run(rows_directory)

    def _run(self, rows_directory: str | None) -> dict[str, Any]:
        question = fleet_question(self._options)
        gathering = gather_options(self._options, rows_directory)
        fleet_options(self._options)  # whether they make sense is told before anybody is asked
        names = self._names()
        given = self._given()
        ways, groups, pairs = self._ways(names, given)
        judged = fleet_options(self._options, pairs, names)
        before = self._before()
        summary = merge_all(
            (
                *map(self._saved, self._options["summaries"] or ()),
                merge_all(
                    summary_of(self._with_host_facts(answer), judged)
                    for answer in self._given_answers(given, names, groups)
                ),
                merge_all(
                    summary_of(self._with_host_facts(answer), judged)
                    for answer in self._answers(ways, question, gathering)
                ),
            )
        )
        written = self._options["summary_dest"] if self._writes else None
        if written:
            self._save(written, summary)
        fleet = fleet_report_data(summary, judged, earlier=self._earlier(), before=before)
        result = {
            "changed": False,
            "fleet": fleet,
            "summary": written or None,
            "stored": None,
            "unread_summaries": self.unread,
            "warnings": self.warnings,
        }
        if self._audit is not None:
            try:
                self._audit.save()
            except JoolError as error:
                return {**result, "failed": True, "msg": f"The rows are not stored. {error}", "error": error.as_dict()}
            result["stored"] = {"hosts": self._audit.hosts, "sessions": self._audit.sessions}
        if not fleet["coverage"]["met"]:
            told = self._too_few(fleet["coverage"])
            if self._options["fail_on_coverage"]:
                return {**result, "failed": True, "msg": told}
            self.warnings.append(told)
        return result

    def _given(self) -> list[str]:
        """The hosts of which plays have gathered something, each once."""
        return list(dict.fromkeys((*self._facts, *self._host_facts)))

    def _given_answers(
        self, given: Iterable[str], asked: Iterable[str], groups: Mapping[str, tuple[str, ...]]
    ) -> Iterator[HostAnswer]:
        """What plays have gathered. A host with facts of the host alone did not tell its sessions, which is a failure."""
        others = set(asked)
        for host in given:
            if host in self._facts:
                yield answer_of_result(host, self._facts[host], groups[host])
            elif host not in others:
                yield HostAnswer.of_error(host, NoAnswer(host=host), groups[host])

    def _with_host_facts(self, answer: HostAnswer) -> HostAnswer:
        host = str(answer.host)
        return with_host_facts(answer, self._host_facts[host]) if host in self._host_facts else answer

    def _before(self) -> FleetSummary | None:
        """The audit to compare with; None where there is none, or none that can be understood."""
        path = self._options["since"]
        if not path or not os.path.exists(path):
            return None
        try:
            return read_summary(path)
        except JoolError as error:
            self.warnings.append(f"What changed, and which counters grew, is not known: {error}")
        return None

    def _rows_directory(self) -> AbstractContextManager[str | None]:
        """Where rows are written to: for a store alone they are beside it until they are in it."""
        if not self._writes or self._options["rows_dest"] or self._audit is None:
            return nullcontext(self._options["rows_dest"] if self._writes else None)
        store = os.path.abspath(self._options["store"])
        return tempfile.TemporaryDirectory(prefix=f".{os.path.basename(store)}.", dir=os.path.dirname(store))

    def _earlier(self) -> Mapping[str, Any] | None:
        path = self._options["earlier"]
        try:
            return read_earlier_report(path) if path else None
        except NotAFleet as error:
            self.warnings.append(f"Since when findings are known is lost: {error}")
        return None

    @staticmethod
    def _save(path: str, summary: FleetSummary) -> None:
        try:
            write_summary(path, summary)
        except OSError as error:
            raise AnsibleActionFail(f"The summary cannot be written to {path}: {error.strerror}.") from error

    def _names(self) -> list[str]:
        words = self._options["hosts"]
        if words is None:
            return []
        names, twice = self._inventory.names(words)
        if not names:
            self.warnings.append("hosts: the list is empty, nobody was asked")
        for name in twice:
            self.warnings.append(f"hosts: '{name}' is named more than once and was asked once")
        return names

    def _ways(
        self, names: Iterable[str], others: Iterable[str]
    ) -> tuple[list[Target | HostAnswer], dict[str, tuple[str, ...]], list[tuple[str, ...]]]:
        """What the inventory says, host by host.

        :param names: hosts to ask.
        :param others: hosts whose answers are there.
        :returns: the ways to those that are asked, or why there is none; host to groups; hosts that hold the same sessions.
        """
        ways: list[Target | HostAnswer] = []
        groups: dict[str, tuple[str, ...]] = {}
        pairs: dict[tuple[str, ...], None] = {}
        asked = dict.fromkeys(names)
        for name in (*asked, *(other for other in others if other not in asked)):
            host = self._inventory.host(name)
            groups[name] = host.groups
            if name in asked:
                ways.append(self._inventory.way(host))
            pair = self._pair(host)
            if pair is not None:
                pairs[pair] = None
        return ways, groups, list(pairs)

    def _pair(self, host: InventoryHost) -> tuple[str, ...] | None:
        try:
            return self._inventory.pair_of(host)
        except InventoryUnclear as error:  # it is in no pair then
            self.warnings.append(str(error))
        return None

    def _saved(self, path: str) -> FleetSummary:
        try:
            return read_summary(path)
        except JoolError as error:
            self.warnings.append(str(error))
            self.unread.append({"path": path, "condition": type(error).__name__, "message": str(error)})
        return FleetSummary()

    def _answers(
        self, ways: Iterable[Target | HostAnswer], question: Question, options: GatherOptions
    ) -> Iterator[HostAnswer]:
        targets = []
        for way in ways:
            if isinstance(way, HostAnswer):
                yield way
            else:
                targets.append(way)
        if options.rows_directory:
            make_directory(options.rows_directory)
        for answer in gather_fleet(targets, question, options, self._tell):
            self._remember(answer, options)
            yield answer

    def _remember(self, answer: HostAnswer, options: GatherOptions) -> None:
        """For the store, which takes whole tables only: in half of one, nobody would be somebody."""
        if self._audit is None or answer.facts is None:
            return
        if answer.facts["complete"]:
            self._audit.remember(answer.host, answer.facts, rows_path(options, answer.host), options.rows_format)
        else:
            self.warnings.append(f"store: the tables of '{answer.host}' are not complete, and were not stored")

    def _tell(self, progress: Progress) -> None:
        if progress.seconds - self._told_seconds >= PROGRESS_SECONDS:
            self._told_seconds = progress.seconds
            parts = ", ".join(f"{count} {status}" for status, count in progress.by_status.items())
            Display().display(
                f"{progress.done} of {progress.hosts} hosts in {progress.seconds:.0f} s: {parts};"
                f" {progress.running} being asked, {progress.retried} tried again"
            )

    @staticmethod
    def _too_few(coverage: Mapping[str, Any]) -> str:
        missing = [entry["host"] for entry in coverage["missing"]]
        shown = ", ".join(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
        return (
            f"{coverage['answered']} of {coverage['asked']} hosts answered ({coverage['percent']:g} %), and"
            f" {coverage['min_percent']:g} % are wanted." + (f" Missing: {shown}." if missing else "")
        )
