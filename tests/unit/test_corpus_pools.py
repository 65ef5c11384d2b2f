# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every recorded pool4 and pool6, against what the module held."""

from __future__ import annotations

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.grammar.grammar_error import GrammarError
from ansible_collections.nat64.jool.plugins.module_utils.records import pool4, prefix
from ansible_collections.nat64.jool.plugins.module_utils.records.pool4 import Pool4Range
from ansible_collections.nat64.jool.tests.unit.corpus import Capture, Row, over, select


def expected(row: Row) -> Pool4Range:
    if set(row) == {"address"}:
        return Pool4Range(None, None, row["address"], None, None, None, None)
    return Pool4Range(
        mark=row["mark"],
        protocol=row["protocol"].lower(),
        address=row["address"],
        port_min=row["port_min"],
        port_max=row["port_max"],
        max_iterations=None if row["iterations"] == "infinite" else row["iterations"],
        max_iterations_fixed=row["iterations_fixed"],
    )


@over(select("pool4"))
def test_pool4(capture: Capture) -> None:
    read = pool4.read_csv if capture.format == "csv" else pool4.read_console
    assert list(read([capture.stdout])) == [expected(row) for row in capture.rows("pool4")]


@over(select("pool6"))
def test_pool6(capture: Capture) -> None:
    read = prefix.read_pool6_csv if capture.format == "csv" else prefix.read_pool6_console
    assert list(read([capture.stdout])) == capture.truth["pool6"]


@over(select("pool4-count", "pool6-count", "eamt-count", "denylist4-count", exit_code=0))
def test_count(capture: Capture) -> None:
    (truth,) = capture.truth["counts"].values()
    assert prefix.read_count([capture.stdout]) == truth


@over(select("pool4-count", complete=False))
def test_count_that_the_release_does_not_have(capture: Capture) -> None:
    with pytest.raises(GrammarError):
        prefix.read_count([capture.stdout])
