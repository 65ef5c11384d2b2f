# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings about what a host is beside its sessions: software, instances, offloads, ports, timeouts.

What is seen is in `inspection`; how bad it is, is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .coverage import Fleet
from .finding import CRITICAL, NOTE, WARNING, Finding, listed, number_of

SEVERITIES = {
    "instance_disabled": CRITICAL,
    "instance_hidden": WARNING,
    "kernel_without_module": WARNING,
    "module_waits": WARNING,
    "next_module_differs": WARNING,
    "pool4_listening": WARNING,
    "pool4_local_ports": WARNING,
    "pool4_local_ports_refused": WARNING,
    "receive_offload": WARNING,
    "version_mixed": WARNING,
}
"""Code of what was seen on a host (`inspection.seen`) to severity. Critical is what loses packets now."""


class Timeout(NamedTuple):
    """The least time that a standard wants a session to be remembered.

    :ivar severity: of a shorter one; that of established TCP is a note, since Jool's own default is shorter.
    """

    parameter: str
    what: str
    least_seconds: int
    source: str
    code: str
    severity: str
    jool: str


TIMEOUTS = (
    Timeout(
        "tcp_est_timeout",
        "timeout of established TCP",
        2 * 3600 + 4 * 60,
        "RFC 6146 wants at least",
        "tcp_timeout_short",
        NOTE,
        "Set it with 'jool global update tcp-est-timeout 2:04:00'. 2:00:00 is Jool's own default.",
    ),
    Timeout(
        "tcp_trans_timeout",
        "timeout of transitory TCP",
        4 * 60,
        "RFC 6146 wants at least",
        "timeout_short",
        WARNING,
        "Set it with 'jool global update tcp-trans-timeout 0:04:00'.",
    ),
    Timeout(
        "udp_timeout",
        "timeout of UDP",
        2 * 60,
        "RFC 6146 (and RFC 4787, REQ-5) wants at least",
        "timeout_short",
        WARNING,
        "Set it with 'jool global update udp-timeout 0:05:00', the default; not below 0:02:00.",
    ),
    Timeout(
        "icmp_timeout",
        "timeout of ICMP queries",
        60,
        "RFC 6146 (and RFC 5508, REQ-2) wants at least",
        "timeout_short",
        WARNING,
        "Set it with 'jool global update icmp-timeout 0:01:00', the default.",
    ),
)
"""RFC 6146 4: TCP_EST, TCP_TRANS, UDP_MIN, ICMP_DEFAULT, none of which may be undercut."""


def seen_on_hosts(fleet: Fleet) -> Iterator[Finding]:
    """What hosts say of themselves."""
    for host, state in fleet.with_state:
        for seen in state.seen:
            yield Finding(
                SEVERITIES.get(seen.code, NOTE),  # another release saved what this one does not know
                seen.code,
                seen.subject,
                seen.evidence,
                seen.remedy,
                host.name,
                seen.instance,
                state.gathered_at,
            )


def state_unknown(fleet: Fleet) -> Iterator[Finding]:
    """Hosts whose sessions are known and the rest is not, though somebody asked."""
    for host in fleet.hosts:
        error = host.part.state_error
        if error is not None and host.facts is not None:
            said = (error["message"] or "it did not say why").removeprefix(f"{host.name}: ")
            yield Finding(
                WARNING,
                "state_unknown",
                "host not looked at",
                f"Only its sessions are known. {said}",
                "Ask the host again; until then nothing is known of its kernels, configuration and counters.",
                host.name,
            )
    for host, state in fleet.with_state:
        if not state.complete:
            hint = f" {state.warnings[0]}" if state.warnings else ""
            yield Finding(
                WARNING,
                "state_incomplete",
                "host not looked at as a whole",
                f"Not all of its instances, configurations and counters could be read.{hint}",
                "Mend what the warnings of the host say, and ask it again.",
                host.name,
                since=state.gathered_at,
            )


def timeouts_short(fleet: Fleet) -> Iterator[Finding]:
    """Sessions that end earlier than the standard allows, one finding for each parameter and value."""
    for timeout in TIMEOUTS:
        short: dict[float, set[str]] = {}
        for name, value in _values(fleet, timeout.parameter):
            if value < timeout.least_seconds:
                short.setdefault(value, set()).add(name)
        for value, names in sorted(short.items()):
            yield Finding(
                timeout.severity,
                timeout.code,
                timeout.what,
                f"It is {value:g} seconds on {number_of(len(names), 'host')} ({listed(sorted(names))}), "
                f"and {timeout.source} {timeout.least_seconds}.",
                timeout.jool,
            )


def _values(fleet: Fleet, parameter: str) -> Iterator[tuple[str, float]]:
    """Host and value of each instance; the sessions' facts have some of them, too."""
    for host in fleet.hosts:
        told = [entry.globals for entry in host.instances if entry.globals is not None]
        if host.part.state is not None:
            told += [entry.parameters for entry in host.part.state.instances or () if entry.parameters is not None]
        for parameters in told:
            value = parameters.get(parameter)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                yield host.name, value


STATE_FINDINGS = (seen_on_hosts, state_unknown, timeouts_short)
