# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a translator works after a change: a command on the host, or a URL that is fetched through it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ..client.instance import InstanceClient
from ..errors import JoolError
from ..transport.base import shell_command

Fetch = Callable[[str, float], None]
"""Fetches a URL within some seconds; raises OSError or ValueError where that fails."""


@dataclass(frozen=True)
class Probe:
    """What is tried.

    :ivar command: an argument list for the host; empty for none.
    :ivar url: for whoever runs this; empty for none.
    :ivar tries: how often, at most: a neighbour has to be found first.
    :ivar delay: seconds between two tries.
    :ivar timeout: seconds that one may take.
    """

    command: tuple[str, ...] = ()
    url: str = ""
    tries: int = 3
    delay: float = 1.0
    timeout: float = 10.0


def complaint(client: InstanceClient, probe: Probe, fetch: Fetch) -> str:
    """Why the last try failed, empty where one did not."""
    told = _try(client, probe, fetch)
    for _number in range(probe.tries - 1):
        if told:
            time.sleep(probe.delay)
            told = _try(client, probe, fetch)
    return told


def _try(client: InstanceClient, probe: Probe, fetch: Fetch) -> str:
    try:
        if probe.command:
            done = client.probe(probe.command, probe.timeout)
            if done.status:
                words = " ".join((done.stderr or done.stdout).decode("utf-8", "replace").split())[:300]
                return f"'{shell_command(probe.command)}' ended with exit status {done.status}: {words}"
        if probe.url:
            fetch(probe.url, probe.timeout)
    except JoolError as error:
        return str(error)
    except (OSError, ValueError) as error:
        return f"{probe.url}: {error}"
    return ""
