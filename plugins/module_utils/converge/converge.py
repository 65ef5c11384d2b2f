# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Brings one instance to its desired state: read, plan, apply, read back, try, and take back what failed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..client.instance import InstanceClient
from ..config.bindings import Binding
from ..config.configuration import Configuration, differences
from ..config.desired import Desired, check_release
from ..config.entries import Complaints
from ..config.plan import Manner, Plan, plan
from ..config.steps import Create
from ..config.target import PORTS_CHECKED_SINCE, check_target, on_own_ports, target
from ..errors import ChangeFailed, ChangeNotTaken, JoolError, NotChangeable, NotRestored, ProbeFailed
from .losses import Losses, losses
from .probe import Fetch, Probe, complaint
from .reading import Running, read_running
from .sending import send

SHOWN = 10
"""Differences in one message."""


@dataclass(frozen=True)
class Request:
    """What is asked for.

    :ivar absent: whether there is to be no such instance.
    :ivar purge: see `config.target.target`.
    :ivar check: whether nothing may be changed.
    """

    desired: Desired
    absent: bool = False
    purge: bool = False
    manner: Manner = field(default_factory=Manner)
    probe: Probe | None = None
    check: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be.

    :ivar plan: what runs, what is to run and the steps.
    :ivar release: of Jool.
    :ivar warnings: sentences for the operator.
    """

    plan: Plan
    losses: Losses
    release: str
    warnings: tuple[str, ...] = ()


def converge(client: InstanceClient, request: Request, fetch: Fetch, planned: Callable[[Plan], None]) -> Outcome:
    """Bring an instance to its desired state.

    :param planned: is shown the plan before anything is changed.
    :raises ConfigurationInvalid: before anything was changed; `NotChangeable` and `WouldDropSessions` likewise.
    :raises ChangeFailed: when it was taken back; `ChangeNotTaken` and `ProbeFailed` likewise.
    :raises NotRestored: when it could not be.
    :raises JoolError: one of `client.verdict` while nothing had been changed.
    """
    desired = request.desired
    release = client.connect().release
    check_release(desired, release)
    client.refuse_unknown_namespaces([client.netns])
    running = read_running(client, desired.translator, with_bib=_needs_bib(request), wanted=desired.bib or frozenset())
    made = _plan(client, request, running)
    planned(made)
    cost = losses(client, made, may_drop=request.manner.drop_sessions)
    outcome = Outcome(made, cost, release.name, (*_warnings(cost), *client.notices))
    if made.changes and not request.check:
        _carry_out(client, request, made, fetch)
    return outcome


def _needs_bib(request: Request) -> bool:
    """The BIB is long, and is read only where static entries can matter: for them, for the ranges that they need, and
    for a new instance that must have them."""
    if request.absent:
        return False
    return request.desired.bib is not None or request.desired.pool4 is not None or request.manner.recreate


def _plan(client: InstanceClient, request: Request, running: Running) -> Plan:
    before, desired = running.configuration, request.desired
    if request.absent:
        return plan(before, None, request.manner)
    wanted = target(before, desired, client.connect().release, purge=request.purge)
    check_target(wanted, desired, creates=before is None)
    _refuse_collisions(wanted, before, running.in_the_way)
    try:
        made = plan(before, wanted, request.manner)
    except NotChangeable as error:
        sessions = client.session_count() if before and before.is_nat64 else 0
        raise NotChangeable(f"{error.detail}; the instance has {sessions} sessions", host=client.host) from error
    _refuse_own_ports(client, made, force=request.manner.force)
    if any(isinstance(step, Create) for step in made.steps) and wanted.framework == "netfilter":
        _refuse_second_instance(client)
    return made


def _refuse_collisions(wanted: Configuration, before: Configuration | None, in_the_way: tuple[Binding, ...]) -> None:
    complaints = Complaints()
    for one in sorted((wanted.bib or frozenset()) - ((before and before.bib) or frozenset())):
        for other in in_the_way:
            if one.collides(other):
                complaints.add(f"bib {one}", f"sessions of {other} have this address now; it is free when they end")
    complaints.refuse()


def _refuse_own_ports(client: InstanceClient, made: Plan, *, force: bool) -> None:
    if force or made.after is None or not made.changes or client.connect().release < PORTS_CHECKED_SINCE:
        return
    own = client.own_ports()
    if own is None:
        return
    added = made.after.pool4.minus(made.before.pool4) if made.before else made.after.pool4
    complaints = Complaints()
    for block in on_own_ports(added.blocks(), *own):
        complaints.add(
            f"pool4 {block.protocol} {block.prefix} {block.low}-{block.high}",
            f"the host sends from ports {own[0]}-{own[1]} itself (net.ipv4.ip_local_port_range);"
            " 'force: true' lets both have them",
        )
    complaints.refuse()


def _refuse_second_instance(client: InstanceClient) -> None:
    # `instance add` checks this, `file handle` does not, and then one of the two never sees a packet.
    other = client.other_netfilter_instance()
    if other is not None:
        complaints = Complaints()
        complaints.add(
            f"name {client.instance}", f"this namespace already has the Netfilter instance '{other}' of this kind"
        )
        complaints.refuse()


def _warnings(cost: Losses) -> list[str]:
    told = []
    if cost.dropped:
        told.append(f"{cost.dropped} sessions are dropped by this change.")
    if cost.stranded:
        told.append(
            f"{cost.stranded} sessions use ranges that leave pool4. They stay in the table until they expire, but Jool"
            " takes no more IPv4 packets for them, and from 4.1.9 on no new global parameters while they last."
        )
    return told


def _carry_out(client: InstanceClient, request: Request, made: Plan, fetch: Fetch) -> None:
    try:
        send(client, made.steps)
        left = _left(client, request, made.after)
    except JoolError as cause:
        _restore(client, request, made, str(cause))
        raise ChangeFailed(
            f"{cause.condition}: {cause.detail}" if cause.detail else cause.condition,
            host=client.host,
            argv=cause.argv,
            status=cause.status,
            output=cause.output,
        ) from cause
    if left:
        words = ", ".join(left[:SHOWN])
        _restore(client, request, made, words)
        raise ChangeNotTaken(words, host=client.host)
    if request.probe is not None and made.after is not None:
        why = complaint(client, request.probe, fetch)
        if why:
            _restore(client, request, made, why)
            raise ProbeFailed(why, host=client.host)


def _left(client: InstanceClient, request: Request, wanted: Configuration | None) -> list[str]:
    """What of the configuration does not run."""
    found = _now(client, request)
    if wanted is None or found is None:
        present = "is still there" if found else "is not there"
        return [] if wanted is found else [f"instance '{client.instance}' {present}"]
    return differences(wanted, found)


def _now(client: InstanceClient, request: Request) -> Configuration | None:
    return read_running(client, request.desired.translator, with_bib=_needs_bib(request)).configuration


def _restore(client: InstanceClient, request: Request, made: Plan, cause: str) -> None:
    """Bring back what ran before.

    :raises NotRestored: when that fails, too.
    """
    try:
        back = plan(_now(client, request), made.before, Manner(recreate=True, force=True))
        send(client, back.steps)
        left = _left(client, request, made.before)
    except JoolError as error:
        raise NotRestored(f"{cause} Then: {error}", host=client.host) from error
    if left:
        raise NotRestored(f"{cause} What is different now: {', '.join(left[:SHOWN])}", host=client.host)
