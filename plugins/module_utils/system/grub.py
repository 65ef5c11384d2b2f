# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""GRUB's menu: which kernel it starts next.

The file ``grub.cfg`` is a script. What grub-mkconfig writes into it is regular: entries in braces, a line ``linux`` in
each, and ``set default`` for the choice, which the environment block may overrule. Sources: GRUB's manual, "default"
and "The GRUB environment block"; util/grub.d/00_header.in and 10_linux.in.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_ENTRY = re.compile(r"\s*(?P<kind>menuentry|submenu)\s+(?:'(?P<title>[^']*)'|\"(?P<quoted>[^\"]*)\")")
_ID = re.compile(r"(?:\$\{?menuentry_id_option\}?|--id)[ =]+'?\"?(?P<id>[^'\"\s{]+)")
_LINUX = re.compile(r"\s*linux(?:16|efi)?\s+(?P<file>\S+)")
_DEFAULT = re.compile(r"\s*set\s+default=(?:\"(?P<text>[^\"]*)\"|'(?P<plain>[^']*)'|(?P<bare>[^\s\"';]+))")
_IMAGE = re.compile(r"(?:vmlinu[xz]|kernel)-(?P<release>.+)")
_VARIABLE = re.compile(r"\$\{?(?P<name>\w+)\}?")

ONCE, SAVED = "next_entry", "saved_entry"


@dataclass
class Entry:
    """An entry of the menu.

    :ivar title: what is shown.
    :ivar ident: its identifier; "" for none.
    :ivar kernel: the release of the kernel that it starts; None where it starts none.
    :ivar entries: those of a submenu.
    """

    title: str
    ident: str = ""
    kernel: str | None = None
    entries: list[Entry] = field(default_factory=list)


@dataclass
class Menu:
    """A whole menu.

    :ivar default: what ``set default`` says, with variables as they are written.
    :ivar once: whether an entry can be chosen for the next start alone.
    :ivar elsewhere: whether entries come from other files (``blscfg``), so that these here are not all.
    """

    default: str = "0"
    once: bool = False
    elsewhere: bool = False
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Choice:
    """What GRUB starts.

    :ivar kernel: the kernel's release; None where that cannot be told.
    :ivar by: ``grub_next_entry``, ``grub_saved_entry`` or ``grub_default``.
    """

    kernel: str | None
    by: str


def image_release(name: str) -> str | None:
    """The release in the name of a kernel's file; None where it is none."""
    found = _IMAGE.fullmatch(posixpath.basename(name))
    return found["release"] if found else None


def read_menu(text: str) -> Menu:
    """The menu of ``grub.cfg``. Lines of the script that say nothing of entries are passed by."""
    menu = Menu()
    open_blocks: list[Entry | None] = []
    for line in text.splitlines():
        found = _ENTRY.match(line)
        if found:
            ident = _ID.search(line)
            entry = Entry(
                found["title"] if found["title"] is not None else found["quoted"], ident["id"] if ident else ""
            )
            _inside(menu, open_blocks).append(entry)
            open_blocks.append(entry)
        elif line.rstrip().endswith("{"):
            open_blocks.append(None)  # a function
        elif line.strip() == "}":
            if open_blocks:
                open_blocks.pop()
        else:
            _read_line(menu, open_blocks, line)
    return menu


def read_environment(text: str) -> dict[str, str]:
    """The variables of GRUB's environment block (``grubenv``); padded with number signs, of which none is kept."""
    pairs = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    return {name: value for name, equals, value in pairs if equals}


def choose(menu: Menu, environment: Mapping[str, str], kernels: list[str]) -> Choice:
    """What GRUB starts next.

    :param environment: see `read_environment`.
    :param kernels: releases that there are; they help where the entries are elsewhere.
    """
    saved = environment.get("prev_saved_entry") or environment.get(SAVED, "")
    variables = {**environment, SAVED: saved}
    once = environment.get(ONCE, "")
    if menu.once and once:
        return Choice(_kernel(menu, once, kernels), f"grub_{ONCE}")
    by = f"grub_{SAVED}" if SAVED in menu.default and saved else "grub_default"
    default = _VARIABLE.sub(lambda found: variables.get(found["name"], ""), menu.default)
    return Choice(_kernel(menu, default, kernels), by)


def _inside(menu: Menu, open_blocks: list[Entry | None]) -> list[Entry]:
    parents = [entry for entry in open_blocks if entry is not None]
    return parents[-1].entries if parents else menu.entries


def _read_line(menu: Menu, open_blocks: list[Entry | None], line: str) -> None:
    linux, default = _LINUX.match(line), _DEFAULT.match(line)
    entry = next((entry for entry in reversed(open_blocks) if entry is not None), None)
    if linux and entry is not None and entry.kernel is None:
        entry.kernel = image_release(linux["file"])
    elif default:
        text = next(text for text in default.groups() if text is not None)
        if ONCE in text:
            menu.once = True
        else:
            menu.default = text
    elif line.strip() == "blscfg":
        menu.elsewhere = True


def _kernel(menu: Menu, wanted: str, kernels: list[str]) -> str | None:
    if menu.elsewhere:
        # An entry's name is that of its file, which ends with the release: "<machine>-5.14.0-362.8.1.el9_3.x86_64".
        named = [kernel for kernel in kernels if wanted == kernel or wanted.endswith(f"-{kernel}")]
        return max(named, key=len, default=None)
    entry = _find(menu.entries, wanted)
    return entry.kernel if entry else None


def _find(entries: list[Entry], wanted: str) -> Entry | None:
    """As GRUB does: by number, identifier or title; parts of the way into submenus are parted by ">". What is not found
    is the first entry."""
    if not entries:
        return None
    chosen, rest = next(
        ((entry, "") for entry in entries if wanted in (entry.ident, entry.title) and wanted), (None, wanted)
    )
    if chosen is None:
        first, _sign, rest = wanted.partition(">")
        chosen = _one(entries, first) or entries[0]
    return _find(chosen.entries, rest) if chosen.entries else chosen


def _one(entries: list[Entry], wanted: str) -> Entry | None:
    if wanted.isdecimal():
        return entries[int(wanted)] if int(wanted) < len(entries) else None
    return next((entry for entry in entries if wanted and wanted in (entry.ident, entry.title)), None)
