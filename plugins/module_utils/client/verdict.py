# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command's end means: exit status and words in, one error class out.

Exit statuses alone do not tell (22 is "not loaded" in 3.3 and "invalid" in 4.1; 4.0.4 and later print their help and
exit with 0), so the words decide, and the status only says that there is something to decide. Sources: the texts of
NICMx/Jool 3.1 to 4.2-rc3; iproute2; sudo.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..errors import (
    CommandFailed,
    EscalationFailed,
    InvocationRefused,
    JoolError,
    JoolNotInstalled,
    KernelRefused,
    ModuleNotLoaded,
    NoPrivilege,
    NoSuchInstance,
    NoSuchNamespace,
    NotApplicable,
    TableChanged,
    VersionMismatch,
)

_RULES: tuple[tuple[type[JoolError], re.Pattern[str]], ...] = tuple(
    (error, re.compile(pattern, re.MULTILINE))
    for error, pattern in (
        (NoSuchNamespace, r'Cannot open network namespace "[^"]*": No such file|Invalid netns name'),
        (
            JoolNotInstalled,
            r'exec of "[^"]*" failed: No such file|command not found$|: not found$|No such file or directory$',
        ),
        (NoPrivilege, r"network namespace.*(Operation not permitted|Permission denied)|mount of /sys failed"),
        (EscalationFailed, r"^sudo: |^doas: |^su: |is not in the sudoers file|may not run sudo|not allowed to execute"),
        (VersionMismatch, r"Version mismatch\."),
        (NoPrivilege, r"CAP_NET_ADMIN capability required|Administrative privileges required|Operation not permitted"),
        (NoSuchInstance, r"This namespace lacks a|The requested instance does not exist"),
        (TableChanged, r"changed while I was iterating"),
        (ModuleNotLoaded, r"has(?:n't| not) been modprobed|Could not send the request to"),
        (NotApplicable, r"^Unexpected token: '(?:session|pool4|bib)'\nAvailable options:.* eamt "),
        (
            InvocationRefused,
            (
                r"^Usage$|^Usage: |unrecognized option|invalid option|Too many arguments|^Unexpected token"
                r"|^Ambiguous token|^More arguments expected|^Illegal (?:combination|arguments)"
                r"|Only one protocol is allowed|The instance name must be"
            ),
        ),
        (KernelRefused, r"The kernel module returned error|^Jool Error: |\(System error -?\d+\)|Netlink error message"),
    )
)

_DETAILS = (
    re.compile(r"The kernel module returned error \d+: ?([^\n]*(?:\n[^\n]+){0,2})"),
    re.compile(r"^Jool Error: ([^\n]*(?:\n[^\n(]+){0,2})", re.MULTILINE),
    re.compile(r"^(?:Error: )?([^\n]+)", re.MULTILINE),
)

COMMAND_NOT_FOUND = 127
"""Of a POSIX shell."""


def says(words: str) -> type[JoolError] | None:
    """The class of error that words stand for, or None where they are no error message that is known."""
    for error, pattern in _RULES:
        if pattern.search(words):
            return error
    return None


def failure(host: str, argv: Sequence[str], status: int, words: str) -> JoolError:
    """The error of a command that ended badly.

    :param status: its exit status; 0 where the words alone give it away.
    :param words: what it wrote to standard error, and the line of standard output that is no row. Never rows.
    """
    words = words.replace("\r\n", "\n").strip()
    kind = says(words)
    if kind is None or (kind is KernelRefused and not words):
        kind = JoolNotInstalled if status == COMMAND_NOT_FOUND else CommandFailed
    detail = next((found.group(1).strip() for found in (rule.search(words) for rule in _DETAILS) if found), "")
    if status > 128 and kind is CommandFailed and not detail:
        detail = f"it was ended by signal {status - 128}"
    return kind(" ".join(detail.split()), host=host, argv=argv, status=status, output=words)
