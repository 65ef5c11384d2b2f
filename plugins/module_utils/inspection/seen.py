# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Something that was seen on a host that runs. How bad it is, is decided elsewhere (`fleet.state_findings`)."""

from __future__ import annotations

from typing import NamedTuple


class Seen(NamedTuple):
    """One thing.

    :ivar code: what it is, for programs.
    :ivar subject: what of the host, in a few words.
    :ivar evidence: a sentence with what was read.
    :ivar remedy: a sentence that says what to do.
    :ivar instance: the label of the instance that it is about, None for the host.
    """

    code: str
    subject: str
    evidence: str
    remedy: str
    instance: str | None = None
