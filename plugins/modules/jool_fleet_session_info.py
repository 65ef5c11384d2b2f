#!/usr/bin/python
# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: jool_fleet_session_info
short_description: Summarise the sessions of a fleet of Jool NAT64 translators
version_added: 0.2.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Brings the answers of many translators together in one summary, with totals, the use of all pools, findings, and how many
    of how many hosts the numbers are of. Where a total is not exact, its bounds are told.
  - It takes facts that plays have gathered (O(facts)), saved summaries (O(summaries)), and it asks hosts itself, directly
    over SSH and many at once (O(hosts)). All three can be combined. Run it in a play of its own on C(localhost).
  - A host that gives no answer is named with the reason and harms no other. Nothing that failed is ever counted as zero.
  - A result has no rows of session tables. They can be written to one file a host with O(rows_dest) while they are counted.
options:
  hosts:
    description:
      - Hosts of the inventory to ask over SSH, by their names or by patterns as for a play. Each is asked once. With V(!) or
        V(&) in one of the words, all of them together are one pattern.
      - The way to each host is what the inventory says for its SSH connection, such as C(ansible_host), C(ansible_user), keys,
        passwords and C(ansible_ssh_common_args), whatever its C(ansible_connection) is. Host keys are verified against
        known_hosts.
      - The keywords C(become), C(become_user), C(become_method) and C(remote_user) of this task hold for every host, where its
        variables say nothing else.
      - A host needs C(jool) and a shell, no Python. Commands that are likely to be asked for are sent together in one line,
        which a host that allows single commands only refuses; they are sent one by one then.
    type: list
    elements: str
  facts:
    description:
      - Hosts to what plays have gathered of them, either the facts C(jool_sessions) of M(nat64.jool.jool_session_facts), or
        what a task of that module registered, also where it failed or did not reach the host.
    type: dict
  host_facts:
    description:
      - Hosts to what M(nat64.jool.jool_facts) has gathered of them, as for O(facts), either the facts C(jool) or what the task
        registered. With them the findings are about kernels, configuration, offloads and counters, too.
      - A host that is here and neither in O(facts) nor in O(hosts) did not tell its sessions, and counts as one that failed.
    type: dict
    version_added: 0.2.0
  summaries:
    description:
      - Files that O(summary_dest) of other runs has written, for example those of the slices of a job.
      - One that is damaged, from the future or of another release is left out with a warning, see RV(unread_summaries). Name its
        hosts in O(expected_hosts), so that they count as missing.
    type: list
    elements: path
  expected_hosts:
    description: Hosts that must be in the answer. One that nobody tells of is missing, and is named.
    type: list
    elements: str
  gather_subset:
    description:
      - What to gather of the hosts in O(hosts).
      - V(counts) are the sessions for each protocol and TCP state, and always there.
      - V(summary) adds sessions for each pool4 address and mark, the use of pool4, and the busiest clients.
      - V(details) adds destinations, services, how long sessions have left, and whether the addresses of each row belong
        together.
      - V(bib) adds, together with V(summary), the number of BIB entries.
    type: list
    elements: str
    choices: [counts, summary, details, bib]
    default: [summary]
  concurrency:
    description: How many hosts are asked at the same time.
    type: int
    default: 50
  timeout:
    description:
      - Seconds that a host may take, from the first packet to the last row, each time that it is tried. V(0) is no limit.
    type: float
    default: 120.0
  retries:
    description:
      - How often a host is asked again that refused the connection, lost it, or did not open it in time. What another try
        cannot mend is not tried again, such as an unknown host key, a refused user or a failed command.
    type: int
    default: 2
  backoff:
    description:
      - Seconds before the second try, about. Each further one waits twice as long, at most a minute. Others are asked meanwhile.
    type: float
    default: 1.0
  rows_dest:
    description:
      - A directory on the controller that gets a file for each host in O(hosts) that answered, with every session that the
        filters let through. Files have mode 0600 and are there whole or not at all. It is made where it is missing.
    type: path
  rows_format:
    description: How these files are written, as JSON lines or as CSV with a header.
    type: str
    choices: [jsonl, csv]
    default: jsonl
  store:
    description:
      - A store of session tables on the controller, which is made where there is none. It gets the whole tables of this run, for
        M(nat64.jool.jool_session_lookup) to find later who held an address. With V(summary) in O(gather_subset) the pools are kept,
        too, so that an address that is in none is known for that.
      - It has mode V(0600). The tables of all hosts are added in one step, when all were asked, or none of them is.
      - Not together with filters, O(protocols) or O(numeric).
    type: path
    version_added: 0.2.0
  summary_dest:
    description:
      - A file on the controller that gets the summary, for O(summaries) of another run. It has mode 0600.
    type: path
  min_coverage:
    description: Percent of the hosts that must have answered.
    type: float
  fail_on_coverage:
    description: Whether the task fails where they have not. With V(false) it warns.
    type: bool
    default: true
  title:
    description: The title of the report.
    type: str
    default: NAT64 fleet
  pool4_warning_percent:
    description: From this use on a pool is nearly full.
    type: float
    default: 80.0
  pool4_critical_percent:
    description: From this use on a pool is as good as full. Jool begins to drop packets at 91 to 95 percent.
    type: float
    default: 90.0
  stale_after_seconds:
    description: An answer that is older than this is stale.
    type: float
    default: 3600.0
  top:
    description:
      - The length of the fleet's lists of the busiest. They are exact where the hosts' own lists are long enough, see
        O(top_clients).
    type: int
    default: 10
  client_privacy:
    description:
      - How clients are shown. V(prefix) cuts them to O(privacy_prefix_length), V(pseudonym) gives each a name that only the key
        in O(pseudonym_key) leads to. The file in O(summary_dest) has them in full.
    type: str
    choices: [full, prefix, pseudonym]
    default: full
  privacy_prefix_length:
    description: Bits that are left of a client's prefix with O(client_privacy=prefix).
    type: int
    default: 48
  pseudonym_key:
    description: The secret of the pseudonyms. With the same key a client has the same one.
    type: str
  pairs:
    description:
      - Groups of hosts that hold the same sessions (joold, C(session proxy)), each a list of names. Their sessions count once.
      - The host variable C(jool_synchronised_with) does the same, with a name or a list of names of hosts or groups.
    type: list
    elements: list
  pair_tolerance_percent:
    description: How far the members of a pair may differ, since their tables are not read at the same moment.
    type: float
    default: 5.0
  heavy_client_percent:
    description:
      - A client whose sessions are this share of the ports of an instance is a finding. A session takes at most one port, so
        its true share can be smaller.
    type: float
    default: 20.0
    version_added: 0.2.0
  drift_groups:
    description:
      - Groups of the inventory whose hosts are to be configured alike. Left out, a host is compared in the smallest of its
        groups in which there is another one to compare with.
      - Needs O(host_facts).
    type: list
    elements: str
    version_added: 0.2.0
  accept:
    description:
      - Findings that are known and to be notes only, each by its code, as in V(receive_offload), or by code and subject, as in
        V(receive_offload:interface eth0). See RV(fleet.findings[].code) and RV(fleet.findings[].subject).
      - Nothing is left out. A code that does not exist is an error.
    type: list
    elements: str
    version_added: 0.2.0
  since:
    description:
      - The file that O(summary_dest) of an earlier audit has written. What changed since then is in RV(fleet.changes), and
        findings tell which counters grew and which instances translated nothing in between. It can be the same file as in
        O(summary_dest), which is read before it is written.
      - Where there is no such file, this is the first audit. One that cannot be understood is passed over with a warning.
      - Counters and configuration are compared where both audits had O(host_facts).
    type: path
    version_added: 0.2.0
  earlier:
    description:
      - The file F(fleet.json) of an earlier report of the same fleet. What it found already is known since then, see
        RV(fleet.findings[].since).
      - Where there is no such file, this is the first report. One that is damaged is passed over with a warning.
    type: path
requirements:
  - Paramiko and TextFSM (Python libraries) on the controller, for O(hosts)
notes:
  - This runs on the controller alone. Nothing is copied to the hosts.
seealso:
  - module: nat64.jool.jool_session_facts
extends_documentation_fragment:
  - nat64.jool.session_question
  - nat64.jool.attributes
  - nat64.jool.attributes.fleet
attributes:
  action:
    support: full
  async:
    support: none
"""

EXAMPLES = r"""
# All in a play on localhost.
- name: Ask all translators, a hundred at a time
  nat64.jool.jool_fleet_session_info:
    hosts: nat64
    concurrency: 100
    min_coverage: 95
  become: true
  register: sessions

- name: Say what is wrong
  ansible.builtin.debug:
    msg: "{{ sessions.fleet.verdict.lines }}"

- name: The same from facts that other plays have gathered
  nat64.jool.jool_fleet_session_info:
    facts: "{{ dict(groups['nat64'] | zip(groups['nat64'] | map('extract', hostvars, 'answer'))) }}"

- name: An audit with what the hosts themselves are, compared with the last one
  nat64.jool.jool_fleet_session_info:
    facts: "{{ dict(groups['nat64'] | zip(groups['nat64'] | map('extract', hostvars, 'answer'))) }}"
    host_facts: "{{ dict(groups['nat64'] | zip(groups['nat64'] | map('extract', hostvars, 'host_answer'))) }}"
    summary_dest: /var/lib/nat64/audit.json
    since: /var/lib/nat64/audit.json
    accept: ["receive_offload:interface eth0"]

- name: One slice of a job asks its hosts and saves what they answered
  nat64.jool.jool_fleet_session_info:
    hosts: nat64
    summary_dest: "/var/lib/nat64/slice-{{ awx_job_id }}.json"
  become: true

- name: The slices of a job together
  nat64.jool.jool_fleet_session_info:
    summaries: "{{ query('ansible.builtin.fileglob', '/var/lib/nat64/slice-*.json') }}"
    expected_hosts: "{{ groups['nat64'] }}"
    min_coverage: 95

- name: All sessions in one file a host, for an inquiry
  nat64.jool.jool_fleet_session_info:
    hosts: ["site1:&nat64"]
    rows_dest: /var/lib/nat64/rows
    filters:
      ipv4_remote_address: [198.51.100.0/24]
  become: true
"""

RETURN = r"""
fleet:
  description: The summary of the fleet. Every key is always there; what was not gathered is V(none), and never zero.
  type: dict
  returned: when the hosts were brought together, also where too few answered
  contains:
    schema:
      description: The version of this structure.
      type: int
      returned: always
      sample: 1
    kind:
      description: What this structure is.
      type: str
      returned: always
      sample: nat64.jool/fleet
    generated_at:
      description: When it was made, UTC.
      type: str
      returned: always
      sample: "2026-11-25T18:00:00Z"
    title:
      description: The title that was given.
      type: str
      returned: always
      sample: NAT64 fleet
    verdict:
      description: What is to be said first.
      type: dict
      returned: always
      contains:
        severity:
          description: V(ok), V(warning) or V(critical).
          type: str
          returned: always
          sample: warning
        sentence:
          description: One sentence.
          type: str
          returned: always
          sample: "2 of 4 hosts need a look: 1 critical finding, 1 warning."
        lines:
          description: At most ten lines for a terminal.
          type: list
          elements: str
          returned: always
          sample: ["2 of 4 hosts need a look: 1 critical finding, 1 warning."]
    coverage:
      description: Of how many of how many hosts all numbers are.
      type: dict
      returned: always
      contains:
        asked:
          description: Hosts that were asked or expected.
          type: int
          returned: always
          sample: 4
        answered:
          description: Hosts that answered.
          type: int
          returned: always
          sample: 3
        failed:
          description: Hosts that were reached and could not answer.
          type: int
          returned: always
          sample: 0
        unreachable:
          description: Hosts that could not be reached.
          type: int
          returned: always
          sample: 1
        stale:
          description: Hosts whose answer is too old.
          type: int
          returned: always
          sample: 0
        duplicate:
          description: Hosts that answered more than once.
          type: int
          returned: always
          sample: 0
        not_applicable:
          description: Hosts that answered and have no sessions (SIIT).
          type: int
          returned: always
          sample: 0
        incomplete:
          description: Hosts of which not every instance could be asked.
          type: int
          returned: always
          sample: 0
        percent:
          description: Share of the hosts that answered.
          type: float
          returned: always
          sample: 75.0
        min_percent:
          description: The share that was wanted, V(none) for any.
          type: float
          returned: always
          sample: 95.0
        met:
          description: Whether that is met.
          type: bool
          returned: always
        missing:
          description: The hosts that did not answer.
          type: list
          elements: dict
          returned: always
          contains:
            host:
              description: Name.
              type: str
              returned: always
              sample: edge4
            status:
              description: V(failed) or V(unreachable).
              type: str
              returned: always
              sample: unreachable
            condition:
              description: One name for each condition, see M(nat64.jool.jool_session_facts).
              type: str
              returned: always
              sample: ConnectionFailed
            message:
              description: What happened.
              type: str
              returned: always
              sample: The host cannot be reached
            remedy:
              description: What to do.
              type: str
              returned: always
              sample: Check the address.
        duplicates:
          description: The hosts that answered more than once. The newest answer counts.
          type: list
          elements: dict
          returned: always
          contains:
            host:
              description: Name.
              type: str
              returned: always
              sample: edge1
            answers:
              description: How often.
              type: int
              returned: always
              sample: 2
        oldest_gathered_at:
          description: The oldest answer, V(none) without one.
          type: str
          returned: always
          sample: "2026-11-25T17:58:00Z"
        newest_gathered_at:
          description: The newest answer, V(none) without one.
          type: str
          returned: always
          sample: "2026-11-25T17:59:00Z"
    totals:
      description: Sums of all hosts that answered. V(none) where an instance did not tell.
      type: dict
      returned: always
      contains:
        sessions:
          description: Sessions, V(none) where not every instance told.
          type: int
          returned: always
          sample: 4711
        by_protocol:
          description: Sessions for each protocol.
          type: dict
          returned: always
          sample: {tcp: 4000, udp: 700, icmp: 11}
        by_state:
          description: TCP sessions for each state.
          type: dict
          returned: always
          sample: {ESTABLISHED: 3900, V6_INIT: 100}
        by_mark:
          description: Sessions by the mark of the pool4 range that they are in.
          type: dict
          returned: always
          sample: {'0': 4711}
        bib:
          description: BIB entries for each protocol, static and dynamic.
          type: dict
          returned: always
          sample: {tcp: {static: 1, dynamic: 3900}}
        exact:
          description: Whether no instance is missing in a sum.
          type: bool
          returned: always
        instances:
          description: Instances.
          type: int
          returned: always
          sample: 5
        clients:
          description: Distinct client prefixes.
          type: dict
          returned: always
          contains:
            at_least:
              description: At least so many.
              type: int
              returned: always
              sample: 397
            at_most:
              description: At most so many, V(none) where unknown.
              type: int
              returned: always
              sample: 512
            prefix_length:
              description: Bits of a prefix, V(none) where hosts differ.
              type: int
              returned: always
              sample: 64
        sessions_counted_twice:
          description: Sessions of synchronised hosts that are in no total, since another one has them, too.
          type: int
          returned: always
          sample: 0
        at_least:
          description: The same sums over those instances that told.
          type: dict
          returned: always
          contains:
            sessions:
              description: Sessions of the instances that told.
              type: int
              returned: always
              sample: 4711
            by_protocol:
              description: Sessions for each protocol.
              type: dict
              returned: always
              sample: {tcp: 4000, udp: 700, icmp: 11}
            by_state:
              description: TCP sessions for each state.
              type: dict
              returned: always
              sample: {ESTABLISHED: 3900, V6_INIT: 100}
            by_mark:
              description: Sessions by the mark of the pool4 range that they are in.
              type: dict
              returned: always
              sample: {'0': 4711}
            bib:
              description: BIB entries for each protocol, static and dynamic.
              type: dict
              returned: always
              sample: {tcp: {static: 1, dynamic: 3900}}
        incomplete:
          description: For each sum that is V(none), how many instances did not tell.
          type: dict
          returned: always
          sample: {bib: 1}
    findings:
      description: What is wrong or odd, most severe first.
      type: list
      elements: dict
      returned: always
      contains:
        severity:
          description: V(critical), V(warning) or V(note).
          type: str
          returned: always
          sample: warning
        code:
          description: What it is, for programs.
          type: str
          returned: always
          sample: pool4_nearly_full
        host:
          description: Where, V(none) for the whole fleet.
          type: str
          returned: always
          sample: edge1
        instance:
          description: Of which instance, V(none) for the host.
          type: str
          returned: always
          sample: default
        subject:
          description: What, in a few words.
          type: str
          returned: always
          sample: "pool4 tcp, mark 0"
        evidence:
          description: The numbers.
          type: str
          returned: always
          sample: "192.0.2.1 ports 61001-65535: 84.0 percent in use (3,809 of 4,535)."
        remedy:
          description: What to do.
          type: str
          returned: always
          sample: Plan more addresses.
        accepted:
          description: Whether O(accept) made it a note.
          type: bool
          returned: always
        since:
          description: Since when it is known, V(none) where that is unknown.
          type: str
          returned: always
          sample: "2026-11-25T17:58:00Z"
    pools:
      description: All ranges of pool4, fullest first.
      type: list
      elements: dict
      returned: always
      contains:
        host:
          description: Host.
          type: str
          returned: always
          sample: edge1
        instance:
          description: Instance.
          type: str
          returned: always
          sample: default
        netns:
          description: Network namespace.
          type: str
          returned: always
          sample: ""
        mark:
          description: The mark of packets that use the range.
          type: int
          returned: always
          sample: 0
        protocol:
          description: Protocol.
          type: str
          returned: always
          sample: tcp
        address:
          description: Address.
          type: str
          returned: always
          sample: 192.0.2.1
        port_min:
          description: First port or ICMP identifier.
          type: int
          returned: always
          sample: 61001
        port_max:
          description: Last port or ICMP identifier.
          type: int
          returned: always
          sample: 65535
        is_default:
          description: Whether it is what an empty pool4 stands for.
          type: bool
          returned: always
        ports_total:
          description: Ports in the range.
          type: int
          returned: always
          sample: 4535
        ports_used:
          description: Ports in use.
          type: int
          returned: always
          sample: 3809
        ports_free:
          description: Ports that are free.
          type: int
          returned: always
          sample: 726
        percent_used:
          description: Share in use.
          type: float
          returned: always
          sample: 84.0
        severity:
          description: V(ok), V(warning) or V(critical).
          type: str
          returned: always
          sample: warning
    hosts:
      description: All hosts, by name.
      type: list
      elements: dict
      returned: always
      contains:
        host:
          description: Name.
          type: str
          returned: always
          sample: edge1
        status:
          description: V(answered), V(failed) or V(unreachable).
          type: str
          returned: always
          sample: answered
        severity:
          description: The worst of its findings, V(ok) without any.
          type: str
          returned: always
          sample: ok
        jool_tool:
          description: Release of the tool.
          type: str
          returned: always
          sample: 4.1.9.0
        jool_module:
          description: Release of the kernel module.
          type: str
          returned: always
          sample: 4.1.9.0
        kernel:
          description: The kernel that runs. V(none) without O(host_facts).
          type: str
          returned: always
          sample: 6.1.0-28-amd64
        next_kernel:
          description: The kernel that starts next. V(none) without O(host_facts), and where it is not known.
          type: str
          returned: always
          sample: 6.1.0-28-amd64
        gathered_at:
          description: When it was asked.
          type: str
          returned: always
          sample: "2026-11-25T17:59:00Z"
        age_seconds:
          description: How old the answer is.
          type: int
          returned: always
          sample: 60
        stale:
          description: Whether that is too old.
          type: bool
          returned: always
        complete:
          description: Whether every instance could be asked.
          type: bool
          returned: always
        applicable:
          description: Whether it has sessions at all.
          type: bool
          returned: always
        sessions:
          description: Sessions.
          type: int
          returned: always
          sample: 4711
        tcp:
          description: Of TCP.
          type: int
          returned: always
          sample: 4000
        udp:
          description: Of UDP.
          type: int
          returned: always
          sample: 700
        icmp:
          description: Of ICMP.
          type: int
          returned: always
          sample: 11
        clients:
          description: Distinct client prefixes, at least.
          type: int
          returned: always
          sample: 388
        clients_at_most:
          description: The same, at most.
          type: int
          returned: always
          sample: 388
        fullest_pool_percent:
          description: Use of its fullest pool.
          type: float
          returned: always
          sample: 84.0
        instances:
          description: Names of its instances.
          type: list
          elements: str
          returned: always
          sample: [default]
        message:
          description: Why it did not answer, or its worst finding.
          type: str
          returned: always
          sample: The host cannot be reached
        groups:
          description: Groups of the inventory.
          type: list
          elements: str
          returned: always
          sample: [nat64]
    states:
      description: TCP sessions by state, most first.
      type: list
      elements: dict
      returned: always
      contains:
        state:
          description: Jool's word.
          type: str
          returned: always
          sample: ESTABLISHED
        sessions:
          description: Sessions.
          type: int
          returned: always
          sample: 3900
        percent:
          description: Share.
          type: float
          returned: always
          sample: 97.5
    protocols:
      description: Sessions by protocol.
      type: list
      elements: dict
      returned: always
      contains:
        protocol:
          description: Protocol.
          type: str
          returned: always
          sample: tcp
        sessions:
          description: Sessions, V(none) where unknown.
          type: int
          returned: always
          sample: 4000
        percent:
          description: Share.
          type: float
          returned: always
          sample: 84.9
    expires_in:
      description: Sessions by the time that they have left, V(none) without the subset V(details).
      type: list
      elements: dict
      returned: always
      contains:
        from_seconds:
          description: From here.
          type: float
          returned: always
          sample: 0
        to_seconds:
          description: To here, V(none) in the last.
          type: float
          returned: always
          sample: 10
        label:
          description: The same in words.
          type: str
          returned: always
          sample: under 10 s
        sessions:
          description: Sessions.
          type: int
          returned: always
          sample: 42
        percent:
          description: Share.
          type: float
          returned: always
          sample: 0.9
    top_clients:
      description: The busiest clients.
      type: list
      elements: dict
      returned: always
      contains:
        prefix:
          description: Prefix, or its pseudonym.
          type: str
          returned: always
          sample: "2001:db8:64:1::/64"
        sessions_at_least:
          description: Its sessions, at least.
          type: int
          returned: always
          sample: 97
        sessions_at_most:
          description: Its sessions, at most.
          type: int
          returned: always
          sample: 97
        exact:
          description: Whether both are the same.
          type: bool
          returned: always
        percent:
          description: Its share of all sessions, by the lower bound.
          type: float
          returned: always
          sample: 2.1
    top_destinations:
      description: The busiest destinations. Empty without the subset V(details).
      type: list
      elements: dict
      returned: always
      contains:
        address:
          description: Address.
          type: str
          returned: always
          sample: 198.51.100.7
        sessions_at_least:
          description: Its sessions, at least.
          type: int
          returned: always
          sample: 97
        sessions_at_most:
          description: Its sessions, at most.
          type: int
          returned: always
          sample: 97
        exact:
          description: Whether both are the same.
          type: bool
          returned: always
        percent:
          description: Its share of all sessions, by the lower bound.
          type: float
          returned: always
          sample: 2.1
    top_services:
      description: The busiest services. Empty without the subset V(details).
      type: list
      elements: dict
      returned: always
      contains:
        protocol:
          description: Protocol.
          type: str
          returned: always
          sample: tcp
        l4_id:
          description: Port or ICMP identifier.
          type: int
          returned: always
          sample: 443
        label:
          description: Both.
          type: str
          returned: always
          sample: tcp/443
        sessions_at_least:
          description: Its sessions, at least.
          type: int
          returned: always
          sample: 97
        sessions_at_most:
          description: Its sessions, at most.
          type: int
          returned: always
          sample: 97
        exact:
          description: Whether both are the same.
          type: bool
          returned: always
        percent:
          description: Its share of all sessions, by the lower bound.
          type: float
          returned: always
          sample: 2.1
    top_bounds:
      description: How sure these lists are.
      type: dict
      returned: always
      contains:
        clients:
          description: Of clients.
          type: dict
          returned: always
          contains:
            distinct_at_least:
              description: How many there are, at least.
              type: int
              returned: always
              sample: 397
            distinct_at_most:
              description: How many there are, at most, V(none) where unknown.
              type: int
              returned: always
              sample: 512
            unlisted_at_most:
              description: The most sessions that one which is not listed can have, V(none) where unknown.
              type: int
              returned: always
              sample: 12
        destinations:
          description: Of destinations.
          type: dict
          returned: always
          contains:
            distinct_at_least:
              description: How many there are, at least.
              type: int
              returned: always
              sample: 397
            distinct_at_most:
              description: How many there are, at most, V(none) where unknown.
              type: int
              returned: always
              sample: 512
            unlisted_at_most:
              description: The most sessions that one which is not listed can have, V(none) where unknown.
              type: int
              returned: always
              sample: 12
        services:
          description: Of services.
          type: dict
          returned: always
          contains:
            distinct_at_least:
              description: How many there are, at least.
              type: int
              returned: always
              sample: 397
            distinct_at_most:
              description: How many there are, at most, V(none) where unknown.
              type: int
              returned: always
              sample: 512
            unlisted_at_most:
              description: The most sessions that one which is not listed can have, V(none) where unknown.
              type: int
              returned: always
              sample: 12
    pairs:
      description: Hosts that hold the same sessions.
      type: list
      elements: dict
      returned: always
      contains:
        members:
          description: Names.
          type: list
          elements: str
          returned: always
          sample: [edge1, edge2]
        declared:
          description: Whether somebody said so.
          type: bool
          returned: always
        detected:
          description:
            - Whether nobody said so, and they share sessions, which are counted once then.
            - Neither declared nor detected is a suspicion, and all sessions count.
          type: bool
          returned: always
        sessions:
          description: Member to its sessions.
          type: dict
          returned: always
          sample: {edge1: 4711, edge2: 4709}
        difference:
          description: Protocol to the sessions that one has and another has not, at least.
          type: dict
          returned: always
          sample: {tcp: 2, udp: 0, icmp: 0}
        difference_at_least:
          description:
            - Sessions that not every member has, V(none) where unknown.
            - More than RV(fleet.pairs[].difference) together where the sessions differ and not their number, which
              the subset V(details) can tell.
          type: int
          returned: always
          sample: 2
        difference_about:
          description: The same as an estimate, mostly within 6 percent. V(none) without the subset V(details).
          type: int
          returned: always
          sample: 2
        in_step:
          description: Whether that is within the tolerance, V(none) where unknown.
          type: bool
          returned: always
    changes:
      description: What changed since the audit in O(since), V(none) where there is none.
      type: dict
      returned: always
      contains:
        since:
          description: When the last of its hosts was asked, V(none) where none answered.
          type: str
          returned: always
          sample: "2026-11-25T17:00:00Z"
        hosts_new:
          description: Hosts that were not in it.
          type: list
          elements: str
          returned: always
          sample: [edge4]
        hosts_gone:
          description: Hosts that were in it, and are not asked any more.
          type: list
          elements: str
          returned: always
        hosts_silent:
          description: Hosts that answered then and do not now.
          type: list
          elements: str
          returned: always
        hosts_back:
          description: Hosts that did not answer then and do now.
          type: list
          elements: str
          returned: always
        sessions:
          description: Hosts that were counted both times, the largest difference first.
          type: list
          elements: dict
          returned: always
          contains:
            host:
              description: Host.
              type: str
              returned: always
              sample: edge1
            before:
              description: Sessions then.
              type: int
              returned: always
              sample: 4700
            now:
              description: Sessions now.
              type: int
              returned: always
              sample: 4711
            difference:
              description: How many more they are, below zero for less.
              type: int
              returned: always
              sample: 11
        entries:
          description: What is otherwise now, by host. Releases, kernels, instances, parameters and tables.
          type: list
          elements: dict
          returned: always
          contains:
            host:
              description: Host.
              type: str
              returned: always
              sample: edge1
            instance:
              description: Instance, V(none) for the host as a whole.
              type: str
              returned: always
              sample: default
            what:
              description: What it is.
              type: str
              returned: always
              sample: udp-timeout
            before:
              description: How it was, V(none) where there was nothing.
              type: str
              returned: always
              sample: "300"
            now:
              description: How it is, V(none) where there is nothing any more. Of a table what it has and lacks against before.
              type: str
              returned: always
              sample: "60"
        findings_new:
          description: How many findings O(earlier) did not have, V(none) without it.
          type: int
          returned: always
          sample: 1
        findings_gone:
          description:
            - The findings of O(earlier) that are no more, V(none) without it. Those of a host that gives no answer now are not known
              to be gone.
          type: list
          elements: dict
          returned: always
          contains:
            severity:
              description: Its severity.
              type: str
              returned: always
              sample: warning
            code:
              description: Its code.
              type: str
              returned: always
              sample: pool4_nearly_full
            host:
              description: Host.
              type: str
              returned: always
              sample: edge1
            instance:
              description: Instance.
              type: str
              returned: always
              sample: default
            subject:
              description: What of it.
              type: str
              returned: always
              sample: pool4 udp
    warnings:
      description: What hosts said that was odd and yet no error.
      type: list
      elements: dict
      returned: always
      contains:
        host:
          description: Host.
          type: str
          returned: always
          sample: edge1
        text:
          description: What.
          type: str
          returned: always
          sample: "The kernel module is loaded and has no NAT64 instance: there are no sessions."
stored:
  description: What was added to O(store), V(none) where there is none.
  type: dict
  returned: always
  contains:
    hosts:
      description: Hosts whose tables were added.
      type: int
      returned: always
      sample: 3
    sessions:
      description: Their sessions.
      type: int
      returned: always
      sample: 18250
summary:
  description: The file of O(summary_dest), V(none) where none was written.
  type: str
  returned: when the hosts were brought together
  sample: /var/lib/nat64/fleet.json
unread_summaries:
  description: The files of O(summaries) that could not be read.
  type: list
  elements: dict
  returned: when the hosts were brought together
  contains:
    path:
      description: The file.
      type: str
      returned: always
      sample: /var/lib/nat64/slice-2.json
    condition:
      description: One name for each condition, such as V(SummaryDamaged), V(SummaryNotReadable), V(SummaryNotUnderstood) or V(SummaryFromFuture).
      type: str
      returned: always
      sample: SummaryDamaged
    message:
      description: What happened, and what to do.
      type: str
      returned: always
      sample: The saved fleet summary is damaged
error:
  description: What kept every host from being asked, see M(nat64.jool.jool_session_facts).
  type: dict
  returned: when nobody could be asked
  sample: {condition: WorkersNotStarted}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.nat64.jool.plugins.module_utils.fleet_session_info_options import (
    ARGUMENT_SPEC,
    REQUIRED_ONE_OF,
)


def main() -> None:
    """Say that this is no place to be: the action plugin of the same name does the work, on the controller."""
    module = AnsibleModule(ARGUMENT_SPEC, required_one_of=REQUIRED_ONE_OF, supports_check_mode=True)
    module.fail_json(msg="jool_fleet_session_info works on the controller only, through its action plugin")


if __name__ == "__main__":
    main()
