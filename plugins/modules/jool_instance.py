#!/usr/bin/python
# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: jool_instance
short_description: Bring an instance of Jool to its desired state
version_added: 0.2.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Creates, changes and removes one instance of Jool, a NAT64 or a SIIT, and changes what differs and nothing else.
  - Reads what runs, makes a plan, shows it as a difference, carries it out, reads back and compares. A second run changes nothing. Order,
    case and notation make no difference - ranges that touch, timeouts in any notation, addresses in any spelling.
  - Everything is checked before the host is touched, by the kernel's own rules, and every complaint names its entry.
  - What fails half way, and what a verification finds wrong, is taken back. The former configuration runs again, or the error
    V(NotRestored) says that it does not.
  - The kernel module must be loaded. What is configured here is gone after a reboot; O(state=rendered) gives the file that a unit loads.
options:
  name:
    description: The name of the instance, 1 to 15 printable ASCII characters. Left out, it is V(default).
    type: str
    aliases: [instance]
  netns:
    description: The network namespace, as C(ip netns list) shows it. Left out, it is the one that the connection ends in.
    type: str
  translator:
    description: What the instance is. Left out, it is V(nat64).
    type: str
    choices: [nat64, siit]
  framework:
    description:
      - How packets come to the instance. A new instance has V(netfilter) when this is left out.
      - Jool cannot change it of an instance; see O(recreate).
    type: str
    choices: [netfilter, iptables]
  global:
    description:
      - Global parameters, by Jool's names, with underscores, hyphens or blanks between words. See C(docs/instance.md) for all of them with type,
        range, default and the releases that have them.
      - A timeout is a number of seconds, or a text such as C(2:04:00), C(5:00) or C(0:04:00.500).
      - C(pool6) is needed for a new NAT64. Jool cannot change it of an existing one; see O(recreate).
      - A parameter that is not named stays as it is. With O(purge), it gets its default.
    type: dict
  pool4:
    description:
      - The IPv4 transport addresses of a NAT64.
      - Keys of an entry are C(protocol) (C(tcp), C(udp), C(icmp)) and C(prefix), and optionally C(port_range) (C(61001-65535) when left out),
        C(mark) (C(0) when left out, at most 2147483647) and C(max_iterations) (a number, C(auto) or C(infinity)).
      - C(max_iterations) belongs to all ranges of a protocol and mark. Left out, it stays as it is, and with O(purge) it is C(auto).
    type: list
    elements: dict
  bib:
    description:
      - The static entries of the BIB of a NAT64.
      - Keys of an entry are C(protocol), C(ipv6_address) and C(ipv4_address), both written C(address#port). The latter must belong to pool4.
    type: list
    elements: dict
  eamt:
    description:
      - The explicit address mappings of a SIIT.
      - Keys of an entry are C(ipv6_prefix) and C(ipv4_prefix). One mapping must not be inside another, unless O(force).
    type: list
    elements: dict
  denylist4:
    description: The IPv4 prefixes that a SIIT does not translate.
    type: list
    elements: str
    aliases: [blacklist4]
  config:
    description:
      - A whole configuration in one dictionary, such as a C(jool.conf) as it is, or C(config) of an instance in the facts of this collection.
      - Keys are those of the options above, in Jool's spelling or in this one. Comments are passed over. Options beside it win.
    type: dict
  state:
    description:
      - V(present) has the instance as it is described.
      - V(absent) has no such instance, whatever it is configured like. Every session of it is dropped.
      - V(rendered) gives Jool's own file for it, checked, and asks no host.
    type: str
    choices: [present, absent, rendered]
    default: present
  purge:
    description:
      - With V(false), what is listed is there, and what is not listed stays.
      - With V(true), each of O(pool4), O(bib), O(eamt) and O(denylist4) that is given is exact, an empty list empties the table, and
        parameters that O(global) does not name get their defaults.
      - In either case a table that is left out is not touched, nor are parameters when O(global) is left out.
    type: bool
    default: false
  recreate:
    description:
      - Whether a new instance may take the place of the old one, where C(pool6) of a NAT64 or O(framework) changes. This drops every session;
        RV(sessions_dropped) says how many. What is not described is taken over from the old one.
    type: bool
    default: false
  atomic:
    description:
      - Whether an existing instance is changed by one C(file handle), at one moment. This resets its statistics, while sessions live on, so
        that C(JSTAT_SESSIONS) and C(JSTAT_BIB_ENTRIES) are wrong from then on. Static BIB entries are changed by commands all the same.
      - With V(false), it is changed by single commands, which keep the statistics.
    type: bool
    default: false
  drop_sessions:
    description:
      - Whether sessions may be dropped where a range leaves pool4 or a static BIB entry is removed.
      - With V(false), the sessions of a range that leaves pool4 stay in the table until they expire, although Jool takes no more IPv4 packets for them,
        and a static entry that has sessions is not removed but an error.
    type: bool
    default: false
  force:
    description:
      - Whether to have what Jool has to be forced to - bits 64 to 71 of pool6 that are not zero, prefixes in pool4 shorter than /24, mappings
        that overlap, denylist4 prefixes that are never translated anyway, and (4.1.15 and later) ports that the host sends from itself.
    type: bool
    default: false
  verify:
    description:
      - What must work after a change. If it does not, the former configuration is put back and the task fails.
      - Nothing is verified when nothing changed, and in check mode.
    type: dict
    suboptions:
      command:
        description: A command, as a list of words, that is run on the host and must end with exit status 0.
        type: list
        elements: str
      url:
        description: A URL that is fetched through the translator, from the controller; with O(transport=host) from the host.
        type: str
      tries:
        description: How often it is tried at most.
        type: int
        default: 3
      delay:
        description: Seconds between two tries.
        type: float
        default: 1.0
      timeout:
        description: Seconds that one try may take.
        type: float
        default: 10.0
  release:
    description: The release of Jool to render for, with O(state=rendered). Left out, it is the newest that this collection knows.
    type: str
  transport:
    description:
      - V(connection) uses the connection of the task, with C(become). The host needs C(jool) and a shell, no Python.
      - V(ssh) opens an SSH connection of its own from the controller with Paramiko, to the place and as the user that the inventory says.
      - V(host) runs this module on the host, which needs Python and TextFSM.
    type: str
    choices: [connection, ssh, host]
    default: connection
  jool_path:
    description: The name or path of Jool's tool on the host. Left out, it is C(jool) or, for a SIIT, C(jool_siit).
    type: str
  timeout:
    description: Seconds that each execution on the host may take. V(0) is no limit.
    type: float
    default: 60.0
requirements:
  - Jool 4.0 or later on the host, its kernel module loaded, and the right to change it (C(become), since that needs CAP_NET_ADMIN)
  - TextFSM (Python library) on the controller, or on the host with O(transport=host)
  - Paramiko (Python library) on the controller with O(transport=ssh)
notes:
  - Single commands go to the host as one execution, which takes back what it did when one of them fails. It runs to its end there, also
    when the connection breaks or the controller is killed. C(docs/instance.md) says which change is made in which way and what it loses.
seealso:
  - name: Jool's configuration file
    description: What C(file handle) reads.
    link: https://nicmx.github.io/Jool/en/config-atomic.html
  - name: RFC 6052
    description: Addresses of translators, section 2.2 for the lengths of pool6.
    link: https://www.rfc-editor.org/rfc/rfc6052
  - name: RFC 7757
    description: Explicit address mappings.
    link: https://www.rfc-editor.org/rfc/rfc7757
extends_documentation_fragment:
  - nat64.jool.attributes
attributes:
  check_mode:
    support: full
    details:
      - The host is read and the plan is made, with all checks. Nothing is changed.
  diff_mode:
    support: full
  facts:
    support: none
  platform:
    support: full
    platforms: linux
  action:
    support: full
  async:
    support: none
"""

EXAMPLES = r"""
- name: A NAT64
  nat64.jool.jool_instance:
    name: edge
    global:
      pool6: 64:ff9b::/96
      tcp_est_timeout: "2:04:00"
    pool4:
      - {protocol: tcp, prefix: 198.51.100.1, port_range: 61001-65535}
      - {protocol: udp, prefix: 198.51.100.1, port_range: 61001-65535}
      - {protocol: icmp, prefix: 198.51.100.1, port_range: 0-65535}
    bib:
      - {protocol: tcp, ipv6_address: "2001:db8::10#443", ipv4_address: "198.51.100.1#61443"}
    purge: true
    verify:
      url: "http://[64:ff9b::198.51.100.80]/"
  become: true

- name: What would change, were a jool.conf applied as it is
  nat64.jool.jool_instance:
    config: "{{ lookup('ansible.builtin.file', 'jool.conf') | from_json }}"
    purge: true
  become: true
  check_mode: true
  diff: true

- name: Another pool6, and never mind the sessions
  nat64.jool.jool_instance:
    name: edge
    global:
      pool6: 2001:db8:64::/96
    recreate: true
  become: true

- name: A SIIT in a network namespace
  nat64.jool.jool_instance:
    name: blue
    netns: blue
    translator: siit
    eamt:
      - {ipv6_prefix: "2001:db8:1::/120", ipv4_prefix: 192.0.2.0/24}
    denylist4: [198.51.100.0/24]
  become: true

- name: The file for a unit that loads it at boot
  nat64.jool.jool_instance:
    name: edge
    global:
      pool6: 64:ff9b::/96
    release: 4.1.9
    state: rendered
  register: edge

- name: No such instance
  nat64.jool.jool_instance:
    name: edge
    state: absent
  become: true
"""

RETURN = r"""
release:
  description: The release of Jool on the host, or the one that was rendered for.
  returned: success
  type: str
  sample: 4.1.9
plan:
  description: The steps, in their order. In check mode they were not taken. Beside an error, those that were to be taken.
  returned: when a host was asked
  type: list
  elements: str
  sample: ["set udp-timeout from 0:05:00 to 0:06:00"]
diff:
  description: The configuration before and after, one thing a line.
  returned: when a host was asked
  type: dict
  contains:
    before:
      description: What runs.
      type: str
      returned: always
    after:
      description: What is to run.
      type: str
      returned: always
    before_header:
      description: A title.
      type: str
      returned: always
    after_header:
      description: A title.
      type: str
      returned: always
before:
  description: What ran, in the shape of the options; V(none) where there was no instance. C(bib) is V(none) where nobody had to look at it.
  returned: success, when a host was asked
  type: dict
after:
  description: What runs now, in the same shape; V(none) for an instance that was removed. In check mode, what would run.
  returned: success, when a host was asked
  type: dict
sessions_dropped:
  description: Sessions that the change drops, counted before it.
  returned: success, when a host was asked
  type: int
  sample: 0
sessions_stranded:
  description: Sessions that stay in the table although their range leaves pool4, counted before the change.
  returned: success, when a host was asked
  type: int
  sample: 0
rendered:
  description: Jool's file as a dictionary, with Jool's keys.
  returned: with O(state=rendered)
  type: dict
rendered_text:
  description: Jool's file as text, the same for the same configuration.
  returned: with O(state=rendered)
  type: str
error:
  description: What went wrong, for a playbook to test.
  returned: failure
  type: dict
  contains:
    condition:
      description:
        - One name for each condition. Before any change it is V(ConfigurationInvalid), V(NotChangeable), V(WouldDropSessions), or one of those of
          M(nat64.jool.jool_session_facts). V(ChangeFailed), V(ChangeNotTaken) and V(ProbeFailed) mean that a change was taken back,
          V(NotRestored) that it could not be.
      type: str
      returned: always
      sample: ConfigurationInvalid
    host:
      description: The host.
      type: str
      returned: always
      sample: edge1
    command:
      description: The command, empty where none was run.
      type: str
      returned: always
      sample: jool -i edge pool4 add --tcp 192.0.2.1/32 1-2 --mark 0
    exit_status:
      description: Its exit status, V(none) where there is none.
      type: int
      returned: always
      sample: 22
    output:
      description: What the command said about it.
      type: str
      returned: always
    message:
      description: The same as C(msg).
      type: str
      returned: always
"""

from http.client import HTTPException
from typing import Any

from ansible.module_utils import urls
from ansible.module_utils.basic import AnsibleModule

from ansible_collections.nat64.jool.plugins.module_utils.config.plan import Plan
from ansible_collections.nat64.jool.plugins.module_utils.errors import JoolError
from ansible_collections.nat64.jool.plugins.module_utils.instance_options import (
    ARGUMENT_SPEC,
    apply,
    failed_result,
    render,
    request,
)
from ansible_collections.nat64.jool.plugins.module_utils.transport.host import HostTransport


def fetch(url: str, timeout: float) -> None:
    """Fetch a URL; whatever fails, a status that is no success among it, is an OSError or a ValueError."""
    try:
        with urls.open_url(url, timeout=timeout) as answer:
            answer.read(1)
    except (urls.ConnectionError, HTTPException) as error:  # the former is Ansible's own, which is no OSError
        raise OSError(str(error)) from error


def converge_here(module: AnsibleModule, plans: list[Plan]) -> dict[str, Any]:
    """The result for the machine that this runs on."""
    if module.params["state"] == "rendered":
        return render(module.params)
    asked = request(module.params, check=module.check_mode)
    return apply(HostTransport(), module.params, asked, fetch, plans.append)


def main() -> None:
    """Bring the instance to its state."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    plans: list[Plan] = []
    try:
        result = converge_here(module, plans)
    except JoolError as error:
        module.fail_json(**failed_result(error, plans))
    for warning in result.pop("warnings", []):
        module.warn(warning)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
