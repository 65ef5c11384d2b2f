# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every recorded EAMT and list of IPv4 prefixes, against what the module held."""

from __future__ import annotations

from ansible_collections.nat64.jool.plugins.module_utils.records import eamt, prefix
from ansible_collections.nat64.jool.plugins.module_utils.records.eamt import EamtEntry
from ansible_collections.nat64.jool.tests.unit.corpus import Capture, over, select


@over(select("eamt"))
def test_eamt(capture: Capture) -> None:
    read = eamt.read_csv if capture.format == "csv" else eamt.read_console
    truth = [EamtEntry(row["prefix6"], row["prefix4"]) for row in capture.rows("eamt")]
    assert list(read([capture.stdout])) == truth


@over(select("denylist4", "pool6791"))
def test_prefixes(capture: Capture) -> None:
    read = prefix.read_denylist4_csv if capture.format == "csv" else prefix.read_denylist4_console
    assert list(read([capture.stdout])) == capture.truth[capture.kind]
