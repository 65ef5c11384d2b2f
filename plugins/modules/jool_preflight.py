#!/usr/bin/python
# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: jool_preflight
short_description: Find what would keep Jool from working on a host, before anything is changed there
version_added: 0.2.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Looks at a host that is to become a translator, or to get another version of Jool, and tells what would go wrong - as findings
    with a severity, what was read, and what to do.
  - Errors make the task fail, so that a play ends before anything is changed. Warnings are warnings of the task.
  - What could not be found out is no finding; RV(preflight.not_known) says what it was.
  - Only commands that read are run, and nothing is changed on the host. Secure Boot is looked at and never turned off.
options:
  version:
    description:
      - The version that the host is to have. Empty takes what is installed, and the newest where nothing is; V(newest) takes the newest.
      - Else it is a release of Jool such as V(4.1.9), or a version of the package such as V(4.1.9-1).
    type: str
    default: ""
  method:
    description:
      - How it gets there. V(package) asks the package manager what is to be had (apt; of others nothing is known beforehand),
        V(source) are the sources of the release in O(version), V(existing) installs nothing - what is on disk must do.
    type: str
    choices: [package, source, existing]
    default: package
  builds:
    description: Whether modules are built on the host (DKMS). Without it kernels, headers and signing keys are not looked at.
    type: bool
    default: true
  translators:
    description: The kinds of translator whose kernel modules are needed.
    type: list
    elements: str
    choices: [nat64, siit]
    default: [nat64]
  module_package:
    description: The name of the package with the kernel modules.
    type: str
    default: jool-dkms
  tools_package:
    description: The name of the package with the tools.
    type: str
    default: jool-tools
  headers_package:
    description: The name of the package with the headers of a kernel. C({release}) stands for the kernel. Empty for none.
    type: str
    default: linux-headers-{release}
  following_headers:
    description:
      - The name of the package that brings the headers of every later kernel, too. C({flavour}) stands for the kind of kernel
        (V(cloud-amd64), V(generic)). It is named in the answer where O(following_image) is installed. Empty for none.
    type: str
    default: linux-headers-{flavour}
  following_image:
    description: The name of the package that brings every later kernel.
    type: str
    default: linux-image-{flavour}
  reload:
    description: Whether a module that is loaded may be replaced by another version, which ends all sessions.
    type: bool
    default: false
  pool4:
    description:
      - The ranges that instances are going to have, as C(nat64.jool.jool_instance) takes them. They are compared with the ports that the
        host sends from by itself and with those that it listens on. Left out, nothing is compared.
    type: list
    elements: dict
  accept:
    description: Codes of errors that are to be warnings on these hosts.
    type: list
    elements: str
    choices:
      - headers_missing
      - kernel_too_new
      - kernel_too_old
      - module_missing
      - module_not_kept
      - pool4_listening
      - pool4_local_ports_refused
      - signing_key_missing
      - signing_key_not_enrolled
      - versions_differ
    default: []
  stop:
    description: Whether errors make the task fail. Without it they are in the answer only.
    type: bool
    default: true
  jool_path:
    description: The name or path of the NAT64 tool on the host.
    type: str
    default: jool
  transport:
    description:
      - V(connection) uses the connection of the task, with C(become). The host needs a shell, no Python.
      - V(ssh) opens an SSH connection of its own from the controller with Paramiko. V(host) runs this module on the host, which needs
        Python and TextFSM.
    type: str
    choices: [connection, ssh, host]
    default: connection
  timeout:
    description: Seconds that each command on the host may take. V(0) is no limit.
    type: float
    default: 120.0
notes:
  - Some of what is read may be root's only (C(become)), such as the menu of the boot loader.
seealso:
  - module: nat64.jool.jool_facts
  - name: Kernels
    description: Which kernels each release of Jool is made for.
    link: https://nicmx.github.io/Jool/en/intro-jool.html
extends_documentation_fragment:
  - nat64.jool.attributes
  - nat64.jool.attributes.looks
attributes:
  action:
    support: full
  async:
    support: none
"""

EXAMPLES = r"""
- name: See what would keep the newest Jool from working
  nat64.jool.jool_preflight:
    version: newest
    stop: false
  become: true
  register: look

- name: Show it, the worst first
  ansible.builtin.debug:
    msg: "{{ item.severity }}: {{ item.subject }}: {{ item.evidence }} {{ item.remedy }}"
  loop: "{{ look.preflight.findings }}"
  loop_control:
    label: "{{ item.code }}"

- name: End here unless pool4 and the host keep out of each other's way
  nat64.jool.jool_preflight:
    method: existing
    pool4:
      - {protocol: tcp, prefix: 198.51.100.1, port_range: 61001-65535}
  become: true
"""

RETURN = r"""
preflight:
  description: The answer. Every key is always there; what is not known is V(none).
  returned: success, and failure because of findings
  type: dict
  contains:
    findings:
      description: What was found, the worst first.
      type: list
      elements: dict
      returned: always
      contains:
        severity:
          description: V(error), V(warning) or V(note).
          type: str
          returned: always
          sample: error
        code:
          description: What it is, for programs.
          type: str
          returned: always
          sample: kernel_too_new
        subject:
          description: What of the host, in a few words.
          type: str
          returned: always
          sample: kernel 6.12.9-amd64
        evidence:
          description: A sentence with what was read.
          type: str
          returned: always
          sample: Jool 4.1.9 is documented for kernels 4.9 to 6.1; 6.12.9-amd64 starts next.
        remedy:
          description: A sentence that says what to do.
          type: str
          returned: always
        accepted:
          description: Whether it is an error that O(accept) made a warning.
          type: bool
          returned: always
    stops:
      description: Whether there is an error.
      type: bool
      returned: always
    version:
      description: The release of the module that the host will have.
      type: str
      returned: always
      sample: 4.1.9
    tool_version:
      description: The release of the tools that it will have.
      type: str
      returned: always
      sample: 4.1.9
    packages:
      description: The packages to install, or that are there, with their versions. Empty where the package manager was not asked.
      type: dict
      returned: always
      sample: {jool-dkms: 4.1.9-1, jool-tools: 4.1.9-1}
    to_install:
      description:
        - What of all these packages is not there yet, as C(ansible.builtin.apt) takes it, headers first. V(none) where the package
          manager was not asked.
      type: list
      elements: str
      returned: always
      sample: [linux-headers-6.1.0-28-amd64, jool-dkms=4.1.9-1, jool-tools=4.1.9-1]
    headers_packages:
      description: The packages with the headers of the kernels, those that are there among them.
      type: list
      elements: str
      returned: always
      sample: [linux-headers-6.1.0-28-amd64, linux-headers-amd64]
    kernels:
      description: The kernel that runs, and the one that starts next where it is another.
      type: list
      elements: dict
      returned: always
      contains:
        release:
          description: As C(uname -r) names it.
          type: str
          returned: always
          sample: 6.1.0-28-amd64
        when:
          description: V(runs), V(starts next) or V(runs and starts next).
          type: str
          returned: always
          sample: runs and starts next
        headers:
          description: Whether its headers are there.
          type: bool
          returned: always
        module:
          description: The release of Jool's modules on disk for it, V(none) where one is missing.
          type: str
          returned: always
          sample: 4.1.9
    tool:
      description: The release of the NAT64 tool that is there now.
      type: str
      returned: always
      sample: 4.1.9
    loaded:
      description: The release of the module that is loaded.
      type: str
      returned: always
      sample: 4.1.9
    modules_loaded:
      description: The names of Jool's modules that are loaded.
      type: list
      elements: str
      returned: always
      sample: [jool]
    reloads:
      description: Whether O(reload) has something to do.
      type: bool
      returned: always
    not_known:
      description: What could not be found out, and why.
      type: list
      elements: str
      returned: always
error:
  description: What went wrong on the way, for a playbook to test. Not there where findings made the task fail.
  returned: failure
  type: dict
  contains:
    condition:
      description: One name for each condition, such as V(ConfigurationInvalid), V(CommandTimeout) or V(ConnectionLost).
      type: str
      returned: always
      sample: ConnectionLost
    host:
      description: The host.
      type: str
      returned: always
      sample: edge1
    command:
      description: The command, empty where none was run.
      type: str
      returned: always
      sample: uname -r
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
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.nat64.jool.plugins.module_utils.errors import JoolError
from ansible_collections.nat64.jool.plugins.module_utils.preflight_options import ARGUMENT_SPEC, check
from ansible_collections.nat64.jool.plugins.module_utils.task_options import OptionError
from ansible_collections.nat64.jool.plugins.module_utils.transport.host import HostTransport


def main() -> None:
    """Look at the machine that this runs on."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    try:
        if module.params["transport"] == "ssh":
            raise OptionError(
                "transport: 'ssh' starts at the controller, and here the module runs on the host by itself"
            )
        result = check(HostTransport(), module.params)
    except JoolError as error:
        module.fail_json(msg=str(error), error=error.as_dict())
    except ValueError as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings"):
        module.warn(warning)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
