# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `jool_facts`, and what they ask for. Shared by the module and the action plugin."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from .facts.host_facts import Tools
from .facts.host_question import HOST_SUBSETS, HostQuestion
from .records.kind import TOOLS
from .task_options import TRANSPORTS, OptionError

ARGUMENT_SPEC: dict[str, Any] = {
    "gather_subset": {"type": "list", "elements": "str", "choices": ["all", *HOST_SUBSETS], "default": ["all"]},
    "netns": {"type": "list", "elements": "str"},
    "jool_path": {"type": "str", "default": "jool"},
    "jool_siit_path": {"type": "str", "default": "jool_siit"},
    "transport": {"type": "str", "choices": list(TRANSPORTS), "default": "connection"},
    "timeout": {"type": "float", "default": 120.0},
}

OTHER = {"jool_path": TOOLS["siit"], "jool_siit_path": TOOLS["nat64"]}
"""Option to the tool that it cannot be."""


def host_question(options: Mapping[str, Any]) -> HostQuestion:
    """What validated options ask for.

    :raises OptionError: for a value that makes no sense.
    """
    if options["timeout"] < 0:
        raise OptionError(f"timeout: {options['timeout']:g} is not at least 0")
    for name in ("gather_subset", "netns"):
        if options[name] is not None and not options[name]:
            raise OptionError(f"{name}: an empty list asks for nothing; leave the option out to ask for all")
    for name, other in OTHER.items():
        if posixpath.basename(options[name]) == other:
            raise OptionError(f"{name}: '{options[name]}' is the tool of the other kind of translator")
    subsets = set(options["gather_subset"])
    return HostQuestion(
        subsets=frozenset(HOST_SUBSETS if "all" in subsets else subsets),
        netns=None if options["netns"] is None else tuple(dict.fromkeys(str(name) for name in options["netns"])),
    )


def tools(options: Mapping[str, Any]) -> Tools:
    """Where the tools are."""
    return Tools(nat64=options["jool_path"], siit=options["jool_siit_path"])
