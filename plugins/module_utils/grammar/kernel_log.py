# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The TextFSM template of what Jool writes to the kernel's log where `logging-bib` or `logging-session` is on.

Source: NICMx/Jool, `log_bib` and `log_session` of 3.5.8 to 4.2.0-rc3. Releases before 4.0 leave out the instance.
Numbers of dates and times have no leading zeros. What a logger puts before ``Jool:`` is passed over, with its own time.
"""

from __future__ import annotations

from .template import Template

KERNEL_LOG = Template(
    name="kernel_log",
    source=r"""
Value INSTANCE (\S[\S ]*?)
Value DATE ([0-9]+/[0-9]+/[0-9]+)
Value TIME ([0-9]+:[0-9]+:[0-9]+)
Value ACTION (Mapped|Forgot|Added session|Forgot session)
Value IPV6_REMOTE_ADDRESS ([0-9a-f]*:[0-9a-f:.]*)
Value IPV6_REMOTE_L4_ID ([0-9]+)
Value IPV6_LOCAL_ADDRESS ([0-9a-f]*:[0-9a-f:.]*)
Value IPV6_LOCAL_L4_ID ([0-9]+)
Value IPV4_LOCAL_ADDRESS ([0-9.]+)
Value IPV4_LOCAL_L4_ID ([0-9]+)
Value IPV4_REMOTE_ADDRESS ([0-9.]+)
Value IPV4_REMOTE_L4_ID ([0-9]+)
Value PROTOCOL (TCP|UDP|ICMP)

Start
  ^[\S \t]*?Jool: (?:${INSTANCE} |)${DATE} ${TIME} \(GMT\) - ${ACTION} ${IPV6_REMOTE_ADDRESS}#${IPV6_REMOTE_L4_ID} to \
    ${IPV4_LOCAL_ADDRESS}#${IPV4_LOCAL_L4_ID} \(${PROTOCOL}\)$$ -> Record
  ^[\S \t]*?Jool: (?:${INSTANCE} |)${DATE} ${TIME} \(GMT\) - ${ACTION} ${IPV6_REMOTE_ADDRESS}#${IPV6_REMOTE_L4_ID}\|\
    ${IPV6_LOCAL_ADDRESS}#${IPV6_LOCAL_L4_ID}\|${IPV4_LOCAL_ADDRESS}#${IPV4_LOCAL_L4_ID}\|\
    ${IPV4_REMOTE_ADDRESS}#${IPV4_REMOTE_L4_ID}\|${PROTOCOL}$$ -> Record
  ^$$
  ^. -> Error
""",
)
