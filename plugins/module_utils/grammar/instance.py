# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TextFSM templates for the list of instances (3.6.0-rc1 and later) and an instance's status (4.0.4 and later).

Sources: NICMx/Jool, src/usr/common/argp/instance.c of 3.6.0-rc1 to src/usr/argp/wargp/instance.c of 4.2.0-rc3.

A Value's name is the field it fills. No pattern matches a line break. A name may hold any printable character; the
console pads it with blanks on the left, so that those of its own there are lost.
"""

from __future__ import annotations

from .template import Template

# The namespace is a kernel pointer; up to 4.0.6 "0x" is printed before it.
CSV = Template(
    name="instance_csv",
    source=r"""
Value NAMESPACE ([0-9a-fA-F]+)
Value NAME ([^\n]*)
Value FRAMEWORK (netfilter|iptables|unknown)

Start
  ^(?:0x)?${NAMESPACE},${NAME},${FRAMEWORK}$$ -> Record
  ^Namespace,Name,Framework$$
  ^$$
  ^. -> Error
""",
)

# The top line and the bottom line are printed even with --no-headers.
CONSOLE = Template(
    name="instance_console",
    source=r"""
Value NAMESPACE ([0-9a-fA-F]+)
Value NAME ((?:\S[^\n]*)?)
Value FRAMEWORK (netfilter|iptables|unknown)

Start
  ^\+-{20}\+-{17}\+-{11}\+$$ -> Top
  ^ -> Error

Top
  ^\| +(?:0x)?${NAMESPACE} \| *${NAME} \| +${FRAMEWORK} \|$$ -> Record Table
  ^\| +Namespace \| +Name \| Framework \|$$ -> Heading
  ^\+-{20}\+-{17}\+-{11}\+$$ -> Ended
  ^ -> Error

Heading
  ^\+-{20}\+-{17}\+-{11}\+$$ -> Table
  ^ -> Error

Table
  ^\| +(?:0x)?${NAMESPACE} \| *${NAME} \| +${FRAMEWORK} \|$$ -> Record
  ^\+-{20}\+-{17}\+-{11}\+$$ -> Ended
  ^ -> Error

Ended
  ^$$
  ^. -> Error
""",
    accepting=frozenset({"Ended"}),
)

STATUS = Template(
    name="instance_status",
    source=r"""
Value STATUS (Running|Dead|Status unknown)

Start
  ^${STATUS}$$ -> Record Ended
  ^ -> Error

Ended
  ^\(Instance '[^\n]*' does not exist\.\)$$
  ^$$
  ^. -> Error
""",
    accepting=frozenset({"Ended"}),
)
