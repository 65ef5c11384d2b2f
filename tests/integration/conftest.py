# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the integration tests share: the lab with known traffic in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.nat64.jool.tests.integration.guests import (
    INVENTORY,
    ROOT,
    WITH_BLUE,
    Guest,
    all_guests,
    side_by_side,
)


@pytest.fixture(scope="session")
def guests() -> dict[str, Guest]:
    """The guests of the lab that is up."""
    if not INVENTORY.exists():
        pytest.fail("the lab is not up: run `make lab` first")
    return {guest.name: guest for guest in all_guests()}


@pytest.fixture(scope="session", autouse=True)
def _kernels_did_not_complain(guests: dict[str, Guest]) -> Iterator[None]:
    """What was seen on a guest whose kernel complained is worth nothing."""
    assert guests is not None  # none where only the guest `bare` is up
    yield
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "lab"), "check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")  # other modules leave the guests without it
def known_traffic(guests: dict[str, Guest]) -> dict[str, dict[str, Any]]:
    """A little of everything in each guest, and what must be in its tables: guest to ``lab-traffic mix``."""

    def make(guest: Guest) -> dict[str, Any]:
        guest.pristine()
        if guest.name in WITH_BLUE:
            guest.run(
                "ip", "netns", "exec", "blue", "jool", "-i", "blue", "global", "update", "icmp-timeout", "1:00:00"
            )
            guest.traffic("--netns", "blue", "mix")
        return guest.traffic("mix")

    return dict(zip(guests, side_by_side(make, guests.values())))
