# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shells that a host may have, for tests that run scripts under each."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

SHELLS = {
    # name: the program, how it is called in a script, whether its own tools are used
    "dash": ("dash", "", False),
    "bash": ("bash", "--posix", False),
    "bash-not-posix": ("bash", "", False),
    "busybox": ("busybox", "sh", True),
}


def each_shell() -> list[Any]:
    """Parameters of a test; a shell that this machine lacks is skipped by name."""
    return [
        pytest.param(name, marks=pytest.mark.skipif(not shutil.which(program), reason=f"{program} is not installed"))
        for name, (program, _option, _tools) in SHELLS.items()
    ]
