# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""polars: the table as columns in memory, and its own ``group_by``."""

from __future__ import annotations

import polars as pl

from .answers import FIELDS, Answer, rows_answer, summary_answer
from .networks import busiest
from .tables import Table


def polars_records(table: Table) -> Answer:
    """Typed columns of all rows; no row is an object of Python."""
    clock = pl.col("expires_in").str.split_exact(":", 2).struct
    whole = clock[0].cast(pl.Int64) * 3600 + clock[1].cast(pl.Int64) * 60
    frame = (
        _scan(table)
        .with_columns(pl.col("protocol").str.to_lowercase(), expires_in=whole + clock[2].cast(pl.Float64))
        .collect()
    )
    return rows_answer(frame.height, frame.row(-1, named=True) if frame.height else None)


def polars_summary(table: Table) -> Answer:
    """Counted by polars; the distinct clients are cut to their /64 in Python."""
    frame = _scan(table).collect()
    protocols, states, pool4, clients = (
        {key: count for key, count in frame.group_by(name).len().iter_rows() if key is not None}
        for name in ("protocol", "state", "ipv4_local_address", "ipv6_remote_address")
    )
    return summary_answer(protocols, states, pool4, busiest(clients))


def _scan(table: Table) -> pl.LazyFrame:
    """All outputs as one lazy frame; rows of UDP and ICMP have a column less than the header."""
    types = {name: pl.UInt16 if name.endswith("_l4_id") else pl.String for name in FIELDS}
    return pl.scan_csv(
        [path for _protocol, path in table.outputs("csv")],
        has_header=False,
        skip_rows=1,
        schema=types,
        missing_columns="insert",
    )
