# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The counters of Jool that grow when something goes wrong, and what to do then.

Not here are those that grow in a healthy translator: packets that were never meant for it, scans from outside, path MTU
discovery. Sources: NICMx/Jool v4.1.15 src/usr/nl/stats.c, src/mod/common/db/bib/db.c, src/mod/common/joold.c.
"""

from __future__ import annotations

from typing import NamedTuple


class Trouble(NamedTuple):
    """What a growing counter means.

    :ivar meaning: a clause that follows the number.
    :ivar remedy: a sentence.
    """

    meaning: str
    remedy: str


_PORTS = "See how full pool4 is for each protocol and mark, and which client holds most; then add addresses or ports."
_MEMORY = "See what takes the host's memory ('free', 'slabtop'), and whether sessions grow without bound."
_JOOLD = (
    "See whether the daemon runs ('jool session proxy', joold), whether its network carries the packets, and how far "
    "the members of the pair differ."
)

TROUBLE = {
    "JSTAT_UNKNOWN": Trouble(
        "TCP packets found no port in pool4 (or Jool met a state that it does not expect)", _PORTS
    ),
    "JSTAT_BIB6_NOT_FOUND": Trouble("UDP or ICMP packets found no port in pool4", _PORTS),
    "JSTAT_MASK_DOMAIN_NOT_FOUND": Trouble(
        "pool4 has nothing for the protocol and mark of these packets",
        "Compare the marks that the host's firewall sets with those of pool4, and see that it has all three protocols.",
    ),
    "JSTAT_ENOMEM": Trouble("the kernel had no memory for them", _MEMORY),
    "JSTAT64_PSKB_COPY": Trouble("the kernel had no memory for them", _MEMORY),
    "JSTAT46_PSKB_COPY": Trouble("the kernel had no memory for them", _MEMORY),
    "JSTAT_6056_F": Trouble("the kernel could not compute a port for them", _MEMORY),
    "JSTAT_SO_FULL": Trouble(
        "the queue of TCP connections that are opened from both sides is full",
        "See who opens connections that are never answered; 'maximum-simultaneous-opens' is the size of the queue.",
    ),
    "JSTAT_XLATOR_DISABLED": Trouble(
        "the instance is switched off", "Set 'manually-enabled' to true, once what it was switched off for is over."
    ),
    "JSTAT_POOL6_UNSET": Trouble("the instance has no pool6", "Set pool6, or remove the instance."),
    "JSTAT_FAILED_ROUTES": Trouble(
        "the host has no route for the translated packets",
        "See the routes of both families in the instance's network namespace, the default routes first.",
    ),
    "JSTAT_DST_OUTPUT": Trouble(
        "the kernel did not send the translated packets",
        "See the firewall of the host, the neighbours (ARP, ND) of its next hops, and the drops of its interfaces.",
    ),
    "JSTAT_HAIRPIN_LOOP": Trouble(
        "IPv6 packets come from an address of pool6 itself",
        "Find who sends from pool6: no client may have an address of it.",
    ),
    "JSTAT46_BAD_MTU": Trouble(
        "the interface that they leave by has an MTU below 1280",
        "Raise the MTU of the interfaces of the IPv6 side to 1280 at least.",
    ),
    "JSTAT64_6791_ENOENT": Trouble(
        "there is no IPv4 address to send ICMP errors from",
        "Give the host an IPv4 address, or set rfc6791v4-prefix (SIIT).",
    ),
    "JSTAT46_6791_ENOENT": Trouble(
        "there is no IPv6 address to send ICMP errors from",
        "Give the host an IPv6 address, or set rfc6791v6-prefix (SIIT).",
    ),
    "JSTAT_ICMP6ERR_FAILURE": Trouble(
        "ICMPv6 errors could not be sent, so clients do not learn the path's MTU",
        "See the routes back to the clients, and the firewall of the host.",
    ),
    "JSTAT_ICMP4ERR_FAILURE": Trouble(
        "ICMP errors could not be sent, so servers do not learn the path's MTU",
        "See the IPv4 routes of the host, and its firewall.",
    ),
    "JSTAT_JOOLD_SSS_ENOSPC": Trouble("sessions were dropped that the partner does not know now", _JOOLD),
    "JSTAT_JOOLD_MISSING_ACK": Trouble("sessions waited, since the daemon did not answer", _JOOLD),
}
