# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command on an SSH channel, started within a time."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .base import Deadline, shell_command

if TYPE_CHECKING:
    import paramiko

POLL_SECONDS = 0.5
"""How long a silent standard output is waited for before standard error and the clock are looked at."""


@contextlib.contextmanager
def _closing_in(seconds: float | None, channel: paramiko.Channel) -> Iterator[None]:
    """Close a channel after a time: Paramiko waits for the answer to a request for as long as the channel is open."""
    timer = threading.Timer(seconds or 0.0, channel.close)
    timer.daemon = True
    if seconds is not None:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def execute(channel: paramiko.Channel, argv: Sequence[str], deadline: Deadline) -> None:
    """Start a command on a channel."""
    with _closing_in(deadline.left, channel):
        channel.exec_command(shell_command(argv))
