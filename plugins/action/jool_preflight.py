# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of jool_preflight: asks the host over its connection, and judges what it says."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.errors import JoolError
from ..module_utils.preflight_options import ARGUMENT_SPEC, check
from ..plugin_utils.task_transport import task_transport

MODULE = "nat64.jool.jool_preflight"


class ActionModule(ActionBase):
    """Ansible calls `run` for each host of a task."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Look at the host; what stops whoever wants to change it is told in ``msg`` and in the findings."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        _valid, options = self.validate_argument_spec(ARGUMENT_SPEC)
        try:
            if options["transport"] == "host":
                arguments = {name: value for name, value in options.items() if value is not None}
                return {**result, **self._execute_module(MODULE, arguments, task_vars=task_vars)}
            with task_transport(self, options["transport"], task_vars) as transport:
                return {**result, **check(transport, options)}
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        except JoolError as error:
            return {**result, "failed": True, "msg": str(error), "error": error.as_dict()}
