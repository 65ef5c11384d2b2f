# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TextFSM template of ``jool --version``.

Sources: NICMx/Jool, argp_program_version of 3.0 to 4.2.0-rc3: up to 3.1.1 with words, from 3.1.2 on three numbers, from
3.3.2 on four.
"""

from __future__ import annotations

from .template import Template

VERSION = Template(
    name="version",
    source=r"""
Value VERSION ((?:(?:NAT64|Jool) userspace app )?\d+(?:\.\d+){1,3})

Start
  ^${VERSION}$$ -> Record Ended
  ^$$
  ^. -> Error

Ended
  ^$$
  ^. -> Error
""",
    accepting=frozenset({"Ended"}),
)
