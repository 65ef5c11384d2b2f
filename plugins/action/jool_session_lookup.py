# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks up, on the controller, who held a transport address of a pool."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.errors import JoolError
from ..module_utils.session_lookup_options import ARGUMENT_SPEC, MUTUALLY_EXCLUSIVE, REQUIRED_ONE_OF, look_up


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
            ARGUMENT_SPEC, mutually_exclusive=MUTUALLY_EXCLUSIVE, required_one_of=REQUIRED_ONE_OF
        )
        try:
            answer = look_up(options)
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        except JoolError as error:
            return {**result, "failed": True, "msg": str(error), "error": error.as_dict()}
        return {**result, "changed": False, "lookup": answer.as_dict(), "msg": answer.sentence()}
