# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the next host will probably be asked: what the ones before were asked, most of them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

MOST_COMMANDS = 64
"""A host that is asked for more has many instances, and few others are like it."""

Commands = tuple[tuple[str, ...], ...]


class Foresight:
    """Learns the commands of hosts that answered. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: Counter[Commands] = Counter()

    def learn(self, asked: Sequence[tuple[str, ...]]) -> None:
        """A host has answered to these commands."""
        if 1 < len(asked) <= MOST_COMMANDS:
            with self._lock:
                self._seen[tuple(asked)] += 1

    @property
    def commands(self) -> Commands:
        """The list that most hosts were asked."""
        with self._lock:
            return max(self._seen, key=self._seen.__getitem__, default=())
