# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renders one report of a fleet and puts it in place, on the controller."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils import private_file
from ..module_utils.errors import JoolError
from ..module_utils.report.options import ARGUMENT_SPEC, limits
from ..module_utils.report.render import Report, rendered

BUILTIN = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", "..", "roles", "fleet_report", "templates"))
"""Where the role keeps its templates."""

WORLD_READABLE = 0o644


class ActionModule(ActionBase):
    """Ansible calls `run` for each report."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Write the report where it is not there already; what fails is told in ``msg`` and ``error``."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        _valid, options = self.validate_argument_spec(ARGUMENT_SPEC)
        dest = os.path.expanduser(options["dest"])
        told = {**result, "dest": dest, "format": options["format"]}
        try:
            changed = self._write(options, dest)
        except JoolError as error:
            return {**told, "failed": True, "msg": f"{dest}: {error}", "error": error.as_dict()}
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        except OSError as error:
            raise AnsibleActionFail(f"{dest} cannot be written: {error.strerror}.") from error
        return {**told, "changed": changed}

    def _write(self, options: Mapping[str, Any], dest: str) -> bool:
        template = options["template"] and self._find_needle("templates", os.path.expanduser(options["template"]))
        report = Report(options["format"], BUILTIN, template, limits(options), options["extra"])
        content = rendered(report, options["fleet"]).encode()
        mode = WORLD_READABLE if options["world_readable"] else private_file.PRIVATE
        if private_file.is_current(dest, content, mode):
            return False
        if not self._task.check_mode:
            if options["make_directory"]:
                private_file.make_directory(os.path.dirname(os.path.abspath(dest)))
            private_file.write(dest, content, mode)
        return True
