# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether firewalld takes Jool's modules away when it stops: Jool hangs on nf_defrag_ipv4 and nf_defrag_ipv6, and
firewalld unloads what belongs to the firewall with all that hangs on it (NICMx/Jool issue 382).

Source: firewalld.conf(5).
"""

from __future__ import annotations

import re

from .programs import Programs

PATH = "/etc/firewalld/firewalld.conf"

_OPTION = re.compile(r"\s*CleanupModulesOnExit\s*=\s*(?P<value>\w+)\s*", re.IGNORECASE)


def read_cleanup(text: str) -> bool:
    """Whether this firewalld.conf says so. Releases that have the option write it into their file, so one without it
    says nothing; the last line counts."""
    values = [match["value"].lower() for match in map(_OPTION.fullmatch, text.splitlines()) if match]
    return bool(values) and values[-1] in ("yes", "true")


def unloads_modules(programs: Programs) -> bool:
    """Whether firewalld is there and set to unload modules."""
    text = programs.file(PATH)
    return text is not None and read_cleanup(text)
