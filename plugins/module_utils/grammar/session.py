# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TextFSM templates for the session table: CSV, console, counts and the follow stream.

Sources: NICMx/Jool, the session printers of 3.1.0 to 4.2.0-rc3. Columns and order of the CSV never changed; the console
lost its sections and footers with 4.0. One template serves all releases of a format.

A Value's name is the field it fills. On the way of an ordinary record no pattern can match a line break, so that
records are found over many lines at once (see `record_loop`). What makes that quick: numbers have Values of their own,
apart from resolved names and services, and ``(?:...|)`` stands for ``(?:...)?``, which means the same.
"""

from __future__ import annotations

from .record_loop import Beginning
from .template import Template

_GROUP = "[0-9a-fA-F]{1,4}"

CLIENT_SUBNET = Beginning(
    "IPV6_REMOTE_ADDRESS",
    text=f"{_GROUP}:{_GROUP}:{_GROUP}:{_GROUP}:",
    # Four groups more, or fewer with zeros left out between, before or behind them (RFC 4291 2.2).
    rest=(
        f"(?:{_GROUP}:{_GROUP}:{_GROUP}:{_GROUP}"
        f"|:{_GROUP}|:(?:{_GROUP}(?::{_GROUP}){{1,2}}|)"
        f"|{_GROUP}:(?::(?:{_GROUP}(?::{_GROUP}|)|)|{_GROUP}:(?::(?:{_GROUP}|)|{_GROUP}::)))"
    ),
    characters="[0-9a-fA-F:.]",
)
"""The first 64 bits of a client's address, where its text has all of their groups; what makes an address of it is
looked at, and not kept."""

# TCP rows have a state, others have none: `records.session_block` holds each row to its own number of columns.
# 3.2 to 3.5 print the fraction of EXPIRES_IN as a plain count of milliseconds, later releases as three digits.
# The first rule is for numbers only; with resolved names a row takes the slower way of the third.
# Up to 3.3.5 a failing resolver writes its message, and a line break, into the middle of the row.
CSV = Template(
    name="session_csv",
    source=r"""
Value PROTOCOL (TCP|UDP|ICMP)
Value IPV6_REMOTE_ADDRESS ([0-9a-fA-F]*:[0-9a-fA-F:.]*)
Value IPV6_REMOTE_NAME ([^,\s]+)
Value IPV6_REMOTE_L4_ID ([0-9]+)
Value IPV6_REMOTE_SERVICE ([^,\s]+)
Value IPV6_LOCAL_ADDRESS ([0-9a-fA-F:.]+)
Value IPV6_LOCAL_L4_ID ([0-9]+)
Value IPV4_LOCAL_ADDRESS ([0-9.]+)
Value IPV4_LOCAL_L4_ID ([0-9]+)
Value IPV4_REMOTE_ADDRESS ([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)
Value IPV4_REMOTE_NAME ([^,\s]+)
Value IPV4_REMOTE_L4_ID ([0-9]+)
Value IPV4_REMOTE_SERVICE ([^,\s]+)
Value EXPIRES_IN ([0-9]+:[0-9][0-9]:[0-9][0-9](?:\.[0-9]+|))
Value STATE (ESTABLISHED|[A-Z0-9_]+)
Value RESOLVER_ERROR (getnameinfo failed: [^,\n]+)

Start
  ^${PROTOCOL},${IPV6_REMOTE_ADDRESS},${IPV6_REMOTE_L4_ID},${IPV6_LOCAL_ADDRESS},${IPV6_LOCAL_L4_ID},\
    ${IPV4_LOCAL_ADDRESS},${IPV4_LOCAL_L4_ID},${IPV4_REMOTE_ADDRESS},${IPV4_REMOTE_L4_ID},\
    ${EXPIRES_IN}(?:,${STATE}|)$$ -> Record
  ^Protocol,IPv6 Remote Address,IPv6 Remote L4-ID,IPv6 Local Address,IPv6 Local L4-ID,\
    IPv4 Local Address,IPv4 Local L4-ID,IPv4 Remote Address,IPv4 Remote L4-ID,Expires in,State$$
  ^${PROTOCOL},(?:${IPV6_REMOTE_ADDRESS}|${IPV6_REMOTE_NAME}),(?:${IPV6_REMOTE_L4_ID}|${IPV6_REMOTE_SERVICE}),\
    ${IPV6_LOCAL_ADDRESS},${IPV6_LOCAL_L4_ID},${IPV4_LOCAL_ADDRESS},${IPV4_LOCAL_L4_ID},\
    (?:${IPV4_REMOTE_ADDRESS}|${IPV4_REMOTE_NAME}),(?:${IPV4_REMOTE_L4_ID}|${IPV4_REMOTE_SERVICE}),\
    ${EXPIRES_IN}(?:,${STATE}|)$$ -> Record
  ^${PROTOCOL},${RESOLVER_ERROR}$$ -> ClientUnresolved
  ^${PROTOCOL},(?:${IPV6_REMOTE_ADDRESS}|${IPV6_REMOTE_NAME}),(?:${IPV6_REMOTE_L4_ID}|${IPV6_REMOTE_SERVICE}),\
    ${IPV6_LOCAL_ADDRESS},${IPV6_LOCAL_L4_ID},${IPV4_LOCAL_ADDRESS},${IPV4_LOCAL_L4_ID},\
    ${RESOLVER_ERROR}$$ -> ServerUnresolved
  ^$$
  ^. -> Error

ClientUnresolved
  ^(?:${IPV6_REMOTE_ADDRESS}|${IPV6_REMOTE_NAME}),(?:${IPV6_REMOTE_L4_ID}|${IPV6_REMOTE_SERVICE}),\
    ${IPV6_LOCAL_ADDRESS},${IPV6_LOCAL_L4_ID},${IPV4_LOCAL_ADDRESS},${IPV4_LOCAL_L4_ID},\
    (?:${IPV4_REMOTE_ADDRESS}|${IPV4_REMOTE_NAME}),(?:${IPV4_REMOTE_L4_ID}|${IPV4_REMOTE_SERVICE}),\
    ${EXPIRES_IN}(?:,${STATE}|)$$ -> Record Start
  ^(?:${IPV6_REMOTE_ADDRESS}|${IPV6_REMOTE_NAME}),(?:${IPV6_REMOTE_L4_ID}|${IPV6_REMOTE_SERVICE}),\
    ${IPV6_LOCAL_ADDRESS},${IPV6_LOCAL_L4_ID},${IPV4_LOCAL_ADDRESS},${IPV4_LOCAL_L4_ID},\
    ${RESOLVER_ERROR}$$ -> ServerUnresolved
  ^ -> Error

ServerUnresolved
  ^(?:${IPV4_REMOTE_ADDRESS}|${IPV4_REMOTE_NAME}),(?:${IPV4_REMOTE_L4_ID}|${IPV4_REMOTE_SERVICE}),\
    ${EXPIRES_IN}(?:,${STATE}|)$$ -> Record Start
  ^ -> Error
""",
)

# 3.x: sections ("TCP:") with footers that count; 4.x: rows between separators, nothing that names the protocol.
# A footer is a record of its own, with nothing but PROTOCOL and COUNT, so that the rows can be checked against it.
# The halves of a line are parted by one tab; text that went through a terminal has spaces there.
CONSOLE = Template(
    name="session_console",
    accepting=frozenset({"Start", "Entries"}),
    source=r"""
Value Filldown PROTOCOL (TCP|UDP|ICMP)
Value STATE (ESTABLISHED|[A-Z0-9_]+)
Value EXPIRES_IN ([0-9]+:[0-9][0-9]:[0-9][0-9](?:\.[0-9]+|)|\
    [0-9]+ hours, [0-9]+ minutes|[0-9]+ minutes, [0-9]+ seconds|[0-9]+ seconds|[0-9]+ milliseconds)
Value IPV4_REMOTE_ADDRESS ([0-9]+\.[0-9]+\.[0-9]+\.[0-9]+)
Value IPV4_REMOTE_NAME ([^#\s]+)
Value IPV4_REMOTE_L4_ID ([0-9]+)
Value IPV4_REMOTE_SERVICE ([^#\s]+)
Value IPV6_REMOTE_ADDRESS ([0-9a-fA-F]*:[0-9a-fA-F:.]*)
Value IPV6_REMOTE_NAME ([^#\s]+)
Value IPV6_REMOTE_L4_ID ([0-9]+)
Value IPV6_REMOTE_SERVICE ([^#\s]+)
Value IPV4_LOCAL_ADDRESS ([0-9.]+)
Value IPV4_LOCAL_L4_ID ([0-9]+)
Value IPV6_LOCAL_ADDRESS ([0-9a-fA-F:.]+)
Value IPV6_LOCAL_L4_ID ([0-9]+)
Value RESOLVER_ERROR (getnameinfo failed: [^\n]+)
Value COUNT ([0-9]+)

Start
  ^-{33}[ \t]*$$ -> Entries
  ^${PROTOCOL}:[ \t]*$$
  ^[ \t]*$$
  ^. -> Error

Entries
  ^(?:\(${STATE}\) |)Expires in ${EXPIRES_IN}[ \t]*$$ -> Remote
  ^ *\(Fetched ${COUNT} entries\.\)[ \t]*$$ -> Record Start
  ^ *\(empty\)[ \t]*$$ -> Start
  ^${PROTOCOL}:[ \t]*$$ -> Start
  ^-{33}[ \t]*$$
  ^[ \t]*$$
  ^. -> Error

Remote
  ^Remote: ${IPV4_REMOTE_ADDRESS}#${IPV4_REMOTE_L4_ID}[ \t]+${IPV6_REMOTE_ADDRESS}#${IPV6_REMOTE_L4_ID}[ \t]*$$ -> Local
  ^Remote: (?:${IPV4_REMOTE_ADDRESS}|${IPV4_REMOTE_NAME})#(?:${IPV4_REMOTE_L4_ID}|${IPV4_REMOTE_SERVICE})[ \t]+\
    (?:${IPV6_REMOTE_ADDRESS}|${IPV6_REMOTE_NAME})#(?:${IPV6_REMOTE_L4_ID}|${IPV6_REMOTE_SERVICE})[ \t]*$$ -> Local
  ^Remote: (?:${IPV4_REMOTE_ADDRESS}|${IPV4_REMOTE_NAME})#(?:${IPV4_REMOTE_L4_ID}|${IPV4_REMOTE_SERVICE})[ \t]+\
    ${RESOLVER_ERROR}$$ -> ClientUnresolved
  ^Remote: ${RESOLVER_ERROR}$$ -> ServerUnresolved
  ^ -> Error

ServerUnresolved
  ^(?:${IPV4_REMOTE_ADDRESS}|${IPV4_REMOTE_NAME})#(?:${IPV4_REMOTE_L4_ID}|${IPV4_REMOTE_SERVICE})[ \t]+\
    (?:${IPV6_REMOTE_ADDRESS}|${IPV6_REMOTE_NAME})#(?:${IPV6_REMOTE_L4_ID}|${IPV6_REMOTE_SERVICE})[ \t]*$$ -> Local
  ^(?:${IPV4_REMOTE_ADDRESS}|${IPV4_REMOTE_NAME})#(?:${IPV4_REMOTE_L4_ID}|${IPV4_REMOTE_SERVICE})[ \t]+\
    ${RESOLVER_ERROR}$$ -> ClientUnresolved
  ^ -> Error

ClientUnresolved
  ^(?:${IPV6_REMOTE_ADDRESS}|${IPV6_REMOTE_NAME})#(?:${IPV6_REMOTE_L4_ID}|${IPV6_REMOTE_SERVICE})[ \t]*$$ -> Local
  ^ -> Error

Local
  ^Local: ${IPV4_LOCAL_ADDRESS}#${IPV4_LOCAL_L4_ID}[ \t]+${IPV6_LOCAL_ADDRESS}#${IPV6_LOCAL_L4_ID}[ \t]*$$ -> Separator
  ^ -> Error

Separator
  ^-{33}[ \t]*$$ -> Record Entries
  ^ -> Error
""",
)

# 3.1.0 to 3.4.6 name the protocol, 3.5 prints bare numbers in the order TCP, UDP, ICMP of those asked for.
COUNT = Template(
    name="session_count",
    source=r"""
Value PROTOCOL (TCP|UDP|ICMP)
Value COUNT ([0-9]+)

Start
  ^(?:${PROTOCOL}: )?${COUNT}$$ -> Record
  ^$$
  ^. -> Error
""",
)

# 4.1.13 and later; eight columns, no header, neither state nor the IPv6 side's destination.
FOLLOW = Template(
    name="session_follow",
    source=r"""
Value PROTOCOL (TCP|UDP|ICMP)
Value IPV6_REMOTE_ADDRESS ([0-9a-fA-F:.]+)
Value IPV6_REMOTE_L4_ID ([0-9]+)
Value IPV4_LOCAL_ADDRESS ([0-9.]+)
Value IPV4_LOCAL_L4_ID ([0-9]+)
Value IPV4_REMOTE_ADDRESS ([0-9.]+)
Value IPV4_REMOTE_L4_ID ([0-9]+)
Value EXPIRES_IN ([0-9]+:[0-9][0-9]:[0-9][0-9](?:\.[0-9]+|))

Start
  ^${PROTOCOL},${IPV6_REMOTE_ADDRESS},${IPV6_REMOTE_L4_ID},${IPV4_LOCAL_ADDRESS},${IPV4_LOCAL_L4_ID},\
    ${IPV4_REMOTE_ADDRESS},${IPV4_REMOTE_L4_ID},${EXPIRES_IN}$$ -> Record
  ^Commands parsed successfully; switching to syslog\.$$
  ^See journalctl for error messages from now on\.$$
  ^$$
  ^. -> Error
""",
)
