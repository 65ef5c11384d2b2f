# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the transport ``ssh`` goes: the inventory's own connection variables, asked of Ansible's ``ssh`` plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.plugins.connection import ConnectionBase

from ..module_utils.transport.ssh import Become
from ..module_utils.transport.ssh_route import Destination

ARGUMENT_OPTIONS = ("ssh_args", "ssh_common_args", "ssh_extra_args")


def destination(action: ActionBase, task_vars: Mapping[str, Any]) -> Destination:
    """The host of a task, with everything that the inventory, ansible.cfg and the command line say of the way there."""
    plugin = _ssh_plugin(action, task_vars)
    return Destination(
        host=str(_option(plugin, "host") or task_vars["inventory_hostname"]),
        port=int(_option(plugin, "port")) if _option(plugin, "port") else None,
        user=text(_option(plugin, "remote_user")),
        password=text(_option(plugin, "password")),
        private_key_file=text(_option(plugin, "private_key_file")),
        private_key_passphrase=text(_option(plugin, "private_key_passphrase")),
        arguments=" ".join(str(_option(plugin, name)) for name in ARGUMENT_OPTIONS if _option(plugin, name)),
        check_host_key=bool(_option(plugin, "host_key_checking")),
        connect_timeout=float(_option(plugin, "timeout") or 10),
    )


def escalation(action: ActionBase, login: str | None) -> Become | None:
    """The user that the task becomes, None where it stays `login`, the one that logs in."""
    become = action._connection.become
    if become is None:
        return None
    user = str(become.get_option("become_user") or "root")
    if user == login and not constants.BECOME_ALLOW_SAME_USER:  # Ansible's own rule for its connections
        return None
    return Become(
        method=become.name.rpartition(".")[2],
        user=user,
        password=text(become.get_option("become_pass")),
        executable=text(become.get_option("become_exe")),
    )


def _ssh_plugin(action: ActionBase, task_vars: Mapping[str, Any]) -> ConnectionBase:
    """The task's connection where it is ``ssh``; else that plugin, told what the host's variables say."""
    connection = action._connection
    if connection.transport == "ssh":
        return connection
    plugin = action._shared_loader_obj.connection_loader.get("ansible.builtin.ssh", action._play_context)
    names = constants.config.get_plugin_vars("connection", plugin._load_name)
    known = {name: action._templar.template(task_vars[name]) for name in names if name in task_vars}
    plugin.set_options(var_options=known)
    return plugin


def _option(plugin: ConnectionBase, name: str) -> Any:
    try:
        return plugin.get_option(name)
    except KeyError:  # an option that this ansible-core does not have yet
        return None


def text(value: object) -> str | None:
    """Plain text: Ansible's values are tagged subclasses, which other libraries need not see."""
    return None if value is None or value == "" else str(value)
