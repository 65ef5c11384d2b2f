# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan costs: the sessions that it ends, counted before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass

from ..client.instance import InstanceClient
from ..config.plan import Plan
from ..config.steps import RemoveBinding, RemoveRange
from ..errors import WouldDropSessions


@dataclass(frozen=True)
class Losses:
    """Sessions that a plan touches.

    :ivar dropped: those that end with it.
    :ivar stranded: those that stay in the table when their range leaves pool4. Jool takes no more IPv4 packets
        for them.
    """

    dropped: int = 0
    stranded: int = 0


def losses(client: InstanceClient, plan: Plan, *, may_drop: bool) -> Losses:
    """Count them. The table is read only where the plan can end sessions.

    :param may_drop: whether the operator allowed single sessions to be dropped.
    :raises WouldDropSessions: where static BIB entries go that have some, and nobody allowed it.
    """
    if plan.before is None or not plan.before.is_nat64:
        return Losses()
    if plan.removes_instance:
        return Losses(client.session_count())
    # By text, as Jool prints it: a table may have a million rows.
    bindings = {
        (step.binding.protocol, str(step.binding.ipv4_address), step.binding.ipv4_l4_id)
        for step in plan.steps
        if isinstance(step, RemoveBinding)
    }
    gone = plan.before.pool4.minus(plan.after.pool4) if plan.after else plan.before.pool4
    if not bindings and not gone.ranges:
        return Losses()
    ranges = {(protocol, str(address)): found for (protocol, address), found in gone.by_address().items()}
    of_bindings = of_ranges = 0
    for session in client.all_sessions():
        address, port = session.ipv4_local_address, session.ipv4_local_l4_id
        if (session.protocol, address, port) in bindings:
            of_bindings += 1
        elif any(low <= port <= high for low, high in ranges.get((session.protocol, address), ())):
            of_ranges += 1
    if of_bindings and not may_drop:
        raise WouldDropSessions(f"static BIB entries that are to go have {of_bindings} sessions", host=client.host)
    quick = not any(isinstance(step, RemoveRange) and step.drop_sessions for step in plan.steps)
    return Losses(of_bindings, of_ranges) if quick else Losses(of_bindings + of_ranges)
