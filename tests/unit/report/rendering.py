# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The built-in reports of a structure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.nat64.jool.plugins.module_utils.report.render import Report, rendered

TEMPLATES = str(Path(__file__).resolve().parents[3] / "roles" / "fleet_report" / "templates")


def report(form: str, structure: Any, **more: Any) -> str:
    return rendered(Report(form, TEMPLATES, **more), structure)
