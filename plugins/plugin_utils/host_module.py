# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Transport ``host`` of an action plugin: the module of the same name runs on the host, with Python and TextFSM there.

A full table that it writes is brought to the controller over the connection, and leaves nothing behind on the host.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

MODULE = "nat64.jool.jool_session_facts"


def gather_on_host(action: ActionBase, options: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
    """Run the module on the host and fetch its table.

    :returns: the module's result, with ``dest`` naming the file on the controller.
    :raises OSError: when the file cannot be written on the controller.
    """
    arguments = {name: value for name, value in options.items() if value is not None and name != "dest"}
    if not options["dest"] or action._task.check_mode:
        return _run(action, arguments, task_vars)
    remote = _empty_file(action)
    try:
        result = _run(action, {**arguments, "dest": remote}, task_vars)
        facts = result.get("ansible_facts", {}).get("jool_sessions", {})
        if facts.get("dest"):  # a stateless translator has no table
            _fetch(action, remote, options["dest"])
            facts["dest"] = options["dest"]
    finally:
        action._remove_tmp_path(action._connection._shell.tmpdir)
    return result


def _run(action: ActionBase, arguments: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = action._execute_module(
        module_name=MODULE, module_args=dict(arguments), task_vars=dict(task_vars)
    )
    return result


def _empty_file(action: ActionBase) -> str:
    """A file of the user that logs in, 0600: the module keeps the owner of a file that it replaces, so that the
    connection can read it even where the module runs as another user."""
    directory = action._connection._shell.tmpdir or action._make_tmp_path()
    path: str = action._connection._shell.join_path(directory, "sessions")
    done = action._low_level_execute_command(
        f"umask 077 && : > {action._connection._shell.quote(path)}", sudoable=False
    )
    if done["rc"]:
        raise OSError(0, f"a temporary file cannot be made on the host ({done['stderr'].strip()})")
    return path


def _fetch(action: ActionBase, remote: str, dest: str) -> None:
    """Copy a file from the host, atomically, mode 0600."""
    directory, name = os.path.split(os.path.abspath(dest))
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory)
    os.close(handle)
    try:
        action._connection.fetch_file(remote, temporary)
        os.chmod(temporary, 0o600)
        os.replace(temporary, dest)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
