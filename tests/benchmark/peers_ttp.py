# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ttp, with a template for a row of CSV that gives numbers their type."""

from __future__ import annotations

from pathlib import Path

from ttp import ttp

from .answers import Answer, rows_answer
from .tables import Table
from .typed import seconds_of

COLUMNS = (
    '{{ ipv6_remote_address | re("[^,]+") }}',
    "{{ ipv6_remote_l4_id | DIGIT | to_int }}",
    '{{ ipv6_local_address | re("[^,]+") }}',
    "{{ ipv6_local_l4_id | DIGIT | to_int }}",
    "{{ ipv4_local_address | IP }}",
    "{{ ipv4_local_l4_id | DIGIT | to_int }}",
    "{{ ipv4_remote_address | IP }}",
    "{{ ipv4_remote_l4_id | DIGIT | to_int }}",
    '{{ expires_in | re("[0-9:.]+") }}',
)


def ttp_records(table: Table) -> Answer:
    """Typed records from CSV."""
    count = 0
    record = None
    for protocol, path in table.outputs("csv"):
        parser = ttp(data=Path(path).read_text(encoding="ascii"), template=_template(protocol))
        parser.parse(one=True)
        for row in parser.result()[0][0]["sessions"]:
            record = {**row, "expires_in": seconds_of(row["expires_in"]), "state": row.get("state")}
            count += 1
    return rows_answer(count, record)


def _template(protocol: str) -> str:
    """Rows of UDP and ICMP have no state."""
    columns = (protocol.upper(), *COLUMNS, *(("{{ state }}",) if protocol == "tcp" else ()))
    return f'<group name="sessions*">\n{",".join(columns)}\n{{{{ protocol | set("{protocol}") }}}}\n</group>\n'
