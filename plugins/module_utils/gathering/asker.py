# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks one host of many. Whatever happens, an answer comes of it."""

from __future__ import annotations

import contextlib
import os
import traceback
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Callable
from urllib.parse import quote

from ..client.jool import Jool
from ..errors import JoolError, TableNotWritten, UnexpectedFailure
from ..facts.question import Question
from ..facts.session_facts import gather
from ..facts.shape import Facts
from ..facts.table_file import TableFile
from ..fleet.answer import ANSWERED, HostAnswer
from ..transport.ssh import SshTransport
from ..transport.ssh_files import SshFiles
from .foresight import Foresight
from .retry import may_mend
from .target import GatherOptions, Target

Opened = Callable[[SshTransport], AbstractContextManager[object]]


@dataclass(frozen=True)
class Asker:
    """Asks host after host the same question.

    :ivar files: the user's SSH files, read once.
    :ivar foresight: learns what hosts are asked.
    :ivar opened: is told of each connection while it is used.
    """

    question: Question
    options: GatherOptions
    files: SshFiles
    foresight: Foresight
    opened: Opened

    def ask(self, target: Target) -> tuple[HostAnswer, bool]:
        """A host's answer, and whether another try may give a better one."""
        try:
            return HostAnswer(target.name, ANSWERED, self._facts(target), None, target.groups), False
        except JoolError as error:
            return HostAnswer.of_error(target.name, error, target.groups), may_mend(error)
        except Exception as error:  # noqa: BLE001 - a defect met on one host is that host's failure
            return HostAnswer.of_error(target.name, self._unexpected(target, error), target.groups), False

    def _facts(self, target: Target) -> Facts:
        seconds = self.options.timeout_seconds
        transport = SshTransport(
            target.destination,
            target.become,
            target.name,
            files=self.files,
            seconds=seconds,
            foreseen=self.foresight.commands,
        )
        with contextlib.closing(transport), self.opened(transport), self._table(target) as table:
            facts = gather(Jool(transport, self.options.jool_path, seconds), self.question, transport.name, table)
        self.foresight.learn(transport.asked)
        return facts

    def _table(self, target: Target) -> AbstractContextManager[TableFile | None]:
        if self.options.rows_directory is None:
            return contextlib.nullcontext()
        return TableFile(rows_path(self.options, target.name), self.options.rows_format)

    def _unexpected(self, target: Target, error: Exception) -> JoolError:
        if isinstance(error, OSError) and self.options.rows_directory is not None:
            why = f"{rows_path(self.options, target.name)}: {error.strerror or error}"
            return TableNotWritten(why, host=target.name)
        # Its words may repeat a row; its class and its place do not.
        frames = traceback.extract_tb(error.__traceback__)
        place = f"{os.path.basename(frames[-1].filename)}, line {frames[-1].lineno}" if frames else "an unknown place"
        return UnexpectedFailure(f"{type(error).__name__} in {place}", host=target.name)


def rows_path(options: GatherOptions, name: str) -> str:
    """The file of a host's rows; no two names share one, and none leads out of the directory."""
    return os.path.join(options.rows_directory or "", f"{quote(name, safe='@+:[]')}.{options.rows_format}")
