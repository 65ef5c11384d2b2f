# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every recorded BIB, against what the module held."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.nat64.jool.plugins.module_utils.records.bib import BibEntry, read_console, read_csv
from ansible_collections.nat64.jool.tests.unit.corpus import Capture, Row, as_far_as_it_goes, is_prefix, over, select


def read(capture: Capture) -> Iterator[BibEntry]:
    return (read_csv if capture.format == "csv" else read_console)([capture.stdout])


def expected(capture: Capture, row: Row) -> BibEntry:
    resolved = not capture.numeric
    name = capture.truth["hosts"].get(row["src6"]) if resolved else None
    service = capture.truth["services"].get(str(row["sport6"])) if resolved and row["protocol"] != "ICMP" else None
    return BibEntry(
        protocol=row["protocol"].lower(),
        ipv6_address=None if name else row["src6"],
        ipv6_l4_id=None if service else row["sport6"],
        ipv4_address=row["src4"],
        ipv4_l4_id=row["sport4"],
        is_static=row["static"],
        ipv6_name=name,
        ipv6_service=service,
    )


@over(select("bib", complete=True))
def test_whole_table(capture: Capture) -> None:
    assert list(read(capture)) == [expected(capture, row) for row in capture.rows("bib")]


@over(select("bib", complete=False))
def test_cut_table(capture: Capture) -> None:
    truth = [expected(capture, row) for row in capture.rows_sent("bib")]
    entries, ended = as_far_as_it_goes(read(capture))
    assert is_prefix(entries, truth)
    assert len(entries) == len(truth) or not ended
