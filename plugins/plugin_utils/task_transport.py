# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way to the host of a task that its option ``transport`` names: the task's own connection, or a direct one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils.transport.base import Transport
from ..module_utils.transport.ssh import SshTransport
from .connection_transport import ConnectionTransport
from .ssh_destination import destination, escalation


@contextlib.contextmanager
def task_transport(action: ActionBase, name: str, task_vars: Mapping[str, Any]) -> Iterator[Transport]:
    """A transport that is closed at the end.

    :param name: ``connection`` or ``ssh``.
    """
    host = str(action._task.delegate_to or task_vars["inventory_hostname"])
    transport: Transport
    if name == "ssh":
        way = destination(action, task_vars)
        transport = SshTransport(way, escalation(action, way.user), host)
    else:
        transport = ConnectionTransport(action, host)
    try:
        yield transport
    finally:
        transport.close()
