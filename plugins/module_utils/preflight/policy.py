# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How bad each observation is, and what an operator may accept. The only place where that is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .observation import ERROR, NOTE, WARNING, Finding, Observation

SEVERITIES = {
    "default_route_at_risk": WARNING,
    "firewalld_unloads_modules": WARNING,
    "headers_missing": ERROR,
    "kernel_not_known": WARNING,
    "kernel_too_new": ERROR,
    "kernel_too_old": ERROR,
    "kernel_untested": WARNING,
    "module_missing": ERROR,
    "module_not_kept": ERROR,
    "module_waits": WARNING,
    "mtu_differs": NOTE,
    "mtu_too_small": WARNING,
    "next_kernel_not_known": WARNING,
    "pool4_listening": ERROR,
    "pool4_local_ports": WARNING,
    "pool4_local_ports_refused": ERROR,
    "receive_offload": WARNING,
    "release_not_known": WARNING,
    "signing_key_missing": ERROR,
    "signing_key_not_enrolled": ERROR,
    "signing_key_not_verified": WARNING,
    "version_not_available": ERROR,
    "versions_differ": ERROR,
}
"""Code to severity. An error is what would leave a host without a translator, now or after the next boot, or with one
that cannot be asked."""

NEVER_ACCEPTED = ("version_not_available",)
"""Errors without which there is nothing to go on with."""

ACCEPTABLE = tuple(code for code, severity in SEVERITIES.items() if severity == ERROR and code not in NEVER_ACCEPTED)

_ORDER = (ERROR, WARNING, NOTE)


def judge(observations: Iterable[Observation], accepted: Collection[str] = ()) -> list[Finding]:
    """The findings, the worst first, otherwise in the order in which they were seen.

    :param accepted: codes of errors that are to be warnings, of `ACCEPTABLE`.
    """
    findings = []
    for observation in dict.fromkeys(observations):
        severity = SEVERITIES[observation.code]
        lowered = severity == ERROR and observation.code in accepted and observation.code in ACCEPTABLE
        findings.append(Finding(WARNING if lowered else severity, *observation, accepted=lowered))
    return sorted(findings, key=lambda finding: _ORDER.index(finding.severity))


def stops(findings: Iterable[Finding]) -> list[Finding]:
    """Those that keep anything from being changed."""
    return [finding for finding in findings if finding.severity == ERROR]
