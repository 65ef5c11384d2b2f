#!/usr/bin/python
# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: jool_session_facts
short_description: Gather the sessions of Jool NAT64 translators as facts
version_added: 0.1.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Asks the NAT64 instances of a host for their session tables and returns counts, a summary or the rows themselves.
  - The release of Jool (3.1 to 4.2) and the way it wants to be asked are found out. The same session gives the same
    record whatever the release and the format.
  - Nothing that failed is ever counted as zero. A table that was cut short, and a line that is not known, fail the task
    for that host.
  - Rows are personal data. They are returned only when asked for, and then capped. Full tables go to a file with O(dest).
options:
  gather_subset:
    description:
      - V(counts) are the sessions for each protocol and TCP state, and always there. With nothing else, Jool 3 is asked to
        count by itself.
      - V(summary) adds sessions for each pool4 address and mark, the use of pool4, the busiest clients, and what they are
        to be read with, the counters of the kernel and some global parameters.
      - V(details) adds destinations, services, how long sessions have left, and, together with V(summary), whether the
        addresses of each row belong together. It takes about twice the time of V(summary).
      - V(bib) adds, together with V(summary), the number of BIB entries. It reads a second table that is about as long as
        that of the sessions. Static entries without sessions count as use of pool4 then.
      - V(sessions) adds rows, at most O(max_sessions) for each instance.
    type: list
    elements: str
    choices: [all, counts, summary, details, bib, sessions]
    default: [summary]
  max_sessions:
    description: The most rows that are returned for an instance when O(gather_subset) asks for V(sessions).
    type: int
    default: 1000
  dest:
    description:
      - A file on the controller that gets every session that the filters let through. It has mode 0600 and is there whole
        or not at all. Its directory must exist.
      - Give each host a file of its own, for example with C(inventory_hostname) in the name.
      - When the module runs without its action plugin (from M(ansible.builtin.gather_facts)), the file is on the host.
    type: path
  dest_format:
    description: How the file is written, as JSON lines or as CSV with a header.
    type: str
    choices: [jsonl, csv]
    default: jsonl
  transport:
    description:
      - V(connection) uses the connection of the task, with C(become). The host needs C(jool) and a shell, no Python.
        A table of more than 1 MiB (some 8,000 sessions) waits in a file on the host while it is fetched in parts. The file is in
        C(TMPDIR) or C(/tmp) of the user that asks, for that user only, takes at most half of the space that is free there, and is removed.
      - V(ssh) opens an SSH connection of its own from the controller with Paramiko, to the place and as the user that the
        inventory says, and reads the table while it comes, without a file on the host. Host keys are verified against known_hosts. The host needs
        C(jool) and a shell, no Python.
      - V(host) runs this module on the host, which needs Python and TextFSM.
    type: str
    choices: [connection, ssh, host]
    default: connection
  src:
    description:
      - A saved capture on the controller to read instead of asking the host, in any format that Jool prints sessions in.
      - Several captures of the same format may follow each other in one file.
      - Console output of Jool 4 does not say of which protocol it is, so name exactly one in O(protocols).
      - Output that ends in the middle of a session, and an empty file, are errors. Jool 4 prints no end mark, so that a capture
        which was cut exactly between two sessions cannot be told from a whole one.
    type: path
  text:
    description: A capture as text, to read instead of asking the host.
    type: str
  timeout:
    description:
      - Seconds that each command on the host may take, until all of its output has arrived. V(0) is no limit.
    type: float
    default: 300.0
requirements:
  - Jool 3.1 or later on the host, and the right to ask it (C(become), since asking needs CAP_NET_ADMIN)
  - TextFSM (Python library) on the controller, or on the host with O(transport=host)
  - Paramiko (Python library) on the controller with O(transport=ssh)
seealso:
  - name: Jool's session table
    description: What the table is and what Jool itself prints of it.
    link: https://nicmx.github.io/Jool/en/usr-flags-session.html
  - name: RFC 6146
    description: Stateful NAT64, sections 3.1 and 3.2 for binding information base and session tables.
    link: https://www.rfc-editor.org/rfc/rfc6146
extends_documentation_fragment:
  - nat64.jool.session_question
  - nat64.jool.attributes
  - nat64.jool.attributes.reads
attributes:
  action:
    support: full
  async:
    support: none
"""

EXAMPLES = r"""
- name: Count the sessions of every translator
  nat64.jool.jool_session_facts:
    gather_subset: [counts]
  become: true

- name: Show the counts
  ansible.builtin.debug:
    msg: "{{ ansible_facts.jool_sessions.by_protocol }}"

- name: Ask over an SSH connection of its own, and keep the full table on the controller
  nat64.jool.jool_session_facts:
    transport: ssh
    dest: "/var/lib/nat64/{{ inventory_hostname }}.jsonl"
  become: true

- name: Which sessions does a customer have
  nat64.jool.jool_session_facts:
    gather_subset: [sessions]
    max_sessions: 100
    filters:
      ipv6_remote_address: ["2001:db8:64:1::/64"]
  become: true

- name: Who is behind an address and a port
  nat64.jool.jool_session_facts:
    protocols: [udp]
    gather_subset: [sessions]
    filters:
      ipv4_local_address: [198.51.100.7]
      ipv4_local_l4_id: [61005]
  become: true

- name: Read a capture that somebody sent, with no host at all
  nat64.jool.jool_session_facts:
    src: /tmp/session.csv
  delegate_to: localhost
"""

RETURN = r"""
ansible_facts:
  description: Facts of the host.
  returned: success
  type: dict
  contains:
    jool_sessions:
      description: The answer. Every key is always there; what was not gathered is V(none), and never zero.
      type: dict
      returned: success
      contains:
        schema:
          description: The version of this structure.
          type: int
          returned: always
          sample: 2
        gathered_at:
          description: When the question was asked, UTC, by the clock of the machine that asked.
          type: str
          returned: always
          sample: "2026-11-23T18:00:00Z"
        source:
          description:
            - V(table) when the session table was read, V(stats) when the kernel counted by itself (C(--session --count) of
              Jool 3), V(capture) for a saved capture.
          type: str
          returned: always
          sample: table
        transport:
          description: The way to the host, V(none) for a capture.
          type: str
          returned: always
          sample: connection
        applicable:
          description: V(false) on a host with stateless translation (SIIT) only, which has no sessions. Counts are V(none) then.
          type: bool
          returned: always
        jool:
          description: Releases.
          type: dict
          returned: always
          contains:
            tool:
              description: Of the command line tool.
              type: str
              returned: always
              sample: 4.1.9.0
            module:
              description: Of the loaded kernel module, V(none) where it could not be found out.
              type: str
              returned: always
              sample: 4.1.9.0
        complete:
          description: Whether this covers every NAT64 instance that the question was about.
          type: bool
          returned: always
        warnings:
          description: What was odd and yet no error. Also shown as warnings of the task.
          type: list
          elements: str
          returned: always
        protocols:
          description: The protocols that were asked for.
          type: list
          elements: str
          returned: always
          sample: [tcp, udp, icmp]
        filtered:
          description: Whether filters were in force, so that counts are not those of the whole table.
          type: bool
          returned: always
        total:
          description: Sessions of all instances.
          type: int
          returned: always
          sample: 4711
        by_protocol:
          description: Sessions of all instances for each protocol, V(none) for one that was not asked for.
          type: dict
          returned: always
          sample: {tcp: 4000, udp: 700, icmp: 11}
        by_state:
          description:
            - TCP sessions of all instances for each state, as Jool names them.
            - V(none) where TCP was not asked for, where the kernel counted by itself, and for console output of Jool 3.1,
              which shows no states.
          type: dict
          returned: always
          sample: {ESTABLISHED: 3900, V6_INIT: 100, V4_INIT: 0}
        dest:
          description: The file that the full table was written to, V(none) where there is none.
          type: str
          returned: always
          sample: /var/lib/nat64/edge1.jsonl
        instances:
          description: The instances, in the order in which they were met.
          type: list
          elements: dict
          returned: always
          contains:
            name:
              description: The instance's name, V(none) for a capture.
              type: str
              returned: always
              sample: default
            netns:
              description: The network namespace, an empty string for the one that the connection ends in, V(none) for a capture.
              type: str
              returned: always
              sample: blue
            framework:
              description: V(netfilter) or V(iptables), V(none) where the release does not say.
              type: str
              returned: always
              sample: netfilter
            complete:
              description: Whether the whole table of the instance was read.
              type: bool
              returned: always
            started_at:
              description: When reading began. A table is read in pieces and is no snapshot.
              type: str
              returned: always
              sample: "2026-11-23T18:00:00Z"
            ended_at:
              description: When reading ended.
              type: str
              returned: always
              sample: "2026-11-23T18:00:04Z"
            total:
              description: Sessions that the filters let through.
              type: int
              returned: always
              sample: 4711
            scanned:
              description: Sessions that were read, V(none) where the kernel counted by itself.
              type: int
              returned: always
              sample: 4711
            by_protocol:
              description: As above, of this instance.
              type: dict
              returned: always
              sample: {tcp: 4000, udp: 700, icmp: 11}
            by_state:
              description: As above, of this instance.
              type: dict
              returned: always
              sample: {ESTABLISHED: 3900, V6_INIT: 100, V4_INIT: 0}
            by_pool4_address:
              description: Sessions for each address of pool4. V(none) without the subset V(summary).
              type: dict
              returned: always
              sample: {192.0.2.1: 4711}
            by_mark:
              description:
                - Sessions for each mark of pool4, by the range that they are in; V(none) as a key stands for sessions
                  outside of every range.
                - V(none) without the subset V(summary), for a capture, for releases that know no marks and for an empty pool4.
              type: dict
              returned: always
              sample: {"0": 4700, "7": 11}
            bib:
              description: BIB entries, for each protocol that was asked for. V(none) without the subset V(bib).
              type: dict
              returned: always
              sample: {tcp: {static: 1, dynamic: 980}, udp: {static: 0, dynamic: 300}, icmp: {static: 0, dynamic: 11}}
            static_bib:
              description:
                - The static BIB entries, by the names of a session's fields. V(none) without V(summary), V(bib) and V(sessions)
                  together.
              type: list
              elements: dict
              returned: always
              contains:
                protocol:
                  description: The protocol.
                  type: str
                  returned: always
                  sample: tcp
                ipv6_remote_address:
                  description: The client's address. V(none) where a name is printed.
                  type: str
                  returned: always
                  sample: "2001:db8:64:1::5"
                ipv6_remote_l4_id:
                  description: The client's port or identifier, likewise.
                  type: int
                  returned: always
                  sample: 80
                ipv4_local_address:
                  description: The address of pool4.
                  type: str
                  returned: always
                  sample: 192.0.2.1
                ipv4_local_l4_id:
                  description: Its port or identifier.
                  type: int
                  returned: always
                  sample: 8080
            pool4:
              description:
                - The ranges of pool4 and their use, for the protocols that were asked for. V(none) without the subset
                  V(summary) and for a capture.
                - An empty pool4 stands for ports 61001 to 65535 of the global addresses of the namespace, which are listed then.
                - Static BIB entries without sessions are counted as use with the subset V(bib) only.
              type: list
              elements: dict
              returned: always
              contains:
                mark:
                  description: The mark of packets that use the range, V(none) for an empty pool4.
                  type: int
                  returned: always
                  sample: 0
                protocol:
                  description: The protocol that uses the range.
                  type: str
                  returned: always
                  sample: tcp
                address:
                  description: The IPv4 address.
                  type: str
                  returned: always
                  sample: 192.0.2.1
                port_min:
                  description: The first port or ICMP identifier.
                  type: int
                  returned: always
                  sample: 61001
                port_max:
                  description: The last port or ICMP identifier.
                  type: int
                  returned: always
                  sample: 65535
                max_iterations:
                  description: How often Jool tries to find a free port, V(none) for no limit and where the release does not say.
                  type: int
                  returned: always
                  sample: 1024
                is_default:
                  description: Whether pool4 is empty, and this is what stands for it.
                  type: bool
                  returned: always
                ports_total:
                  description: Ports in the range.
                  type: int
                  returned: always
                  sample: 4535
                ports_used:
                  description: Ports that at least one session has.
                  type: int
                  returned: always
                  sample: 4100
                ports_free:
                  description: Ports that no session has.
                  type: int
                  returned: always
                  sample: 435
                percent_used:
                  description: Share of the ports in use. Jool begins to drop packets at 91 to 95 percent.
                  type: float
                  returned: always
                  sample: 90.4
            clients:
              description: Distinct client prefixes. V(none) without the subset V(summary).
              type: int
              returned: always
              sample: 512
            client_prefix_length:
              description: Bits of a client's prefix.
              type: int
              returned: always
              sample: 64
            top_clients:
              description: The clients with the most sessions. V(none) without the subset V(summary).
              type: list
              elements: dict
              returned: always
              contains:
                prefix:
                  description: The client's prefix.
                  type: str
                  returned: always
                  sample: 2001:db8:64:1::/64
                sessions:
                  description: Its sessions.
                  type: int
                  returned: always
                  sample: 97
            destinations:
              description: Distinct IPv4 servers. V(none) without the subset V(details), as for the next keys.
              type: int
              returned: always
              sample: 311
            services:
              description: Distinct services, that is protocol and port of the server. ICMP has none.
              type: int
              returned: always
              sample: 12
            top_destinations:
              description: The servers with the most sessions.
              type: list
              elements: dict
              returned: always
              contains:
                address:
                  description: The server's address.
                  type: str
                  returned: always
                  sample: 198.51.100.7
                sessions:
                  description: Its sessions.
                  type: int
                  returned: always
                  sample: 1200
            top_services:
              description: The services with the most sessions.
              type: list
              elements: dict
              returned: always
              contains:
                protocol:
                  description: V(tcp) or V(udp).
                  type: str
                  returned: always
                  sample: tcp
                l4_id:
                  description: The server's port.
                  type: int
                  returned: always
                  sample: 443
                sessions:
                  description: Its sessions.
                  type: int
                  returned: always
                  sample: 3100
            expires_in:
              description: How many sessions have how many seconds left. The edges are always the same.
              type: list
              elements: dict
              returned: always
              contains:
                from_seconds:
                  description: At least this many.
                  type: int
                  returned: always
                  sample: 300
                to_seconds:
                  description: Less than this many, V(none) for no bound.
                  type: int
                  returned: always
                  sample: 3600
                sessions:
                  description: The sessions.
                  type: int
                  returned: always
                  sample: 40
            rfc6052:
              description:
                - Whether the address that a client knows a server by holds the server's own, as RFC 6052 says, in each row.
                - V(none) without the subsets V(summary) and V(details), where pool6 is not known, and for a capture.
              type: dict
              returned: always
              contains:
                pool6:
                  description: The translator's prefix.
                  type: str
                  returned: always
                  sample: 64:ff9b::/96
                checked:
                  description: Sessions that were looked at.
                  type: int
                  returned: always
                  sample: 4711
                mismatched:
                  description: Sessions of them whose addresses do not belong together.
                  type: int
                  returned: always
                  sample: 0
            globals:
              description:
                - Global parameters that the rest is to be read with. Times are in seconds.
                - V(none) without the subset V(summary), for Jool 3 and for a capture.
              type: dict
              returned: always
              contains:
                pool6:
                  description: The translator's prefix.
                  type: str
                  returned: always
                  sample: 64:ff9b::/96
                ss_enabled:
                  description: Whether sessions are synchronised with another translator.
                  type: bool
                  returned: always
                tcp_est_timeout:
                  description: Of established TCP connections. RFC 6146 wants at least 7440 (2 hours 4 minutes).
                  type: float
                  returned: always
                  sample: 7200.0
                tcp_trans_timeout:
                  description: Of TCP connections that begin or end.
                  type: float
                  returned: always
                  sample: 240.0
                udp_timeout:
                  description: Of UDP.
                  type: float
                  returned: always
                  sample: 300.0
                icmp_timeout:
                  description: Of ICMP.
                  type: float
                  returned: always
                  sample: 60.0
            counters:
              description:
                - The kernel's counters after the table was read, by Jool's own names. A counter that is zero is left out by
                  Jool, and one that cannot be true is V(none).
                - V(none) without the subset V(summary), for Jool 3 and for a capture.
              type: dict
              returned: always
              sample: {JSTAT_SESSIONS: 4711, JSTAT_BIB6_NOT_FOUND: 3}
            kernel_sessions:
              description:
                - The kernel's counter JSTAT_SESSIONS, which counts all protocols together, before and after the table was
                  read. To compare with, since C(file handle) resets it while sessions live on.
                - V(none) without the subset V(summary), for Jool 3 and for a capture.
              type: dict
              returned: always
              contains:
                before:
                  description: Before; V(none) where the counter could not be read.
                  type: int
                  returned: always
                  sample: 4709
                after:
                  description: After; V(none) where the counter could not be read.
                  type: int
                  returned: always
                  sample: 4713
            fingerprint:
              description:
                - Tells, without rows, how far the tables of two translators differ that synchronise their sessions.
                - V(none) without the subset V(details), with filters, where C(ss-enabled) is off, and where the output
                  shows names.
              type: str
              returned: always
            truncated:
              description: Whether there are more sessions than O(max_sessions). V(none) without the subset V(sessions).
              type: bool
              returned: always
            sessions:
              description: Rows of the table, in the order of the kernel. V(none) without the subset V(sessions).
              type: list
              elements: dict
              returned: always
              contains:
                protocol:
                  description: The protocol.
                  type: str
                  returned: always
                  sample: tcp
                ipv6_remote_address:
                  description: The IPv6 client. V(none) where its name is given instead.
                  type: str
                  returned: always
                  sample: 2001:db8:64:1::5
                ipv6_remote_l4_id:
                  description: The client's port, or ICMP identifier.
                  type: int
                  returned: always
                  sample: 49152
                ipv6_local_address:
                  description: The server as the client sees it, within pool6.
                  type: str
                  returned: always
                  sample: 64:ff9b::c633:6407
                ipv6_local_l4_id:
                  description: The server's port as the client sees it, or ICMP identifier.
                  type: int
                  returned: always
                  sample: 443
                ipv4_local_address:
                  description: The pool4 address that stands for the client.
                  type: str
                  returned: always
                  sample: 192.0.2.1
                ipv4_local_l4_id:
                  description: The port of the pool4 address, or ICMP identifier.
                  type: int
                  returned: always
                  sample: 61001
                ipv4_remote_address:
                  description: The IPv4 server. V(none) where its name is given instead.
                  type: str
                  returned: always
                  sample: 198.51.100.7
                ipv4_remote_l4_id:
                  description: The server's port, or ICMP identifier.
                  type: int
                  returned: always
                  sample: 443
                expires_in:
                  description: Seconds that are left.
                  type: float
                  returned: always
                  sample: 7198.232
                expires_in_resolution:
                  description: How fine the time was printed, in seconds. The true time is less than this above it.
                  type: float
                  returned: always
                  sample: 0.001
                state:
                  description: The state of a TCP session, V(none) for others.
                  type: str
                  returned: always
                  sample: ESTABLISHED
                ipv6_remote_name:
                  description: The client's name, V(none) where its address is given.
                  type: str
                  returned: always
                  sample: client.example.com
                ipv6_remote_service:
                  description: The name of the client's port, V(none) where its number is given.
                  type: str
                  returned: always
                  sample: ssh
                ipv4_remote_name:
                  description: The server's name, V(none) where its address is given.
                  type: str
                  returned: always
                  sample: www.example.com
                ipv4_remote_service:
                  description: The name of the server's port, V(none) where its number is given.
                  type: str
                  returned: always
                  sample: https
error:
  description: What went wrong, for a playbook to test.
  returned: failure
  type: dict
  contains:
    condition:
      description:
        - One name for each condition, such as V(JoolNotInstalled), V(ModuleNotLoaded), V(NoSuchInstance),
          V(NoSuchNamespace), V(NoPrivilege), V(VersionMismatch), V(DumpCutShort), V(UnreadableOutput), V(CommandTimeout),
          V(ConnectionFailed), V(ConnectionLost), V(HostKeyRefused) or V(AuthenticationFailed).
      type: str
      returned: always
      sample: NoSuchInstance
    host:
      description: The host, or the capture.
      type: str
      returned: always
      sample: edge1
    command:
      description: The command, empty where none was run.
      type: str
      returned: always
      sample: jool -i blue session display --tcp --numeric --csv
    exit_status:
      description: Its exit status, V(none) where there is none.
      type: int
      returned: always
      sample: 3
    output:
      description: What the command said about it.
      type: str
      returned: always
      sample: "Error: The kernel module returned error 3: This namespace lacks an instance named 'blue'."
    message:
      description: The same as C(msg).
      type: str
      returned: always
      sample: "edge1: There is no such Jool instance: This namespace lacks an instance named 'blue'. ..."
"""

import contextlib

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.nat64.jool.plugins.module_utils.client.jool import Jool
from ansible_collections.nat64.jool.plugins.module_utils.errors import JoolError
from ansible_collections.nat64.jool.plugins.module_utils.facts.session_facts import gather
from ansible_collections.nat64.jool.plugins.module_utils.facts.shape import Facts
from ansible_collections.nat64.jool.plugins.module_utils.facts.table_file import TableFile
from ansible_collections.nat64.jool.plugins.module_utils.session_facts_options import (
    ARGUMENT_SPEC,
    MUTUALLY_EXCLUSIVE,
    gather_offline,
    offline,
    question,
)
from ansible_collections.nat64.jool.plugins.module_utils.task_options import OptionError
from ansible_collections.nat64.jool.plugins.module_utils.transport.host import HostTransport


def gather_here(module: AnsibleModule) -> Facts:
    """The facts of the machine that this runs on, or of a capture on it."""
    options = module.params
    if options["transport"] == "ssh":
        raise OptionError("transport: 'ssh' starts at the controller, and here the module runs on the host by itself")
    asked = question(options)
    dest = None if module.check_mode else options["dest"]
    with TableFile(dest, options["dest_format"]) if dest else contextlib.nullcontext() as table:
        if offline(options):
            return gather_offline(options, asked, table)
        jool = Jool(HostTransport(), options["jool_path"], options["timeout"])
        return gather(jool, asked, "host", table)


def main() -> None:
    """Gather the facts."""
    module = AnsibleModule(ARGUMENT_SPEC, mutually_exclusive=MUTUALLY_EXCLUSIVE, supports_check_mode=True)
    try:
        facts = gather_here(module)
    except JoolError as error:
        module.fail_json(msg=str(error), error=error.as_dict())
    except ValueError as error:
        module.fail_json(msg=str(error))
    except OSError as error:
        module.fail_json(msg=f"The table cannot be written to {module.params['dest']}: {error.strerror}.")
    for warning in facts["warnings"]:
        module.warn(warning)
    module.exit_json(ansible_facts={"jool_sessions": facts})


if __name__ == "__main__":
    main()
