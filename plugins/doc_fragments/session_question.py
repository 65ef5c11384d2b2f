# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that say what a host is asked, the same wherever a host is asked."""

from __future__ import annotations


class ModuleDocFragment:
    """See `module_utils.session_facts_options.QUESTION_SPEC`."""

    DOCUMENTATION = r"""
options:
  protocols:
    description:
      - The tables to ask for. Jool 4 is asked once for each.
    type: list
    elements: str
    choices: [tcp, udp, icmp]
    default: [tcp, udp, icmp]
  instances:
    description:
      - Names of the instances to ask. An instance that does not exist is an error.
      - Left out, all instances are asked that C(jool instance display) lists.
      - Releases before 3.6 have one instance without a name; it is called V(default) here.
    type: list
    elements: str
  netns:
    description:
      - Network namespaces to look for instances in, by the names that C(ip netns list) shows. An empty string stands for
        the namespace that the connection ends in. A namespace without an instance is an error.
      - Left out, the host's own namespace is asked, and then the named ones, until every listed instance was met.
    type: list
    elements: str
  numeric:
    description:
      - Whether to have numbers, and not names. With V(false) the host looks up the names of the remote ends, row by row,
        which takes long and can fail.
      - A name never sits in the field of an address or an L4-ID. These are then V(none), and the name has its own field.
    type: bool
    default: true
  filters:
    description:
      - Which sessions are counted, returned and written. A session must fulfil every filter that is given, and a filter is
        fulfilled by one of its values.
      - The use of pool4 is always that of all sessions.
    type: dict
    suboptions:
      states:
        description: States of TCP, as Jool names them.
        type: list
        elements: str
        choices: [ESTABLISHED, V4_INIT, V6_INIT, V4_FIN_RCV, V6_FIN_RCV, V4_FIN_V6_FIN_RCV, TRANS, CLOSED, UNKNOWN]
      ipv6_remote_address:
        description: Addresses or prefixes of IPv6 clients.
        type: list
        elements: str
      ipv6_local_address:
        description: Addresses or prefixes that clients talk to, within pool6.
        type: list
        elements: str
      ipv4_local_address:
        description: Addresses or prefixes of pool4.
        type: list
        elements: str
      ipv4_remote_address:
        description: Addresses or prefixes of IPv4 servers.
        type: list
        elements: str
      ipv6_remote_l4_id:
        description: Ports (or ICMP identifiers) of IPv6 clients.
        type: list
        elements: int
      ipv6_local_l4_id:
        description: Ports (or ICMP identifiers) that clients talk to.
        type: list
        elements: int
      ipv4_local_l4_id:
        description: Ports (or ICMP identifiers) of pool4 addresses.
        type: list
        elements: int
      ipv4_remote_l4_id:
        description: Ports (or ICMP identifiers) of IPv4 servers.
        type: list
        elements: int
      expires_before:
        description: Sessions with less than this many seconds left.
        type: float
      expires_after:
        description: Sessions with at least this many seconds left.
        type: float
  client_prefix_length:
    description: Bits of an IPv6 address that make a client, for the list of the busiest ones.
    type: int
    default: 64
  top_clients:
    description: The length of the lists of the busiest clients, destinations and services.
    type: int
    default: 10
  jool_path:
    description: The name or path of Jool's tool on the host.
    type: str
    default: jool
"""
