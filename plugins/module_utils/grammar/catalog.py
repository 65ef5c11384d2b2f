# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All templates of the collection by name: to test them, and to print one for use elsewhere (`Template.text`)."""

from __future__ import annotations

from . import bib, count, denylist4, eamt, global_, instance, kernel_log, pool4, pool6, session, stats, version
from .template import Template

_MODULES = (bib, count, denylist4, eamt, global_, instance, kernel_log, pool4, pool6, session, stats, version)

TEMPLATES: dict[str, Template] = {
    template.name: template
    for template in sorted(
        (value for module in _MODULES for value in vars(module).values() if isinstance(value, Template)),
        key=lambda template: template.name,
    )
}
"""Name to template, in the order of the names."""
