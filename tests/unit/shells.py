# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shells that a host may have, for tests that run scripts under each."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest

SHELLS = {
    # name: the program, how it is called in a script, whether its own tools are used
    "dash": ("dash", "", False),
    "bash": ("bash", "--posix", False),
    "bash-not-posix": ("bash", "", False),
    "busybox": ("busybox", "sh", True),
}


def refusal(program: str) -> str:
    """Why no test can be run under a program; nothing where one can."""
    if not shutil.which(program):
        return f"{program} is not installed"
    if program == "busybox":
        # Debian's busybox-static takes its own tools before those of a test, whatever the search path says.
        found = subprocess.run(["busybox", "sh", "-c", "command -v df"], capture_output=True, text=True, check=False)
        if "/" not in found.stdout:
            return "this busybox finds no tools but its own"
    return ""


def each_shell() -> list[Any]:
    """Parameters of a test; a shell that this machine lacks is skipped by name."""
    return [
        pytest.param(name, marks=pytest.mark.skipif(bool(refusal(program)), reason=refusal(program)))
        for name, (program, _option, _tools) in SHELLS.items()
    ]
