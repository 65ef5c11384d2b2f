# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kernel that runs, those that are installed, and the one that starts next."""

from __future__ import annotations

from dataclasses import dataclass

from . import grub
from .programs import Programs
from .versions import newest_first

GRUB_DIRECTORIES = ("grub", "grub2")
"""Below /boot, of Debian and of others."""

BY_PACKAGE_ORDER = ("debian", "ubuntu")
"""Distributions where every boot loader is set up to start the newest kernel, if nobody said otherwise."""

UNKNOWN = "Which kernel starts next is not known"


@dataclass(frozen=True)
class Kernels:
    """Releases of kernels, as ``uname -r`` prints them.

    :ivar running: the one that runs; None where it is not known.
    :ivar following: the one that starts next; likewise.
    :ivar known_by: how `following` is known: ``grub_next_entry`` (chosen for one start), ``grub_saved_entry``,
        ``grub_default``, ``newest`` (no GRUB, and the distribution starts the newest); None where it is not known.
    :ivar installed: those with an image in /boot, the newest first; None where that is not known.
    """

    running: str | None
    following: str | None
    known_by: str | None
    installed: tuple[str, ...] | None


def kernels(programs: Programs) -> Kernels:
    """The kernels of a host."""
    running = programs.read(("uname", "-r"), str.strip, "The running kernel is not known")
    names = programs.read(("ls", "-1", "/boot"), str.splitlines, UNKNOWN)
    if names is None:
        return Kernels(running or None, None, None, None)
    found = [release for release in map(grub.image_release, names) if release]
    installed = newest_first([release for release in dict.fromkeys(found) if "rescue" not in release])
    following, known_by = _following(programs, names, installed)
    return Kernels(running or None, following, known_by, tuple(installed))


def _following(programs: Programs, boot: list[str], installed: list[str]) -> tuple[str | None, str | None]:
    if not installed:
        programs.notices.append(f"{UNKNOWN}: there is no kernel in /boot.")
        return None, None
    directory = next((name for name in GRUB_DIRECTORIES if name in boot), None)
    text = programs.file(f"/boot/{directory}/grub.cfg") if directory else None
    if text is not None:
        return _by_grub(programs, f"/boot/{directory}", text, installed)
    if directory:
        listed = programs.read(("ls", "-1", f"/boot/{directory}"), str.splitlines, UNKNOWN)
        if listed is None:
            return None, None
        if "grub.cfg" in listed:
            programs.notices.append(f"{UNKNOWN}: /boot/{directory}/grub.cfg may not be read.")
            return None, None
    return _by_distribution(programs, installed)


def _by_grub(programs: Programs, directory: str, text: str, installed: list[str]) -> tuple[str | None, str | None]:
    environment = grub.read_environment(programs.file(f"{directory}/grubenv") or "")
    choice = grub.choose(grub.read_menu(text), environment, installed)
    if choice.kernel is None:
        programs.notices.append(f"{UNKNOWN}: the entry of {directory}/grub.cfg that GRUB starts names no kernel.")
        return None, None
    return choice.kernel, choice.by


def _by_distribution(programs: Programs, installed: list[str]) -> tuple[str | None, str | None]:
    text = programs.file("/etc/os-release") or ""
    words = {
        word.strip("\"'")
        for name, _equals, value in (line.partition("=") for line in text.splitlines())
        if name in ("ID", "ID_LIKE")
        for word in value.split()
    }
    if words.isdisjoint(BY_PACKAGE_ORDER):
        programs.notices.append(f"{UNKNOWN}: there is no GRUB, and this distribution has no rule for it.")
        return None, None
    return installed[0], "newest"
