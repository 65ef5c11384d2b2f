# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every recorded set of counters, against what the module held."""

from __future__ import annotations

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.records.stats import Stats, read_console, read_csv
from ansible_collections.nat64.jool.tests.unit.corpus import Capture, is_prefix, over, select


def read(capture: Capture) -> Stats:
    read_it = read_csv if capture.format == "csv" else read_console
    return read_it([capture.stdout], explained=capture.truth.get("explain", False))


@over([capture for capture in select("stats") if "module_stats" not in capture.truth])
def test_counters(capture: Capture) -> None:
    stats, truth = read(capture), capture.table("stats")
    shown = {name: value for name, value in truth.items() if value or capture.truth["shown"] == "all"}
    assert list(stats.counters.items()) == list(shown.items())
    assert stats.unknown == ()
    assert stats.invalid == tuple(name for name, value in shown.items() if value >= 2**63)
    gauge = shown.get("JSTAT_SESSIONS", 0)
    assert stats.sessions == (gauge if gauge < 2**63 else None)
    if not capture.truth["explain"]:
        assert stats.explanations == {}
        return
    assert set(stats.explanations) == set(shown)
    text = capture.stdout.decode()
    for name, explanation in stats.explanations.items():
        assert explanation
        printed = f'{name},{shown[name]},"{explanation}"\n'
        if capture.format == "console":
            printed = f"{name}: {shown[name]}\n{explanation}\n\n"
        assert printed in text


@over([capture for capture in select("stats") if "module_stats" in capture.truth])
def test_counters_of_a_newer_module(capture: Capture) -> None:
    """Names are given by number, so that only the values can be compared: 4.1.9 gives up at the first unknown one."""
    stats = read(capture)
    truth = [value for value in capture.truth["module_stats"].values() if value]
    values = [*stats.counters.values(), *stats.unknown]
    if capture.exit_code:
        assert not stats.unknown
        assert values
        assert is_prefix(values, truth)
    else:
        assert stats.unknown
        assert values == truth


@pytest.mark.parametrize("release", ["4.0.1", "4.1.9", "4.1.15"])
def test_explanations_do_not_depend_on_the_format(release: str) -> None:
    csv, console = (
        read(capture).explanations
        for format_ in ("csv", "console")
        for capture in select("stats", release=release, case=f"stats-all-explain-{format_}")
    )
    assert csv == console
    assert len(csv["JSTAT_POOL4_MISMATCH"].split("\n")) == 3
