# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TextFSM templates for pool4: CSV and console. Its count (3.1 to 3.3) is that of `count.COUNT`.

Sources: NICMx/Jool, the pool4 printers of 3.1.0 (usr/pool4.c) to 4.2.0-rc3 (src/usr/argp/wargp/pool4.c).

A Value's name is the field it fills. No pattern matches a line break.
"""

from __future__ import annotations

from .template import Template

# 3.4.0 to 3.5.4 have five columns, and print the header again with each protocol.
# 4.0.8 and later can print a length after the address, but their kernel modules keep single addresses.
CSV = Template(
    name="pool4_csv",
    source=r"""
Value MARK (\d+)
Value PROTOCOL (TCP|UDP|ICMP)
Value ADDRESS ([0-9.]+(?:/\d+)?)
Value PORT_MIN (\d+)
Value PORT_MAX (\d+)
Value MAX_ITERATIONS (\d+|infinite)
Value IS_FIXED ([01])

Start
  ^${MARK},${PROTOCOL},${ADDRESS},${PORT_MIN},${PORT_MAX}(?:,${MAX_ITERATIONS},${IS_FIXED})?$$ -> Record
  ^Mark,Protocol,Address,Min port,Max port(?:,Iterations,Iterations fixed)?$$
  ^$$
  ^. -> Error
""",
)

# 3.1.0 to 3.2.3: addresses; 3.3: prefixes; 3.4.0 to 3.5.4: rows of columns parted by tabs; 3.5.5 and later: a table.
# A separator comes before every group of equal mark and protocol, and only a group's first row names them.
# 3.5.5 had two columns for the ports. A footer (up to 3.5.8) is a record of its own, recognisable by its COUNT.
CONSOLE = Template(
    name="pool4_console",
    source=r"""
Value Filldown MARK (\d+)
Value Filldown PROTOCOL (TCP|UDP|ICMP)
Value Filldown MAX_ITERATIONS (\d+|Infinite)
Value Filldown FIXED (auto|fixed)
Value ADDRESS ([0-9.]+(?:/\d+)?)
Value PORT_MIN (\d+)
Value PORT_MAX (\d+)
Value COUNT (\d+)

Start
  ^\+(?:-+\+){5,6}$$ -> Separator
  ^${ADDRESS}$$ -> Record List
  ^${MARK}[ \t]+${PROTOCOL}[ \t]+${ADDRESS}[ \t]+${PORT_MIN}-${PORT_MAX}$$ -> Record List
  ^  \(empty\)$$ -> Ended
  ^$$
  ^. -> Error

List
  ^${ADDRESS}$$ -> Record
  ^${MARK}[ \t]+${PROTOCOL}[ \t]+${ADDRESS}[ \t]+${PORT_MIN}-${PORT_MAX}$$ -> Record
  ^  \(Fetched ${COUNT} (?:addresses|prefixes|samples)\.\)$$ -> Record Ended
  ^ -> Error

Separator
  ^\| +${MARK} \| +${PROTOCOL} \| +${MAX_ITERATIONS} \( ?${FIXED}\) \| +${ADDRESS} \
    \| +${PORT_MIN}(?:-| \|) *${PORT_MAX} \|$$ -> Record Group
  ^\| +Mark \| Proto \| +Max iterations \| +Address \| (?: +Ports|Port min \| Port max) \|$$ -> Heading
  ^\+(?:-+\+){5,6}$$
  ^  \(Fetched ${COUNT} samples\.\)$$ -> Record Ended
  ^  \(empty\)$$ -> Ended
  ^$$
  ^. -> Error

Heading
  ^\+(?:-+\+){5,6}$$ -> Separator
  ^ -> Error

Group
  ^\| {12}\| {7}\| {20}\| +${ADDRESS} \| +${PORT_MIN}(?:-| \|) *${PORT_MAX} \|$$ -> Record
  ^\+(?:-+\+){5,6}$$ -> Separator
  ^ -> Error

Ended
  ^$$
  ^. -> Error
""",
    accepting=frozenset({"Separator", "Ended"}),
)
