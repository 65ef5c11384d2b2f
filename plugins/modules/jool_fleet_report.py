#!/usr/bin/python
# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: jool_fleet_report
short_description: Write a report of a fleet of Jool translators
version_added: 0.2.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Renders the finished structure of a fleet to one file on the controller. The role P(nat64.jool.fleet_report#role) writes all of them.
  - Everything that a host, an inventory or a resolved name says is taken for hostile. What a template prints is escaped for the kind
    of the file, in templates of your own too, unless the template asks for it unescaped (C(| safe)).
    M(ansible.builtin.template) escapes nothing.
  - A file is put in place in one step, with mode V(0600). When a template fails, the file that was there stays as it was.
options:
  fleet:
    description: The structure, as M(nat64.jool.jool_fleet_session_info) returns it.
    type: dict
    required: true
  format:
    description:
      - What to write.
      - V(html) is one page that needs nothing from elsewhere.
      - V(hosts_csv) and V(pools_csv) are tables (RFC 4180). A cell that a spreadsheet would take for a formula gets an apostrophe
        in front. What was not gathered is an empty cell.
      - V(prometheus) is a file for the textfile collector of node_exporter. It has no address of a client. What was not gathered
        has no sample.
      - V(json) is the structure itself; O(template) does not count.
    type: str
    required: true
    choices: [html, markdown, hosts_csv, pools_csv, prometheus, json]
  dest:
    description: The file to write, on the controller. Its directory must exist, see O(make_directory).
    type: path
    required: true
  template:
    description:
      - A Jinja2 template to take instead of the built-in one. A relative path is looked for where M(ansible.builtin.template) looks.
      - It finds C(fleet) (the structure), C(view) (the lists cut to what a page shows, and the places of what is drawn) and
        C(extra). Jinja2's own filters are there, and those that the role's README lists; Ansible's are not.
      - C({% extends "nat64.jool/fleet.html.j2" %}) takes the built-in page and overrides the blocks that the template has.
    type: path
  extra:
    description: Values for a template of your own, which finds them under the name C(extra).
    type: dict
    default: {}
  max_pools:
    description: How many pools a page or a Markdown file shows, the fullest first.
    type: int
    default: 20
  max_hosts:
    description: How many hosts it shows. Where there are more, those that need a look come first.
    type: int
    default: 2000
  max_rows:
    description: How many findings of one kind, missing hosts and warnings it shows.
    type: int
    default: 10
  make_directory:
    description: Make the directory of O(dest), with mode V(0700), where it is not there. One that is there keeps its mode.
    type: bool
    default: false
  world_readable:
    description: Write the file with mode V(0644) instead of V(0600), for another user to read it (node_exporter).
    type: bool
    default: false
extends_documentation_fragment:
  - nat64.jool.attributes
attributes:
  action:
    support: full
  async:
    support: none
  check_mode:
    support: full
    details: The report is rendered, and nothing is written.
  diff_mode:
    support: none
    details: A report may hold personal data.
  facts:
    support: none
  platform:
    support: full
    platforms: posix
    details: The controller. No host is asked.
seealso:
  - module: nat64.jool.jool_session_facts
"""

EXAMPLES = r"""
- name: Write the page
  nat64.jool.jool_fleet_report:
    fleet: "{{ audit.fleet }}"
    format: html
    dest: /srv/reports/fleet.html

- name: Write metrics for node_exporter
  nat64.jool.jool_fleet_report:
    fleet: "{{ audit.fleet }}"
    format: prometheus
    dest: /var/lib/prometheus/node-exporter/jool_fleet.prom
    world_readable: true

- name: Write the page with a header of the house's own
  nat64.jool.jool_fleet_report:
    fleet: "{{ audit.fleet }}"
    format: html
    template: our-fleet.html.j2
    extra:
      desk: "+49 30 901820"
    dest: /srv/reports/fleet.html
"""

RETURN = r"""
dest:
  description: The file.
  returned: always
  type: str
  sample: /srv/reports/fleet.html
format:
  description: What was written.
  returned: always
  type: str
  sample: html
error:
  description: What kept the report from being written.
  returned: failure
  type: dict
  contains:
    condition:
      description: A name for the condition, for example V(TemplateFailed) or V(NotAFleet).
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
      description: A sentence that names the template, the line and the reason.
      type: str
"""

# The work is done by the action plugin of this name, on the controller.
