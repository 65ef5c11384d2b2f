# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TextFSM templates for the global parameters: CSV and console.

Sources: NICMx/Jool, usr/src/general.c of 3.2.0, usr/common/global.c of 3.3.0, usr/common/target/global.c of 3.4.0 to
3.5.8, src/usr/common/argp/global.c of 3.6.0-rc1 to src/common/global.c of 4.2.0-rc3.

NAME is what stands there as the option's name (or the text where there is none), VALUE all that follows it: which
notation a parameter has is up to its type, see `records.global_parameters`. No pattern matches a line break.
"""

from __future__ import annotations

from .template import Template

# 3.4.0 and later. 3.x has names of two words, and three switches of 3.4 are in camel case.
CSV = Template(
    name="global_csv",
    source=r"""
Value NAME ([A-Za-z][A-Za-z0-9-]*|Manually (?:enabled|disabled)|joold Enabled)
Value VALUE ("[0-9,]*"|[^",\n]*)

Start
  ^Field,Value$$
  ^${NAME},${VALUE}$$ -> Record
  ^$$
  ^. -> Error
""",
)

# 3.2: "Text (--name): value"; 3.3 to 3.5: "--name: value" in groups; 3.6.0-rc1 and later: "name: value".
# 3.3 and 3.4 print one plateau a line: each is a record with nothing but PLATEAU.
# The switches of f-args follow it, in one line (3.5) or in four (3.4); the number before them says the same.
CONSOLE = Template(
    name="global_console",
    source=r"""
Value NAME ([A-Za-z][A-Za-z0-9-]*|Manually (?:enabled|disabled))
Value VALUE ([^\n]*)
Value PLATEAU (\d+)

Start
  ^  ${NAME}: ${VALUE}$$ -> Record
  ^  ${NAME} \(--enable, --disable\): ${VALUE}$$ -> Record
  ^  --mtu-plateaus:$$ -> Plateaus
  ^  --${NAME}: ${VALUE} \(0b[01]{4}\)$$ -> Switches
  ^ {2,4}--${NAME}: ${VALUE}$$ -> Record
  ^[A-Z][^()\n]* \(--${NAME}\): ${VALUE}$$ -> Record
  ^  (?:Additional Logging|Filtering|Timeouts|Synchronization):$$
  ^$$
  ^. -> Error

Plateaus
  ^ {5,6}${PLATEAU}$$ -> Record
  ^  --${NAME}: ${VALUE}$$ -> Record Start
  ^$$ -> Start
  ^. -> Error

Switches
  ^    SrcAddr:(?:ON|OFF)  SrcPort:(?:ON|OFF)  DstAddr:(?:ON|OFF)  DstPort:(?:ON|OFF)$$ -> Record Start
  ^    (?:Src addr|Src port|Dst addr): (?:ON|OFF)$$
  ^    Dst port: (?:ON|OFF)$$ -> Record Start
  ^ -> Error
""",
)
