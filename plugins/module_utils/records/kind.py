# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two kinds of translator."""

from __future__ import annotations

NAT64, SIIT = "nat64", "siit"

KINDS = (NAT64, SIIT)

TOOLS = {NAT64: "jool", SIIT: "jool_siit"}
"""Kind of translator to the name of its tool, which is that of its kernel module, too."""
