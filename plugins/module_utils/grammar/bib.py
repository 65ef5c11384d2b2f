# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TextFSM templates for the BIB: CSV and console. Its counts (3.1 to 3.5) look like those of `session.COUNT`.

Sources: NICMx/Jool, the BIB printers of 3.1.0 (usr/bib.c) to 4.2.0-rc3 (src/usr/argp/wargp/bib.c). The CSV (3.2.0 and
later) never changed; the console lost its sections and footers with 3.6.0-rc1, which moved the protocol into the row.

A Value's name is the field it fills. No pattern matches a line break.
"""

from __future__ import annotations

from .template import Template

# Only the IPv6 side is resolved. Up to 3.3.5 a failing resolver writes its message, and a line break, before it.
CSV = Template(
    name="bib_csv",
    source=r"""
Value PROTOCOL (TCP|UDP|ICMP)
Value IPV6_ADDRESS ([^,\s]+)
Value IPV6_L4_ID ([^,\s]+)
Value IPV4_ADDRESS ([0-9.]+)
Value IPV4_L4_ID (\d+)
Value IS_STATIC ([01])
Value RESOLVER_ERROR (getnameinfo failed: [^\n]+)

Start
  ^${PROTOCOL},${IPV6_ADDRESS},${IPV6_L4_ID},${IPV4_ADDRESS},${IPV4_L4_ID},${IS_STATIC}$$ -> Record
  ^Protocol,IPv6 Address,IPv6 L4-ID,IPv4 Address,IPv4 L4-ID,Static\?$$
  ^${PROTOCOL},${RESOLVER_ERROR}$$ -> Unresolved
  ^$$
  ^. -> Error

Unresolved
  ^${IPV6_ADDRESS},${IPV6_L4_ID},${IPV4_ADDRESS},${IPV4_L4_ID},${IS_STATIC}$$ -> Record Start
  ^ -> Error
""",
)

# A footer of 3.x is a record of its own, with nothing but PROTOCOL and COUNT.
# 3.1 to 3.5 name the protocol before its rows; 3.6.0-rc1 and later in each row, and an empty table prints nothing.
CONSOLE = Template(
    name="bib_console",
    source=r"""
Value Filldown PROTOCOL (TCP|UDP|ICMP)
Value KIND (Static|Dynamic)
Value IPV4_ADDRESS ([0-9.]+)
Value IPV4_L4_ID (\d+)
Value IPV6_ADDRESS ([^#\s]+)
Value IPV6_L4_ID ([^#\s]+)
Value RESOLVER_ERROR (getnameinfo failed: [^\n]+)
Value COUNT (\d+)

Start
  ^\[${KIND} ${PROTOCOL}\] ${IPV4_ADDRESS}#${IPV4_L4_ID} - ${IPV6_ADDRESS}#${IPV6_L4_ID}$$ -> Record
  ^${PROTOCOL}:$$ -> Section
  ^$$
  ^. -> Error

Section
  ^\[${KIND}\] ${IPV4_ADDRESS}#${IPV4_L4_ID} - ${IPV6_ADDRESS}#${IPV6_L4_ID}$$ -> Record
  ^\[${KIND}\] ${IPV4_ADDRESS}#${IPV4_L4_ID} - ${RESOLVER_ERROR}$$ -> Unresolved
  ^  \(Fetched ${COUNT} entries\.\)$$ -> Record Start
  ^  \(empty\)$$ -> Start
  ^${PROTOCOL}:$$
  ^$$
  ^. -> Error

Unresolved
  ^${IPV6_ADDRESS}#${IPV6_L4_ID}$$ -> Record Section
  ^ -> Error
""",
    accepting=frozenset({"Start", "Section"}),
)
