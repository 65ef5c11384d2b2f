# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of jool_session_facts: chooses where the question runs, and asks it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.client.jool import Jool
from ..module_utils.errors import JoolError
from ..module_utils.facts.question import Question
from ..module_utils.facts.session_facts import gather
from ..module_utils.facts.shape import Facts
from ..module_utils.facts.table_file import TableFile
from ..module_utils.session_facts_options import (
    ARGUMENT_SPEC,
    MUTUALLY_EXCLUSIVE,
    gather_offline,
    offline,
    question,
)
from ..plugin_utils.host_module import gather_on_host
from ..plugin_utils.task_transport import task_transport


class ActionModule(ActionBase):
    """Ansible calls `run` for each host of a task."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Gather the facts; what fails is told in ``msg`` and, for playbooks to test, in ``error``."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        _valid, options = self.validate_argument_spec(ARGUMENT_SPEC, mutually_exclusive=MUTUALLY_EXCLUSIVE)
        try:
            asked = question(options)
            if options["transport"] == "host" and not offline(options):
                return {**result, **gather_on_host(self, options, task_vars)}
            facts = self._gather(options, asked, task_vars)
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        except OSError as error:
            raise AnsibleActionFail(f"The table cannot be written to {options['dest']}: {error.strerror}.") from error
        except JoolError as error:
            return {**result, "failed": True, "msg": str(error), "error": error.as_dict()}
        return {**result, "ansible_facts": {"jool_sessions": facts}, "warnings": facts["warnings"]}

    def _gather(self, options: Mapping[str, Any], asked: Question, task_vars: Mapping[str, Any]) -> Facts:
        dest = None if self._task.check_mode else options["dest"]
        with TableFile(dest, options["dest_format"]) if dest else contextlib.nullcontext() as table:
            if offline(options):
                return gather_offline(options, asked, table)
            with task_transport(self, options["transport"], task_vars) as transport:
                jool = Jool(transport, options["jool_path"], options["timeout"])
                return gather(jool, asked, transport.name, table)
