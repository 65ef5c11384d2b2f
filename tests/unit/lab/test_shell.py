# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the lab calls ssh."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from lab.shell import sharing_options


@pytest.mark.parametrize("name", ["shell-root", "a b", "100%h", "100%%"])
def test_ssh_takes_the_path_as_it_is(name: str) -> None:
    command = ["ssh", "-G", "-F", "none", *sharing_options(Path("/run/lab") / name), "192.0.2.1"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert f"controlpath /run/lab/{name}" in told
    assert "controlmaster auto" in told


def test_a_path_that_is_too_long_for_a_socket() -> None:
    assert sharing_options(Path("/" + "a" * 89))
    assert sharing_options(Path("/" + "a" * 90)) == []
