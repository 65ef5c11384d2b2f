# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A filter that reads what Jool prints of its session table."""

from __future__ import annotations

DOCUMENTATION = r"""
name: jool_parse_sessions
short_description: Read the session table that Jool printed
version_added: 0.1.0
author:
  - the nat64.jool authors (@nat64)
description:
  - Turns the output of C(jool session display) (or C(jool --session) of Jool 3) into a list of sessions, whatever the
    release and the format.
  - A text that is cut short, or that has a line which is not known, is an error.
  - To count sessions, use M(nat64.jool.jool_session_facts) with its option O(nat64.jool.jool_session_facts#module:text),
    which keeps no rows.
positional: _input, protocol
options:
  _input:
    description: The text.
    type: str
    required: true
  protocol:
    description: The protocol of the sessions, for console output of Jool 4, which does not say it.
    type: str
    choices: [tcp, udp, icmp]
seealso:
  - module: nat64.jool.jool_session_facts
"""

EXAMPLES = r"""
- name: Ask by hand
  ansible.builtin.command:
    argv: [jool, session, display, --udp, --numeric, --csv]
  register: table
  changed_when: false

- name: Show the clients
  ansible.builtin.debug:
    msg: "{{ table.stdout | nat64.jool.jool_parse_sessions | map(attribute='ipv6_remote_address') | unique }}"
"""

RETURN = r"""
_value:
  description:
    - The sessions, in the order of the text. Each is a dictionary with the keys that
      RV(nat64.jool.jool_session_facts#module:ansible_facts.jool_sessions.instances[].sessions) documents.
  type: list
  elements: dict
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils.client.capture import read_capture
from ..module_utils.errors import JoolError
from ..module_utils.records.session import PROTOCOLS
from ..module_utils.session_facts_options import text_chunks


def jool_parse_sessions(text: str, protocol: str | None = None) -> list[dict[str, Any]]:
    """The sessions of a text."""
    if not isinstance(text, str):
        raise AnsibleFilterError(f"jool_parse_sessions: a text is needed, this is {type(text).__name__}")
    if protocol is not None and protocol not in PROTOCOLS:
        raise AnsibleFilterError(f"jool_parse_sessions: {protocol!r} is none of {', '.join(PROTOCOLS)}")
    notices: list[str] = []
    try:
        sessions = read_capture(text_chunks(text), "the text given", notices.append, protocol)
        return [session._asdict() for session in sessions]
    except JoolError as error:
        raise AnsibleFilterError(f"jool_parse_sessions: {error}") from error


class FilterModule:
    """Ansible asks this for the filters of the file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"jool_parse_sessions": jool_parse_sessions}
