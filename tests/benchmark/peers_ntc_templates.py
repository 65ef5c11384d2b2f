# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ntc_templates: its own ``parse_output``, with a directory that holds the collection's template."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ntc_templates.parse import parse_output

from ansible_collections.nat64.jool.plugins.module_utils.grammar import session as templates

from .answers import Answer, rows_answer
from .tables import Table
from .typed import typed

TEMPLATE = "jool_session_display.textfsm"
INDEX = f"Template, Hostname, Platform, Command\n\n{TEMPLATE}, .*, jool, session display\n"


def ntc_templates_records(table: Table) -> Answer:
    """Typed records from CSV."""
    count = 0
    record = None
    with tempfile.TemporaryDirectory() as place:
        Path(place, TEMPLATE).write_text(templates.CSV.text, encoding="ascii")
        Path(place, "index").write_text(INDEX, encoding="ascii")
        for _protocol, path in table.outputs("csv"):
            text = Path(path).read_text(encoding="ascii")
            for row in parse_output("jool", "session display", text, template_dir=place):
                record = typed(row)
                count += 1
    return rows_answer(count, record)
