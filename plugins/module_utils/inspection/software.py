# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a host runs what is on its disk, and whether it comes back after the next boot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..preflight.running import talk
from ..records.kind import KINDS, TOOLS
from ..records.release import Release
from .host_facts import HostFacts, module_release, modules_in_use, tool_release
from .seen import Seen

_ON_DISK = {"nat64": "module_on_disk", "siit": "siit_module_on_disk"}

KNOWN_BY = {
    "grub_next_entry": "chosen in GRUB for the next start",
    "grub_saved_entry": "GRUB's saved entry",
    "grub_default": "GRUB's default",
    "newest": "the newest one installed",
}
"""How the next kernel is known (see `system.kernels`), in words."""


def on_disk(facts: HostFacts) -> Iterator[Seen]:
    """Whether the next load of a module brings another release."""
    for kind in KINDS:
        loaded, disk, tool = module_release(facts, kind), facts[_ON_DISK[kind]], tool_release(facts, kind)
        if loaded is None or disk is None or loaded == disk:
            continue
        with_tool = f" The tool is {tool}." if tool else ""
        yield Seen(
            "module_waits",
            f"module {TOOLS[kind]}",
            f"{loaded} is loaded, and {disk} is what the next load or boot brings.{with_tool}",
            "Reload the module at a time of your choice, which ends all sessions, or wait for the next boot.",
        )


def tools(facts: HostFacts) -> Iterator[Seen]:
    """Whether tool and module of SIIT are of one release. Those of NAT64 are known from the sessions, too."""
    tool, module = facts["siit_tool"], facts["siit_module"]
    if tool and module and tool != module:
        yield Seen(
            "version_mixed",
            "releases of tool and module of SIIT",
            f"The tool is {tool}, the loaded kernel module is {module}.",
            "Install the same release of both and reload the module at a time of your choice.",
        )


def kernels(facts: HostFacts) -> Iterator[Seen]:
    """Whether there are modules for the kernel that runs and for the one that starts next."""
    known = facts["kernels"] or {}
    running, following = known.get("running"), known.get("next")
    if running is not None:
        yield from _without_module(facts, running, "runs")
    if following is None or (running is not None and following["release"] == running["release"]):
        return
    why = KNOWN_BY.get(known.get("next_known_by") or "")
    yield from _without_module(facts, following, f"starts at the next boot ({why})" if why else "starts next")
    for kind in KINDS:
        tool = Release.named(tool_release(facts, kind))
        module = following["modules"].get(TOOLS[kind]) or {}
        release = Release.named(module.get("version"))
        if TOOLS[kind] in modules_in_use(facts) and tool and release and not talk(tool, release):
            yield Seen(
                "next_module_differs",
                f"kernel {following['release']}",
                f"It starts next and has module {TOOLS[kind]} {release.name}; the tool is {tool.name}, and they do not "
                "understand each other.",
                "Bring tool and module to one release for that kernel ('dkms status') before the next boot.",
            )


def _without_module(facts: HostFacts, kernel: Mapping[str, Any], when: str) -> Iterator[Seen]:
    found = ((name, kernel["modules"].get(name) or {}) for name in modules_in_use(facts))
    missing = [name for name, module in found if module.get("on_disk") is False]
    if not missing:
        return
    state = f" DKMS says '{kernel['dkms_state']}'." if kernel["dkms_state"] else ""
    yield Seen(
        "kernel_without_module",
        f"kernel {kernel['release']}",
        f"{kernel['release']} {when} and has no module {' nor '.join(missing)} on disk.{state} "
        + ("Once unloaded, it does not come back." if when == "runs" else "After that boot nothing is translated."),
        f"Install its headers and build the module: 'dkms autoinstall -k {kernel['release']}', or the role "
        "nat64.jool.install.",
    )


CHECKS = (on_disk, tools, kernels)
