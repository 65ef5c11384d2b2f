# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's side of jool_instance: plans on the controller, and changes the host over its connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils.config.plan import Plan
from ..module_utils.converge.converge import Request
from ..module_utils.errors import JoolError
from ..module_utils.instance_options import ARGUMENT_SPEC, apply, failed_result, render, request
from ..modules.jool_instance import fetch
from ..plugin_utils.task_transport import task_transport

MODULE = "nat64.jool.jool_instance"


class ActionModule(ActionBase):
    """Ansible calls `run` for each host of a task."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Bring the instance to its state; what fails is told in ``msg`` and, for playbooks to test, in ``error``."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        task_vars = task_vars or {}
        _valid, options = self.validate_argument_spec(ARGUMENT_SPEC)
        plans: list[Plan] = []
        try:
            if options["state"] == "rendered":
                return {**result, **render(options)}
            asked = request(options, check=self._task.check_mode)
            if options["transport"] == "host":
                return {**result, **self._on_host(task_vars)}
            return {**result, **self._over_a_transport(options, asked, plans, task_vars)}
        except JoolError as error:
            return {**result, "failed": True, **failed_result(error, plans)}

    def _on_host(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        arguments = dict(self._task.args)
        done: dict[str, Any] = self._execute_module(module_name=MODULE, module_args=arguments, task_vars=task_vars)
        return done

    def _over_a_transport(
        self, options: Mapping[str, Any], asked: Request, plans: list[Plan], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        with task_transport(self, options["transport"], task_vars) as transport:
            return apply(transport, options, asked, fetch, plans.append)
