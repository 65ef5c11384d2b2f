# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came of asking one host. In a fleet a failure is data: it is counted and named like an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import AuthenticationFailed, ConnectionFailed, ConnectionLost, HostKeyRefused, JoolError

ANSWERED, FAILED, UNREACHABLE = "answered", "failed", "unreachable"
STATUSES = (ANSWERED, FAILED, UNREACHABLE)

NO_WAY_THERE = (ConnectionFailed, ConnectionLost, HostKeyRefused, AuthenticationFailed)
"""The errors of a host that could not be asked."""


@dataclass(frozen=True)
class HostAnswer:
    """One host's answer.

    :ivar host: the inventory's name of it.
    :ivar status: one of `STATUSES`; ``unreachable``: nobody could be asked, ``failed``: the host could not answer.
    :ivar facts: the session facts (see `facts.shape`); None unless it answered.
    :ivar error: what kept it from answering, as `errors.JoolError.as_dict` gives it; None where it answered.
    :ivar groups: the inventory's groups that it is in.
    :ivar host_facts: the facts of the host itself (see `facts.host_shape`); None where nobody asked for them.
    :ivar host_error: what kept these from being gathered, as `error`.
    """

    host: str
    status: str
    facts: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    groups: tuple[str, ...] = ()
    host_facts: Mapping[str, Any] | None = None
    host_error: Mapping[str, Any] | None = None

    @classmethod
    def of_error(cls, host: str, error: JoolError, groups: tuple[str, ...] = ()) -> HostAnswer:
        """The answer of a host that gave none."""
        status = UNREACHABLE if isinstance(error, NO_WAY_THERE) else FAILED
        return cls(host, status, None, error.as_dict(), groups)
