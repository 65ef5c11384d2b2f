# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks up, on the controller, who holds or held a transport address of a pool, and who has which sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.errors import JoolError
from ..module_utils.fleet.answer import HostAnswer
from ..module_utils.gathering.gatherer import gather_fleet
from ..module_utils.gathering.target import Target
from ..module_utils.lookup.live import LiveAnswer, live_answer
from ..module_utils.session_lookup_options import (
    ARGUMENT_SPEC,
    MUTUALLY_EXCLUSIVE,
    REQUIRED_BY,
    REQUIRED_ONE_OF,
    REQUIRED_TOGETHER,
    gather_options,
    live_question,
    look_up,
)
from ..plugin_utils.inventory_targets import InventoryTargets


class ActionModule(ActionBase):
    """Ansible calls `run`, once for a play on localhost."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Look it up; what keeps it from being answered is told in ``msg`` and ``error``."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _valid, options = self.validate_argument_spec(
            ARGUMENT_SPEC,
            mutually_exclusive=MUTUALLY_EXCLUSIVE,
            required_one_of=REQUIRED_ONE_OF,
            required_together=REQUIRED_TOGETHER,
            required_by=REQUIRED_BY,
        )
        try:
            answer = look_up(options) if options["hosts"] is None else self._ask(options, task_vars or {})
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        except JoolError as error:
            return {**result, "failed": True, "msg": str(error), "error": error.as_dict()}
        return {**result, "changed": False, "lookup": answer.as_dict(), "msg": answer.sentence()}

    def _ask(self, options: Mapping[str, Any], task_vars: Mapping[str, Any]) -> LiveAnswer:
        """What the hosts say now; one that gives no answer is named in the answer."""
        question, gathering = live_question(options), gather_options(options)
        inventory = InventoryTargets(self, task_vars)
        names, _twice = inventory.names(options["hosts"])
        ways = [inventory.way(inventory.host(name)) for name in names]
        targets = [way for way in ways if isinstance(way, Target)]
        unclear = [way for way in ways if isinstance(way, HostAnswer)]
        return live_answer(question, (*unclear, *gather_fleet(targets, question.of_tables(), gathering)))
