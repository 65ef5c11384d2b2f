# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TextFSM templates for lists of IPv4 prefixes: denylist4, formerly blacklist4 and blacklist, and pool6791 of 3.x.

Sources: NICMx/Jool, the printers of 3.4.0 (usr/common/target/pool.c, blacklist and pool6791 alike) to 4.2.0-rc3
(src/usr/argp/wargp/denylist4.c).

A Value's name is the field it fills. No pattern matches a line break.
"""

from __future__ import annotations

from .template import Template

CSV = Template(
    name="denylist4_csv",
    source=r"""
Value PREFIX ([0-9.]+/\d+)

Start
  ^${PREFIX}$$ -> Record
  ^(?:IPv4 )?Prefix$$
  ^$$
  ^. -> Error
""",
)

# 3.x: one prefix a line and a footer, which is a record of its own with nothing but COUNT; --no-headers keeps it.
# 4.x: a table whose bottom line is printed even with --no-headers; the only line of an empty one is that.
CONSOLE = Template(
    name="denylist4_console",
    source=r"""
Value PREFIX ([0-9.]+/\d+)
Value COUNT (\d+)

Start
  ^\+-{20}\+$$ -> Top
  ^\| +${PREFIX} +\|$$ -> Record Table
  ^Prefix$$ -> List
  ^${PREFIX}$$ -> Record List
  ^  \(empty\)$$ -> Ended
  ^$$
  ^. -> Error

Top
  ^\| +IPv4 Prefix \|$$ -> Heading
  ^$$
  ^. -> Error

Heading
  ^\+-{20}\+$$ -> Table
  ^ -> Error

Table
  ^\| +${PREFIX} +\|$$ -> Record
  ^\+-{20}\+$$ -> Ended
  ^ -> Error

List
  ^${PREFIX}$$ -> Record
  ^  \(Fetched ${COUNT} entries\.\)$$ -> Record Ended
  ^  \(empty\)$$ -> Ended
  ^ -> Error

Ended
  ^$$
  ^. -> Error
""",
    accepting=frozenset({"Top", "Ended"}),
)
