# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TextFSM templates for the explicit address mapping table (SIIT): CSV and console.

Sources: NICMx/Jool, the EAMT printers of 3.3.0 (usr/stateless/eam.c) to 4.2.0-rc3 (src/usr/argp/wargp/eamt.c).

A Value's name is the field it fills. No pattern matches a line break.
"""

from __future__ import annotations

from .template import Template

CSV = Template(
    name="eamt_csv",
    source=r"""
Value IPV6_PREFIX ([0-9a-fA-F:.]+/\d+)
Value IPV4_PREFIX ([0-9.]+/\d+)

Start
  ^${IPV6_PREFIX},${IPV4_PREFIX}$$ -> Record
  ^IPv6 Prefix,IPv4 Prefix$$
  ^$$
  ^. -> Error
""",
)

# 3.x: one mapping a line and a footer, which is a record of its own with nothing but COUNT; --no-headers drops it.
# 4.x: a table whose bottom line is printed even with --no-headers; the only line of an empty one is that.
CONSOLE = Template(
    name="eamt_console",
    source=r"""
Value IPV6_PREFIX ([0-9a-fA-F:.]+/\d+)
Value IPV4_PREFIX ([0-9.]+/\d+)
Value COUNT (\d+)

Start
  ^\+-{45}\+-{20}\+$$ -> Top
  ^\| +${IPV6_PREFIX} +\| +${IPV4_PREFIX} +\|$$ -> Record Table
  ^${IPV6_PREFIX} - ${IPV4_PREFIX}$$ -> Record List
  ^  \(empty\)$$ -> Ended
  ^$$
  ^. -> Error

Top
  ^\| +IPv6 Prefix \| +IPv4 Prefix \|$$ -> Heading
  ^$$
  ^. -> Error

Heading
  ^\+-{45}\+-{20}\+$$ -> Table
  ^ -> Error

Table
  ^\| +${IPV6_PREFIX} +\| +${IPV4_PREFIX} +\|$$ -> Record
  ^\+-{45}\+-{20}\+$$ -> Ended
  ^ -> Error

List
  ^${IPV6_PREFIX} - ${IPV4_PREFIX}$$ -> Record
  ^  \(Fetched ${COUNT} entries\.\)$$ -> Record Ended
  ^$$
  ^. -> Error

Ended
  ^$$
  ^. -> Error
""",
    accepting=frozenset({"Start", "Top", "List", "Ended"}),
)
