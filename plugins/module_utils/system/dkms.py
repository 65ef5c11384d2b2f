# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ``dkms status`` says of Jool.

Sources: dkms 2.8 ("jool-dkms, 4.1.5, 5.10.0-28-amd64, x86_64: installed") and dkms 3 ("jool-dkms/4.1.9, ..."),
functions show_status and module_status of dkms.in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .programs import FormatError, Programs

NAMES = ("jool", "jool-dkms")
"""Upstream's name of the package in DKMS and Debian's up to 4.1.13."""

STATES = ("installed", "built", "added", "broken", "absent")
"""From the best to the worst; ``absent`` is the word of this collection for what DKMS does not know."""

_LINE = re.compile(
    r"(?P<name>[^\s,/]+)(?:/|, )(?P<version>[^\s,/:]+)(?:, (?P<kernel>[^\s,]+), (?P<architecture>[^\s,:]+))?"
    r": (?P<state>[a-z-]+)(?P<note>(?: ?\([^()]*\))*)"
)


class DkmsEntry(NamedTuple):
    """One line of the status.

    :ivar kernel: the kernel that it is about; None for sources that were built for none, likewise `architecture`.
    :ivar state: ``added``, ``built``, ``installed``, ``broken`` or another word of DKMS.
    :ivar note: what stands behind the state, such as a difference of the built and the installed module; "" for none.
    """

    name: str
    version: str
    kernel: str | None
    architecture: str | None
    state: str
    note: str


def read_status(text: str) -> list[DkmsEntry]:
    """Jool's lines of ``dkms status``.

    :raises FormatError: for a line that is none, whatever it is about.
    """
    entries = []
    for line in text.splitlines():
        if not line.strip():
            continue
        found = _LINE.fullmatch(line.strip())
        if not found:
            raise FormatError(line)
        if found["name"] in NAMES:
            entries.append(
                DkmsEntry(
                    name=found["name"],
                    version=found["version"],
                    kernel=found["kernel"],
                    architecture=found["architecture"],
                    state=found["state"],
                    note=found["note"].strip(),
                )
            )
    return entries


def status(programs: Programs) -> list[DkmsEntry] | None:
    """What DKMS knows of Jool; None where there is no DKMS or it could not be asked."""
    return programs.read(("dkms", "status"), read_status, "The state of DKMS is not known")


def state_for(kernel: str, entries: Iterable[DkmsEntry]) -> str:
    """The best state that any version of Jool has for a kernel. What was only added is so for every kernel."""
    states = [entry.state for entry in entries if entry.kernel in (kernel, None)]
    return min(states, key=_rank, default="absent")


def _rank(state: str, order: Sequence[str] = STATES) -> int:
    return order.index(state) if state in order else len(order)
