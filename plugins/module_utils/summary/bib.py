# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many bindings (RFC 6146 3.1) there are, and how many of them somebody configured."""

from __future__ import annotations

from collections import Counter

from ..records.bib_block import BibBlock

KINDS = ("static", "dynamic")


class BibSummary:
    """Counts of BIB entries.

    :ivar entries: (protocol, kind) to entries; a kind is one of `KINDS`.
    """

    def __init__(self) -> None:
        self.entries: Counter[tuple[str, str]] = Counter()

    def add_block(self, block: BibBlock) -> None:
        """Count many entries."""
        self.entries.update(zip(block.protocols, block.kinds))
