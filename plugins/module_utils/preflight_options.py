# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of `jool_preflight`, what they ask for, and the shape of the answer, for module and action plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .config.entries import Complaints
from .config.pool4 import Pool4, read_pool4
from .preflight.examine import examine
from .preflight.look import METHODS, PACKAGE, Request, Seen, look
from .preflight.observation import WARNING, Finding
from .preflight.policy import ACCEPTABLE, judge, stops
from .records.kind import NAT64, SIIT
from .task_options import TRANSPORTS, OptionError
from .transport.base import Transport

ARGUMENT_SPEC: dict[str, Any] = {
    "version": {"type": "str", "default": ""},
    "method": {"type": "str", "choices": list(METHODS), "default": PACKAGE},
    "builds": {"type": "bool", "default": True},
    "translators": {"type": "list", "elements": "str", "choices": [NAT64, SIIT], "default": [NAT64]},
    "module_package": {"type": "str", "default": "jool-dkms"},
    "tools_package": {"type": "str", "default": "jool-tools"},
    "headers_package": {"type": "str", "default": "linux-headers-{release}"},
    "following_headers": {"type": "str", "default": "linux-headers-{flavour}"},
    "following_image": {"type": "str", "default": "linux-image-{flavour}"},
    "reload": {"type": "bool", "default": False},
    "pool4": {"type": "list", "elements": "dict"},
    "accept": {"type": "list", "elements": "str", "choices": list(ACCEPTABLE), "default": []},
    "stop": {"type": "bool", "default": True},
    "jool_path": {"type": "str", "default": "jool"},
    "transport": {"type": "str", "choices": list(TRANSPORTS), "default": "connection"},
    "timeout": {"type": "float", "default": 120.0},
}

PLACEHOLDERS = {"headers_package": "release", "following_headers": "flavour", "following_image": "flavour"}
"""Option to the one name that may stand in braces in it."""


def request(options: Mapping[str, Any]) -> Request:
    """What validated options ask for.

    :raises OptionError: for a value that makes no sense.
    :raises ConfigurationInvalid: for a pool4 that is none.
    """
    if options["timeout"] < 0:
        raise OptionError(f"timeout: {options['timeout']:g} is not at least 0")
    if not options["translators"]:
        raise OptionError("translators: an empty list asks for nothing; leave the option out for NAT64")
    for name, placeholder in PLACEHOLDERS.items():
        rest = options[name].replace(f"{{{placeholder}}}", "")
        if "{" in rest or "}" in rest:
            raise OptionError(f"{name}: '{options[name]}' may have {{{placeholder}}} in braces, and nothing else")
    names = ("version", "method", "builds", "module_package", "tools_package", "reload", "jool_path", *PLACEHOLDERS)
    return Request(
        **{name: options[name] for name in names},
        translators=tuple(dict.fromkeys(options["translators"])),
        pool4=_pool4(options["pool4"]),
    )


def check(transport: Transport, options: Mapping[str, Any]) -> dict[str, Any]:
    """The result of a task: the findings, what they are about, and whether they stop it.

    :raises JoolError: where the way to the host breaks, and for a pool4 that is none.
    :raises OptionError: for a value that makes no sense.
    """
    seen = look(transport, request(options), options["timeout"])
    findings = judge(examine(seen.situation), options["accept"])
    errors = stops(findings)
    result: dict[str, Any] = {
        "changed": False,
        "preflight": preflight(seen, findings),
        "warnings": [finding.sentence for finding in findings if finding.severity == WARNING],
    }
    if errors and options["stop"]:
        result["failed"] = True
        result["msg"] = " ".join(
            ["Nothing was changed:", *(finding.sentence for finding in errors)],
        )
    return result


def preflight(seen: Seen, findings: list[Finding]) -> dict[str, Any]:
    """The shape of the answer. Every key is always there; what is not known is None."""
    situation, target = seen.situation, seen.situation.target
    return {
        "findings": [finding._asdict() for finding in findings],
        "stops": bool(stops(findings)),
        "version": target.module.name if target.module else None,
        "tool_version": target.tool.name if target.tool else None,
        "packages": dict(target.packages),
        "to_install": list(seen.to_install) if seen.to_install is not None else None,
        "headers_packages": list(seen.headers_packages) if situation.builds else [],
        "kernels": [
            {
                "release": kernel.release,
                "when": kernel.when,
                "headers": kernel.headers,
                "module": kernel.module.name if kernel.module else None,
            }
            for kernel in situation.kernels
        ],
        "tool": situation.tool.name if situation.tool else None,
        "loaded": situation.loaded.name if situation.loaded else None,
        "modules_loaded": list(situation.modules_loaded),
        "reloads": _reloads(seen),
        "not_known": list(seen.notices),
    }


def _reloads(seen: Seen) -> bool:
    """Whether the module that is loaded will be replaced."""
    situation = seen.situation
    loaded, target = situation.loaded, situation.target.module
    return situation.reload and loaded is not None and target is not None and loaded != target


def _pool4(value: list[dict[str, Any]] | None) -> Pool4 | None:
    if value is None:
        return None
    complaints = Complaints()
    pool = read_pool4(value, complaints, force=True)
    complaints.refuse()
    return pool
