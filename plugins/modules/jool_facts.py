#!/usr/bin/python
# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: jool_facts
short_description: Gather facts of a Jool translator and its host
version_added: 0.2.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Tells of a host which Jool it has (tool, loaded module, module on disk), whether that survives the next boot (kernels, headers,
    DKMS), how its NAT64 and SIIT instances are configured, what they count, and what beside Jool decides how they work
    (offloads and kernel parameters).
  - What could not be read is V(none) and never zero, and a warning says why. A host without Jool is no failure.
  - The configuration of an instance comes in the words of the options of C(nat64.jool.jool_instance), to be given back as it is.
  - Only commands that read are run, and nothing is changed on the host.
options:
  gather_subset:
    description:
      - V(versions) are the releases of tools and loaded modules, and always there.
      - V(kernel) adds the running kernel and the one that starts next, and for both the modules on disk, headers and the state of
        DKMS.
      - V(instances) adds the configuration of each instance. The static entries of the BIB are found by reading all of it, which takes
        about as long as reading the session table.
      - V(statistics) adds all counters of each instance with Jool's explanations.
      - V(offloads) adds the offloads of the network interfaces that are up, V(sysctls) some kernel parameters,
        V(sockets) the ports that programs of the host listen on over IPv4, and the host's IPv4 addresses.
    type: list
    elements: str
    choices: [all, versions, kernel, instances, statistics, offloads, sysctls, sockets]
    default: [all]
  netns:
    description:
      - Network namespaces to look for instances in, and to read offloads, kernel parameters and sockets of, by the names
        that C(ip netns list) shows. An empty string stands for the namespace that the connection ends in. A namespace that does not
        exist is an error; one without an instance is none.
      - Left out, the host's own namespace is asked, and then the named ones, until every listed instance was met. Offloads, kernel
        parameters and sockets are those of the host's own namespace and of each that has an instance.
    type: list
    elements: str
  jool_path:
    description: The name or path of the NAT64 tool on the host.
    type: str
    default: jool
  jool_siit_path:
    description: The name or path of the SIIT tool on the host.
    type: str
    default: jool_siit
  transport:
    description:
      - V(connection) uses the connection of the task, with C(become). The host needs a shell, no Python.
      - V(ssh) opens an SSH connection of its own from the controller with Paramiko, to the place and as the user that the
        inventory says. Host keys are verified against known_hosts. The host needs a shell, no Python.
      - V(host) runs this module on the host, which needs Python and TextFSM.
    type: str
    choices: [connection, ssh, host]
    default: connection
  timeout:
    description:
      - Seconds that each command on the host may take. V(0) is no limit.
    type: float
    default: 120.0
notes:
  - Instances can be asked by root only (C(become)), since Jool wants CAP_NET_ADMIN. Without it they are V(none), with a warning;
    releases, kernels, offloads and kernel parameters are gathered all the same.
requirements:
  - Jool 3.6 or later for instances and statistics; other facts need no Jool at all
  - TextFSM (Python library) on the controller, or on the host with O(transport=host)
  - Paramiko (Python library) on the controller with O(transport=ssh)
seealso:
  - module: nat64.jool.jool_session_facts
  - name: Jool's documentation
    description: What the parameters and tables mean.
    link: https://nicmx.github.io/Jool/en/documentation.html
  - name: Offloads
    description: Why Jool wants receive offloads to be off.
    link: https://nicmx.github.io/Jool/en/offloads.html
extends_documentation_fragment:
  - nat64.jool.attributes
  - nat64.jool.attributes.gathers
attributes:
  action:
    support: full
  async:
    support: none
"""

EXAMPLES = r"""
- name: Learn all of every translator
  nat64.jool.jool_facts:
  become: true

- name: Show hosts whose translator does not come back after the next boot
  ansible.builtin.debug:
    msg: "Kernel {{ following.release }} starts next and has no module of Jool"
  vars:
    following: "{{ ansible_facts.jool.kernels.next }}"
  when:
    - following is not none
    - following.modules.jool.on_disk is false

- name: Only releases, as cheap as can be
  nat64.jool.jool_facts:
    gather_subset: [versions]

- name: Show counters that moved
  ansible.builtin.debug:
    msg: "{{ item.key }} = {{ item.value.value }} ({{ item.value.explanation }})"
  loop: "{{ ansible_facts.jool.instances[0].statistics | dict2items }}"
  loop_control:
    label: "{{ item.key }}"
  when: item.value.value

- name: Keep the configuration of every instance in a file on the controller
  ansible.builtin.copy:
    content: "{{ ansible_facts.jool.instances | map(attribute='config') | to_nice_yaml }}"
    dest: "/var/lib/nat64/{{ inventory_hostname }}.yml"
    mode: "0600"
  delegate_to: localhost
  become: false
"""

RETURN = r"""
ansible_facts:
  description: Facts of the host.
  returned: success
  type: dict
  contains:
    jool:
      description: The answer. Every key is always there; what was not gathered or could not be read is V(none), and never zero.
      type: dict
      returned: success
      contains:
        schema:
          description: The version of this structure.
          type: int
          returned: always
          sample: 1
        gathered_at:
          description: When the question was asked, UTC, by the clock of the machine that asked.
          type: str
          returned: always
          sample: "2026-11-25T18:00:00Z"
        transport:
          description: The way to the host.
          type: str
          returned: always
          sample: connection
        complete:
          description:
            - Whether all was read of Jool that was asked for, that is releases, and configuration and statistics of every instance.
            - Programs of the operating system that are missing do not count here; what they would have told is V(none).
          type: bool
          returned: always
        warnings:
          description: What could not be read, and why. Also shown as warnings of the task.
          type: list
          elements: str
          returned: always
        subsets:
          description: What was asked for.
          type: list
          elements: str
          returned: always
          sample: [versions, kernel]
        tool:
          description: The release of the NAT64 tool, V(none) where there is none.
          type: str
          returned: always
          sample: 4.1.9
        module:
          description: The release of the loaded NAT64 module, V(none) where it is not loaded.
          type: str
          returned: always
          sample: 4.1.9
        module_on_disk:
          description: The release of the NAT64 module that C(modprobe) would load into the running kernel. V(none) where there is none.
          type: str
          returned: always
          sample: 4.1.9
        siit_tool:
          description: As RV(ansible_facts.jool.tool), of SIIT.
          type: str
          returned: always
          sample: 4.1.9
        siit_module:
          description: As RV(ansible_facts.jool.module), of SIIT.
          type: str
          returned: always
          sample: 4.1.9
        siit_module_on_disk:
          description: As RV(ansible_facts.jool.module_on_disk), of SIIT.
          type: str
          returned: always
          sample: 4.1.9
        kernels:
          description: The kernels of the host. V(none) without the subset V(kernel).
          type: dict
          returned: always
          contains:
            running:
              description: The kernel that runs.
              type: dict
              returned: always
              contains: &kernel
                release:
                  description: As C(uname -r) names it.
                  type: str
                  returned: always
                  sample: 6.1.0-28-amd64
                headers:
                  description: Whether there are the headers that a module is built with.
                  type: bool
                  returned: always
                dkms_state:
                  description:
                    - The best state that a version of Jool has in DKMS for this kernel, V(installed), V(built), V(added) (the sources
                      are there and nothing was built for this kernel) or V(broken). V(absent) where DKMS does not know of Jool.
                    - V(none) where DKMS could not be asked.
                  type: str
                  returned: always
                  sample: installed
                modules:
                  description: Jool's modules on disk, by their names V(jool) and V(jool_siit).
                  type: dict
                  returned: always
                  contains:
                    jool:
                      description: The module of NAT64.
                      type: dict
                      returned: always
                      contains: &module
                        on_disk:
                          description: Whether there is a file of it for this kernel.
                          type: bool
                          returned: always
                        paths:
                          description: Its files, compressed or not.
                          type: list
                          elements: str
                          returned: always
                          sample: [/lib/modules/6.1.0-28-amd64/updates/dkms/jool.ko]
                        path:
                          description: The file that C(modprobe) would load.
                          type: str
                          returned: always
                          sample: /lib/modules/6.1.0-28-amd64/updates/dkms/jool.ko
                        version:
                          description: The release of that file.
                          type: str
                          returned: always
                          sample: 4.1.9
                    jool_siit:
                      description: The module of SIIT.
                      type: dict
                      returned: always
                      contains: *module
            next:
              description:
                - The kernel that starts at the next boot, with the same keys as for the running one. V(none) where that is not known.
                - It is what GRUB's menu and environment say. Without GRUB it is the newest kernel in C(/boot) by the order of its
                  packages on Debian, Ubuntu and their like, and not known elsewhere.
              type: dict
              returned: always
              contains: *kernel
            next_known_by:
              description:
                - V(grub_next_entry) (chosen for one start), V(grub_saved_entry), V(grub_default) or V(newest).
              type: str
              returned: always
              sample: grub_default
            installed:
              description: Kernels with an image in C(/boot), the newest first.
              type: list
              elements: str
              returned: always
              sample: [6.1.0-28-amd64, 6.1.0-27-amd64]
        dkms:
          description: What C(dkms status) says of Jool. V(none) without the subset V(kernel) and where there is no DKMS.
          type: list
          elements: dict
          returned: always
          contains:
            name:
              description: The name of the package in DKMS.
              type: str
              returned: always
              sample: jool-dkms
            version:
              description: Its version.
              type: str
              returned: always
              sample: 4.1.9
            kernel:
              description: The kernel that this is about, V(none) for sources that were built for none.
              type: str
              returned: always
              sample: 6.1.0-28-amd64
            architecture:
              description: The architecture, likewise.
              type: str
              returned: always
              sample: x86_64
            state:
              description: The word of DKMS.
              type: str
              returned: always
              sample: installed
            note:
              description: What DKMS adds to it, for example that the installed module is not the one that was built.
              type: str
              returned: always
              sample: (WARNING! Diff between built and installed module!)
        instances:
          description:
            - The instances of NAT64 and SIIT. An empty list says that there are none.
            - V(none) without the subsets V(instances) and V(statistics), and where one kind of instances could not be listed.
          type: list
          elements: dict
          returned: always
          contains:
            translator:
              description: V(nat64) or V(siit).
              type: str
              returned: always
              sample: nat64
            name:
              description: The instance's name.
              type: str
              returned: always
              sample: default
            netns:
              description: The network namespace, an empty string for the one that the connection ends in.
              type: str
              returned: always
              sample: blue
            framework:
              description: V(netfilter) or V(iptables), V(none) where it cannot be told.
              type: str
              returned: always
              sample: netfilter
            complete:
              description: Whether all was read of it that was asked for.
              type: bool
              returned: always
            config:
              description:
                - How it is configured, in the words of the options of C(nat64.jool.jool_instance). V(none) without the subset
                  V(instances) and where it could not be read as a whole.
              type: dict
              returned: always
              contains:
                name:
                  description: The instance's name.
                  type: str
                  returned: always
                  sample: default
                netns:
                  description: The network namespace, as above.
                  type: str
                  returned: always
                  sample: ""
                translator:
                  description: V(nat64) or V(siit), as above.
                  type: str
                  returned: always
                  sample: nat64
                framework:
                  description: The framework, as above.
                  type: str
                  returned: always
                  sample: netfilter
                global:
                  description:
                    - Every global parameter, by Jool's name with underscores. Timeouts are in seconds. C(ss_flush_deadline) is in
                      milliseconds, as in Jool itself. A prefix that is not set is V(none).
                  type: dict
                  returned: always
                  sample: {pool6: "64:ff9b::/96", tcp_est_timeout: 7200.0, mtu_plateaus: [65535, 1500], ss_flush_deadline: 2000}
                pool4:
                  description: The ranges of pool4, as Jool has merged them. V(none) for SIIT.
                  type: list
                  elements: dict
                  returned: always
                  contains:
                    protocol:
                      description: The protocol.
                      type: str
                      returned: always
                      sample: tcp
                    prefix:
                      description: The address.
                      type: str
                      returned: always
                      sample: 192.0.2.1
                    port_range:
                      description: Ports or ICMP identifiers.
                      type: str
                      returned: always
                      sample: 61001-65535
                    mark:
                      description: The mark of packets that use it.
                      type: int
                      returned: always
                      sample: 0
                    max_iterations:
                      description: A number, V(infinity), or V(auto) where Jool computes it.
                      type: raw
                      returned: always
                      sample: auto
                bib:
                  description: The static entries of the BIB. V(none) for SIIT.
                  type: list
                  elements: dict
                  returned: always
                  contains:
                    protocol:
                      description: The protocol.
                      type: str
                      returned: always
                      sample: tcp
                    ipv6_address:
                      description: Address and port of the IPv6 side.
                      type: str
                      returned: always
                      sample: "2001:db8::5#80"
                    ipv4_address:
                      description: Address and port of the IPv4 side.
                      type: str
                      returned: always
                      sample: "192.0.2.1#80"
                eamt:
                  description: The explicit address mappings. V(none) for NAT64.
                  type: list
                  elements: dict
                  returned: always
                  contains:
                    ipv6_prefix:
                      description: The IPv6 side.
                      type: str
                      returned: always
                      sample: 2001:db8:1::/120
                    ipv4_prefix:
                      description: The IPv4 side.
                      type: str
                      returned: always
                      sample: 192.0.2.0/24
                denylist4:
                  description: Prefixes that are never translated. V(none) for NAT64.
                  type: list
                  elements: str
                  returned: always
                  sample: [198.51.100.0/24]
            statistics:
              description:
                - All counters by Jool's own names, those that are zero among them. V(none) without the subset V(statistics) and where
                  they could not be read.
                - Each is a dictionary with the keys C(value), C(valid), C(printed) and C(explanation). A value of 2 to the 63rd or more is
                  a count that went below zero and cannot be true. It is not C(valid) then, C(value) is V(none), and C(printed) is
                  what Jool said.
              type: dict
              returned: always
              sample:
                JSTAT_SUCCESS:
                  value: 4711
                  valid: true
                  printed: 4711
                  explanation: Successful translations. (Note - 'Successful translation' does not imply that the packet was actually delivered.)
        offloads:
          description: The offloads of network interfaces that are up, without loopback. V(none) without the subset V(offloads).
          type: list
          elements: dict
          returned: always
          contains:
            netns:
              description: The network namespace, as above.
              type: str
              returned: always
              sample: ""
            interface:
              description: The interface.
              type: str
              returned: always
              sample: eth0
            features:
              description:
                - By the names of C(ethtool) with underscores. Each is a dictionary with the keys C(enabled) and C(fixed) (which cannot be
                  changed), and V(none) where the interface or this ethtool does not know it.
                - V(none) as a whole where there is no C(ethtool), and where it could not tell.
              type: dict
              returned: always
              sample:
                generic_receive_offload: {enabled: false, fixed: false}
                large_receive_offload: {enabled: false, fixed: true}
        sysctls:
          description: Kernel parameters. V(none) without the subset V(sysctls).
          type: list
          elements: dict
          returned: always
          contains:
            netns:
              description: The network namespace, as above.
              type: str
              returned: always
              sample: ""
            parameters:
              description:
                - By their names. One that the kernel does not have is V(none). A number is an integer, the range of local ports a list of two,
                  and anything else text. V(none) as a whole where they could not be read.
              type: dict
              returned: always
              sample:
                net.ipv4.ip_forward: 1
                net.ipv6.conf.all.forwarding: 1
                net.ipv4.conf.all.rp_filter: 0
                net.ipv4.conf.default.rp_filter: 0
                net.ipv4.ip_local_port_range: [32768, 60999]
                net.ipv4.ip_local_reserved_ports: ""
        sockets:
          description: Where programs of the host listen. V(none) without the subset V(sockets).
          type: list
          elements: dict
          returned: always
          contains:
            netns:
              description: The network namespace, as above.
              type: str
              returned: always
              sample: ""
            listening:
              description: Sockets of TCP and UDP that take IPv4. V(none) where they could not be read.
              type: list
              elements: dict
              returned: always
              contains:
                protocol:
                  description: V(tcp) or V(udp).
                  type: str
                  returned: always
                  sample: tcp
                address:
                  description: The address, V(none) for every address of the host.
                  type: str
                  returned: always
                  sample: 192.0.2.1
                port:
                  description: The port.
                  type: int
                  returned: always
                  sample: 22
        ipv4_addresses:
          description: The global IPv4 addresses of the host. V(none) without the subset V(sockets).
          type: list
          elements: dict
          returned: always
          contains:
            netns:
              description: The network namespace, as above.
              type: str
              returned: always
              sample: ""
            addresses:
              description: The addresses. V(none) where they could not be read.
              type: list
              elements: str
              returned: always
              sample: [192.0.2.1]
error:
  description: What went wrong, for a playbook to test.
  returned: failure
  type: dict
  contains:
    condition:
      description:
        - One name for each condition, such as V(NoSuchNamespace), V(CommandTimeout), V(ConnectionFailed), V(ConnectionLost),
          V(HostKeyRefused), V(AuthenticationFailed) or V(EscalationFailed).
      type: str
      returned: always
      sample: NoSuchNamespace
    host:
      description: The host.
      type: str
      returned: always
      sample: edge1
    command:
      description: The command, empty where none was run.
      type: str
      returned: always
      sample: dkms status
    exit_status:
      description: Its exit status, V(none) where there is none.
      type: int
      returned: always
      sample: 1
    output:
      description: What the command said about it.
      type: str
      returned: always
    message:
      description: The same as C(msg).
      type: str
      returned: always
      sample: "edge1: There is no such network namespace: 'nope'. List the namespaces with 'ip netns list'."
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.nat64.jool.plugins.module_utils.errors import JoolError
from ansible_collections.nat64.jool.plugins.module_utils.facts.host_facts import gather_host
from ansible_collections.nat64.jool.plugins.module_utils.facts_options import (
    ARGUMENT_SPEC,
    host_question,
    tools,
)
from ansible_collections.nat64.jool.plugins.module_utils.task_options import OptionError
from ansible_collections.nat64.jool.plugins.module_utils.transport.host import HostTransport


def main() -> None:
    """Gather the facts of the machine that this runs on."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    options = module.params
    try:
        if options["transport"] == "ssh":
            raise OptionError(
                "transport: 'ssh' starts at the controller, and here the module runs on the host by itself"
            )
        facts = gather_host(HostTransport(), host_question(options), tools(options), options["timeout"])
    except JoolError as error:
        module.fail_json(msg=str(error), error=error.as_dict())
    except ValueError as error:
        module.fail_json(msg=str(error))
    for warning in facts["warnings"]:
        module.warn(warning)
    module.exit_json(ansible_facts={"jool": facts})


if __name__ == "__main__":
    main()
