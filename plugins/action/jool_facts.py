# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of jool_facts: chooses where the question runs, and asks it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.errors import JoolError
from ..module_utils.facts.host_facts import gather_host
from ..module_utils.facts_options import ARGUMENT_SPEC, host_question, tools
from ..module_utils.transport.base import Transport
from ..module_utils.transport.ssh import SshTransport
from ..plugin_utils.connection_transport import ConnectionTransport
from ..plugin_utils.ssh_destination import destination, escalation

MODULE = "nat64.jool.jool_facts"


class ActionModule(ActionBase):
    """Ansible calls `run` for each host of a task."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Gather the facts; what fails is told in ``msg`` and, for playbooks to test, in ``error``."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        _valid, options = self.validate_argument_spec(ARGUMENT_SPEC)
        try:
            question = host_question(options)
            if options["transport"] == "host":
                arguments = {name: value for name, value in options.items() if value is not None}
                return {**result, **self._execute_module(MODULE, arguments, task_vars=task_vars)}
            with self._transport(options["transport"], task_vars) as transport:
                facts = gather_host(transport, question, tools(options), options["timeout"])
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        except JoolError as error:
            return {**result, "failed": True, "msg": str(error), "error": error.as_dict()}
        return {**result, "ansible_facts": {"jool": facts}, "warnings": facts["warnings"]}

    @contextlib.contextmanager
    def _transport(self, name: str, task_vars: Mapping[str, Any]) -> Iterator[Transport]:
        host = str(self._task.delegate_to or task_vars["inventory_hostname"])
        transport: Transport
        if name == "ssh":
            way = destination(self, task_vars)
            transport = SshTransport(way, escalation(self, way.user), host)
        else:
            transport = ConnectionTransport(self, host)
        try:
            yield transport
        finally:
            transport.close()
