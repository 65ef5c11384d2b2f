# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page that is fetched through a translator from a web server which knows IPv4 only."""

from __future__ import annotations

from ansible_collections.nat64.jool.tests.integration.guests import Guest

FETCH = 'exec 3<>"/dev/tcp/$0/80"; printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3; head -n 1 <&3'
"""In bash's words, which starts sooner on an emulated processor than any program that speaks HTTP."""


def fetches(guest: Guest, address: str = "64:ff9b::198.51.100.5", namespace: str = "client6") -> bool:
    """Whether the page comes."""
    command = ("ip", "netns", "exec", namespace, "timeout", "10", "bash", "-c", FETCH, address)
    return guest.run(*command, check=False).startswith("HTTP/1.0 200 OK")
