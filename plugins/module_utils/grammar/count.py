# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TextFSM template of a bare count: ``--count`` of 3.1 to 3.5 for everything that is not kept by protocol."""

from __future__ import annotations

from .template import Template

# pool4 (3.1 to 3.3: addresses), pool6, pool6791 and eamt (entries), blacklist (addresses).
COUNT = Template(
    name="count",
    source=r"""
Value COUNT (\d+)

Start
  ^${COUNT}$$ -> Record Ended
  ^$$
  ^. -> Error

Ended
  ^$$
  ^. -> Error
""",
    accepting=frozenset({"Ended"}),
)
