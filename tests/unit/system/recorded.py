# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What programs of the operating system printed on the lab's guests.

``dkms-added`` and ``dkms-broken`` have a second release of Jool: its sources were added, and then removed.
``dkms-built`` was recorded after ``dkms uninstall``. The menus of GRUB are for three kernels, of which one ran.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ansible_collections.nat64.jool.plugins.module_utils.system.programs import FormatError

Found = TypeVar("Found")

HERE = Path(__file__).parent / "recorded"

GUESTS = tuple(sorted(path.name for path in HERE.iterdir()))

KERNELS = {
    "bullseye": "5.10.0-32-cloud-amd64",
    "bookworm": "6.1.0-56-cloud-amd64",
    "trixie": "6.12.118+deb13-cloud-amd64",
}

RELEASES = {"bullseye": "4.1.5", "bookworm": "4.1.9", "trixie": "4.1.13"}


def recorded(guest: str, name: str) -> str:
    """An output."""
    return (HERE / guest / f"{name}.txt").read_text(encoding="utf-8")


def having(name: str) -> list[str]:
    """The guests that this was recorded on."""
    return [guest for guest in GUESTS if (HERE / guest / f"{name}.txt").exists()]


def read_or_refuse(read: Callable[[str], Found], text: str) -> Found | None:
    """What a reader makes of any text; None where it refuses a line of it. Any other error is one of the reader."""
    refused: FormatError | None = None
    try:
        return read(text)
    except FormatError as error:
        refused = error
    if refused.line not in text:
        raise AssertionError(refused.line)
    return None
