# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every recorded failure: what it leaves on standard output never becomes a row."""

from __future__ import annotations

from ansible_collections.nat64.jool.plugins.module_utils.grammar.executor import read_rows
from ansible_collections.nat64.jool.tests.unit.corpus import Capture, as_far_as_it_goes, over, select


@over(select("error"))
def test_failure_has_no_rows(capture: Capture) -> None:
    rows, ended = as_far_as_it_goes(read_rows(capture.template, [capture.stdout]))
    assert rows == []
    # A clean end of nothing is an empty table: only the exit status can tell it from a failure.
    assert not ended or capture.exit_code != 0
