#!/usr/bin/python
# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: jool_session_lookup
short_description: Look up who holds or held a transport address of a NAT64
version_added: 0.2.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Answers who is behind an IPv4 address and port of pool4 now, by asking many translators at once over SSH (O(hosts)), and
    likewise which sessions a client has (O(clients)), or who talks to an address (O(peers)).
  - Answers who was behind it at a past time, from the session tables that M(nat64.jool.jool_fleet_session_info) has stored
    (O(store)), or from the lines that Jool writes to the kernel's log where C(logging-bib) is on (O(logs)).
  - It never guesses. A client is V(known) where a table was being read at that time, where its session had longer to live when the
    table before was read, where the same binding is in the tables before and after, or where the log says so. Else the verdict is
    V(unknown), with the reason, and with those who may have been it.
  - For TCP, a session counts for four minutes after it was seen and not for the two hours that it may last, since it can be closed at any
    time and is gone four minutes later (RFC 6146, 3.5.2.2).
  - The answer is personal data. Use C(no_log) where the output of a play is kept.
options:
  address:
    description: The IPv4 address of pool4.
    type: str
  l4_id:
    description: The port, or for ICMP the identifier. Goes with O(address).
    type: int
  protocols:
    description: The protocols that it may have been. A port of UDP and the same port of TCP are two clients' as a rule.
    type: list
    elements: str
    choices: [tcp, udp, icmp]
    default: [tcp, udp, icmp]
  clients:
    description:
      - IPv6 addresses or prefixes of clients whose sessions are wanted. With O(hosts) only.
      - Where several of O(address), O(clients) and O(peers) are given, a session must fit all of them.
    type: list
    elements: str
  peers:
    description: IPv4 or IPv6 addresses or prefixes of those that clients talk to. With O(hosts) only.
    type: list
    elements: str
  at:
    description:
      - The time, in ISO 8601 and with its time zone, such as V(2026-11-26T06:20:12Z) or V(2026-11-26T08:20:12+02:00).
      - Jool's log knows seconds, a table the time from when to when it was read.
      - Goes with O(store) and O(logs). Hosts are asked for now.
    type: str
  hosts:
    description:
      - Hosts of the inventory to ask now, by their names or by patterns, as for O(nat64.jool.jool_fleet_session_info#module:hosts). The
        way there is that of the inventory's SSH connection, and C(become) of this task holds.
    type: list
    elements: str
  store:
    description: The store, on the controller.
    type: path
  logs:
    description: Logs of kernels, on the controller.
    type: list
    elements: dict
    suboptions:
      host:
        description: The translator whose logs these are.
        type: str
        required: true
      paths:
        description:
          - Its logs, in any order. They may overlap, and may have lines of other programs.
          - What ends in C(.gz) or C(.xz) is unpacked.
        type: list
        elements: path
        required: true
  patience:
    description: Seconds to wait for an audit that is written to the store.
    type: float
    default: 30.0
  concurrency:
    description: How many of O(hosts) are asked at the same time.
    type: int
    default: 50
  timeout:
    description: Seconds that a host may take, each time that it is tried. V(0) is no limit.
    type: float
    default: 120.0
  retries:
    description: How often a host is asked again that refused the connection, lost it, or did not open it in time.
    type: int
    default: 2
  jool_path:
    description: The name or path of Jool's tool on the hosts.
    type: str
    default: jool
extends_documentation_fragment:
  - nat64.jool.attributes
attributes:
  action:
    support: full
  async:
    support: none
  check_mode:
    support: full
    details: Nothing is changed, so that check mode makes no difference.
  diff_mode:
    support: N/A
  facts:
    support: none
  platform:
    support: full
    platforms: posix
    details: The controller, and SSH to the hosts that are asked.
seealso:
  - module: nat64.jool.jool_fleet_session_info
  - module: nat64.jool.jool_session_facts
"""

EXAMPLES = r"""
- name: Who was behind this port?
  nat64.jool.jool_session_lookup:
    address: 198.51.100.7
    l4_id: 61005
    protocols: [udp]
    at: "2026-11-26T06:20:12Z"
    store: /var/lib/nat64/sessions.db
  register: abuse

- name: Who is behind it now, on any of the translators?
  nat64.jool.jool_session_lookup:
    address: 198.51.100.7
    l4_id: 61005
    hosts: nat64
  become: true
  register: live

- name: What does this customer do?
  nat64.jool.jool_session_lookup:
    clients: ["2001:db8:64:1::/64"]
    hosts: nat64
  become: true

- name: Who talks to this server?
  nat64.jool.jool_session_lookup:
    peers: [203.0.113.80]
    hosts: nat64
  become: true

- name: Say it
  ansible.builtin.debug:
    var: abuse.lookup.sentence

- name: The same from the logs that two translators keep
  nat64.jool.jool_session_lookup:
    address: 198.51.100.7
    l4_id: 61005
    at: "2026-11-26T08:20:12+02:00"
    logs:
      - host: edge1
        paths: [/srv/logs/edge1/kern.log, /srv/logs/edge1/kern.log.1.gz]
      - host: edge2
        paths: [/srv/logs/edge2/kern.log]
"""

RETURN = r"""
lookup:
  description: The answer.
  returned: success
  type: dict
  contains:
    address:
      description: The address that was asked for, V(none) where none was.
      type: str
      returned: always
      sample: 198.51.100.7
    l4_id:
      description: The port or identifier, likewise.
      type: int
      returned: always
      sample: 61005
    protocols:
      description: The protocols.
      type: list
      elements: str
      returned: always
    clients:
      description: The clients that were asked for.
      type: list
      elements: str
      returned: always
    peers:
      description: The peers that were asked for.
      type: list
      elements: str
      returned: always
    at:
      description: The time in UTC. With O(hosts), when the first of them was asked, V(none) where none answered.
      type: str
      returned: always
      sample: "2026-11-26T06:20:12Z"
    verdict:
      description:
        - V(known), V(nobody) where nobody had it, V(unknown), or V(outside_pools) where no pool of the translators has the address.
        - Where a host did not answer and no other one has it, it is V(unknown).
      type: str
      returned: always
      sample: known
    holders:
      description: Who it was; where that is not known, who it may have been.
      type: list
      elements: dict
      returned: always
      contains:
        protocol:
          description: V(tcp), V(udp) or V(icmp).
          type: str
          returned: always
        ipv6_remote_address:
          description: The client's address.
          type: str
          returned: always
          sample: "2001:db8:1::5"
        ipv6_remote_l4_id:
          description: The client's port or identifier.
          type: int
          returned: always
        reason:
          description:
            - Why it is known. V(now) (it has a session), V(static) (it is bound by configuration), V(in_table), V(lasting),
              V(before_and_after), V(mapped) (the log gave it the address) or V(lost_later) (the log only took it back).
              V(none) where it is not.
          type: str
          returned: always
    sessions:
      description:
        - With O(hosts), the sessions that fit, as in
          RV(nat64.jool.jool_session_facts#module:ansible_facts.jool_sessions.instances[].sessions), with
          C(host), C(netns), C(instance), and C(static), whether the binding is configured. At most 10,000 of each instance.
        - Empty with O(store) and O(logs).
      type: list
      elements: dict
      returned: always
    bindings:
      description: With O(hosts), configured bindings that fit, with or without a session. Not for O(peers).
      type: list
      elements: dict
      returned: always
    hosts:
      description: The hosts that answered, with C(host) and C(gathered_at).
      type: list
      elements: dict
      returned: always
    missing:
      description: The hosts that did not tell all, with C(host) and C(message).
      type: list
      elements: dict
      returned: always
    evidence:
      description:
        - From a store, for each instance with this address C(host), C(netns), C(instance), C(before) and C(after), the tables around
          that time with C(began), C(ended) and C(sessions).
        - From logs, for each translator C(host), C(lines) (of Jool about bindings), C(first), C(last) and C(events).
      type: list
      elements: dict
      returned: always
    sentence:
      description: The answer in words.
      type: str
      returned: always
error:
  description: What kept the question from being answered.
  returned: failure, where it is no mistake in the options
  type: dict
  contains:
    condition:
      description: A name for the condition, for example V(StoreLocked) or V(LogDamaged).
      type: str
    host:
      description: Empty here.
      type: str
    command:
      description: Empty here.
      type: str
    exit_status:
      description: Empty here.
      type: int
    output:
      description: Empty here.
      type: str
    message:
      description: A sentence that names the file and the reason.
      type: str
"""

# The work is done by the action plugin of this name, on the controller.
