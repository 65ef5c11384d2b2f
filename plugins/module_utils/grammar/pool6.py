# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TextFSM templates for pool6 of 3.x: CSV and console. From 3.6.0-rc1 on pool6 is one of the global parameters.

Sources: NICMx/Jool, the pool6 printers of 3.1.0 (usr/pool6.c) to 3.5.8 (usr/common/target/pool6.c).

A Value's name is the field it fills. No pattern matches a line break.
"""

from __future__ import annotations

from .template import Template

# 3.4.0 and later.
CSV = Template(
    name="pool6_csv",
    source=r"""
Value PREFIX ([0-9a-fA-F:.]+/\d+)

Start
  ^${PREFIX}$$ -> Record
  ^Prefix$$
  ^$$
  ^. -> Error
""",
)

# 3.5.5 and later print the heading in the console, too. --no-headers never dropped the footer.
# The footer is a record of its own, with nothing but COUNT.
CONSOLE = Template(
    name="pool6_console",
    source=r"""
Value PREFIX ([0-9a-fA-F:.]+/\d+)
Value COUNT (\d+)

Start
  ^${PREFIX}$$ -> Record
  ^  \(Fetched ${COUNT} (?:prefixes|entries)\.\)$$ -> Record Ended
  ^  \(empty\)$$ -> Ended
  ^Prefix$$
  ^$$
  ^. -> Error

Ended
  ^$$
  ^. -> Error
""",
    accepting=frozenset({"Ended"}),
)
