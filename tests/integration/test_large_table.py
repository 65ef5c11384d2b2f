# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real kernel with many sessions, read through each transport: every one is counted, and none of them is held."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration.combinations import TRANSPORTS
from ansible_collections.nat64.jool.tests.integration.guests import Guest
from ansible_collections.nat64.jool.tests.integration.runner import Case, Run, ask

GUEST = "bookworm"
SESSIONS = int(os.environ.get("LAB_LARGE_SESSIONS", "200000"))
CLIENTS = 1000
BYTES_A_ROW = 80
"""Less than a row has."""

HELD = 4
"""So often Ansible holds an output that comes in one piece: as bytes, text, lines, and bytes again."""

OPTIONS: dict[str, Any] = {"instances": ["default"], "netns": [""], "timeout": 600.0}


@dataclass(frozen=True)
class Asked:
    """One run, and how long it took."""

    run: Run
    seconds: float

    @property
    def facts(self) -> dict[str, Any]:
        """Of the guest."""
        result = self.run.results[GUEST]["table"]
        assert not result.get("failed"), result.get("msg")
        facts: dict[str, Any] = result["ansible_facts"]["jool_sessions"]
        return facts

    @property
    def peak_bytes(self) -> int:
        """Of all processes of the controller together."""
        assert self.run.cost is not None
        return self.run.cost.peak_bytes


def query(transport: str, place: Path) -> Asked:
    started = time.monotonic()
    run = ask("2.21", {"table": Case({**OPTIONS, "transport": transport})}, place, [GUEST], measured=True)
    return Asked(run, time.monotonic() - started)


@dataclass(frozen=True)
class Looked:
    """What was read by each transport before and after the sessions were made, and how long the bare tool took."""

    few: dict[str, Asked]
    many: dict[str, Asked]
    tool_seconds: float


@pytest.fixture(scope="module")
def looked(guests: dict[str, Guest], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Looked]:
    guest = guests[GUEST]
    guest.pristine()
    few = {transport: query(transport, tmp_path_factory.mktemp("few")) for transport in TRANSPORTS}
    made = guest.traffic("many", "--sessions", str(SESSIONS), "--clients", str(CLIENTS))
    assert made["expected"]["sessions"]["udp"]["total"] == SESSIONS
    started = time.monotonic()
    guest.run("sh", "-c", "jool session display --udp --numeric --csv >/dev/null")
    tool_seconds = time.monotonic() - started
    many = {transport: query(transport, tmp_path_factory.mktemp("many")) for transport in TRANSPORTS}
    assert len(guest.table("udp")) == SESSIONS  # they lived all the time
    yield Looked(few, many, tool_seconds)
    guest.restore()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_session_is_counted(looked: Looked, transport: str) -> None:
    facts = looked.many[transport].facts
    assert facts["by_protocol"] == {"tcp": 0, "udp": SESSIONS, "icmp": 0}
    (entry,) = facts["instances"]
    assert entry["kernel_sessions"] == {"before": SESSIONS, "after": SESSIONS}
    assert entry["clients"] == CLIENTS
    assert sum(use["ports_used"] for use in entry["pool4"]) == SESSIONS
    assert sum(entry["by_pool4_address"].values()) == SESSIONS


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_table_is_not_held(looked: Looked, transport: str, record_property: Any) -> None:
    few, many = looked.few[transport], looked.many[transport]
    record_property("tool_seconds", round(looked.tool_seconds, 1))
    record_property("seconds", round(many.seconds, 1))
    record_property("peak_mib", round(many.peak_bytes / 2**20))
    record_property("peak_mib_without_sessions", round(few.peak_bytes / 2**20))
    room = 40 * 2**20 if transport == "connection" else 8 * 2**20  # what is held at a time: a part, or blocks
    assert many.peak_bytes - few.peak_bytes < room < HELD * SESSIONS * BYTES_A_ROW


def test_nothing_is_left_on_the_host(looked: Looked, guests: dict[str, Guest]) -> None:
    assert looked.many
    assert guests[GUEST].run("sh", "-c", "ls -A /tmp /root/.ansible/tmp 2>/dev/null | grep -i overflow; true") == ""
