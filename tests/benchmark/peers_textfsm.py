# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stock TextFSM with the collection's own template. It holds a whole output in memory."""

from __future__ import annotations

import io
from pathlib import Path

import textfsm

from ansible_collections.nat64.jool.plugins.module_utils.grammar import session as templates

from .answers import Answer, rows_answer
from .tables import Table
from .typed import typed


def textfsm_records(table: Table) -> Answer:
    """Typed records from CSV."""
    count = 0
    record = None
    for _protocol, path in table.outputs("csv"):
        parser = textfsm.TextFSM(io.StringIO(templates.CSV.text))
        for row in parser.ParseTextToDicts(Path(path).read_text(encoding="ascii")):
            record = typed({name.lower(): value for name, value in row.items()})
            count += 1
    return rows_answer(count, record)
