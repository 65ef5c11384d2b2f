# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether firewalld unloads modules when it stops."""

from __future__ import annotations

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.system.firewalld import PATH, read_cleanup, unloads_modules
from ansible_collections.nat64.jool.plugins.module_utils.system.programs import Programs
from ansible_collections.nat64.jool.tests.unit.replay import Answer, ReplayTransport


@pytest.mark.parametrize(
    ("text", "unloads"),
    [
        ("DefaultZone=public\nCleanupModulesOnExit=yes\n", True),
        ("CleanupModulesOnExit = True\n", True),
        ("cleanupmodulesonexit=YES\n", True),
        ("CleanupModulesOnExit=no\n", False),
        ("# CleanupModulesOnExit=yes\n", False),
        ("CleanupOnExit=yes\n", False),
        ("CleanupModulesOnExit=yes\nCleanupModulesOnExit=no\n", False),
        ("CleanupModulesOnExit=no\nCleanupModulesOnExit=yes\n", True),
        ("CleanupModulesOnExit=\n", False),
        ("", False),
    ],
)
def test_option(text: str, unloads: bool) -> None:
    assert read_cleanup(text) is unloads
    assert unloads_modules(Programs(ReplayTransport({f"cat {PATH}": Answer(text.encode())}))) is unloads


def test_no_firewalld() -> None:
    programs = Programs(ReplayTransport({f"cat {PATH}": Answer(stderr=b"cat: no such file", status=1)}))
    assert unloads_modules(programs) is False
    assert programs.notices == []
