# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark's host answers whatever a live query asks, and the query counts what is in the table."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmark.tables import make_table
from benchmark.work import do

pytest.importorskip("ansible")


def test_a_whole_run_counts_the_table(tmp_path: Path) -> None:
    table = make_table(tmp_path / "table", 500, prefixes=50)
    counted = do("works_ansible.facts_run", table)
    assert counted.cost.cpu > 0
    assert counted.cost.peak_bytes > 0
    assert counted.answer == {**do("peers_csv.csv_reader_summary", table).answer, "top_clients": None}
