# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kernel modules of Jool on disk: which files there are for a kernel, and of which release."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..records.release import Release
from .programs import FormatError, Programs

ROOT = "/lib/modules"

_FILE = re.compile(r"(?P<name>\w+)\.ko(?:\.(?:gz|xz|zst))?")
_FIELD = re.compile(r"(?P<name>[\w-]+):(?:\s+(?P<value>.*))?")


@dataclass(frozen=True)
class ModuleOnDisk:
    """One module for one kernel.

    :ivar paths: its files, sorted; none where there is none. None where that is not known.
    :ivar path: the file that modprobe would load; None where there is none, and where that is not known.
    :ivar version: the release of that file, likewise.
    """

    paths: tuple[str, ...] | None = None
    path: str | None = None
    version: str | None = None


@dataclass(frozen=True)
class KernelFiles:
    """What is on disk for one kernel.

    :ivar headers: whether modules can be built for it; None where that is not known.
    :ivar modules: name to what there is of it.
    """

    headers: bool | None
    modules: dict[str, ModuleOnDisk]


def kernel_files(programs: Programs, kernels: Sequence[str], names: Sequence[str]) -> dict[str, KernelFiles]:
    """What is on disk for these kernels.

    :param kernels: as ``uname -r`` names them.
    :param names: of the modules.
    """
    headers = _headers(programs, kernels)
    found = _files(programs, kernels, names)
    return {
        kernel: KernelFiles(
            headers=None if headers is None else kernel in headers,
            modules=dict.fromkeys(names, ModuleOnDisk())
            if found is None
            else _modules(programs, kernel, names, found[kernel]),
        )
        for kernel in kernels
    }


def _headers(programs: Programs, kernels: Sequence[str]) -> set[str] | None:
    """Kernels with the files that a module is built with: the link ``build`` may lead nowhere."""
    paths = {f"{ROOT}/{kernel}/build/Makefile": kernel for kernel in kernels}
    listed = programs.read(
        ("ls", "-1", *paths), str.splitlines, "Whether there are headers of the kernels is not known", fine=(0, 1, 2)
    )
    return None if listed is None else {paths[line] for line in listed if line in paths}


def _files(
    programs: Programs, kernels: Sequence[str], names: Sequence[str]
) -> dict[str, dict[str, tuple[str, ...]]] | None:
    """Kernel to module to its files."""
    directories = [f"{ROOT}/{kernel}" for kernel in kernels]
    lines = programs.read(
        ("find", *directories, "-name", "jool*.ko*"),
        str.splitlines,
        "Which kernel modules are on disk is not known",
        fine=(0, 1),  # 1: a kernel has no directory of modules
    )
    if lines is None:
        return None
    found: dict[str, dict[str, list[str]]] = {kernel: {name: [] for name in names} for kernel in kernels}
    for path in lines:
        kernel = next((kernel for kernel in kernels if path.startswith(f"{ROOT}/{kernel}/")), None)
        file = _FILE.fullmatch(posixpath.basename(path))
        if kernel is not None and file and file["name"] in names:
            found[kernel][file["name"]].append(path)
    return {kernel: {name: tuple(sorted(paths)) for name, paths in part.items()} for kernel, part in found.items()}


def _modules(
    programs: Programs, kernel: str, names: Sequence[str], files: dict[str, tuple[str, ...]]
) -> dict[str, ModuleOnDisk]:
    there = [name for name in names if files[name]]
    known: dict[str, tuple[str, str | None]] = {}
    if there:
        argv = ("modinfo", "-k", kernel, *there)
        missing = f"The release of Jool's modules for kernel {kernel} is not known"
        known = programs.read(argv, read_modinfo, missing) or {}
    return {name: ModuleOnDisk(files[name], *known.get(name, (None, None))) for name in names}


def read_modinfo(text: str) -> dict[str, tuple[str, str | None]]:
    """What ``modinfo`` says of modules: name to file and release (None where a module has none).

    :raises FormatError: for a line that is none of its.
    """
    modules: dict[str, tuple[str, str | None]] = {}
    path: str | None = None
    for line in text.splitlines():
        if not line.strip() or line[0].isspace():
            continue  # a signature goes on in lines that begin with blanks
        field = _FIELD.fullmatch(line)
        if not field:
            raise FormatError(line)
        value = (field["value"] or "").strip()
        if field["name"] == "filename":
            path = value
            modules[_name(path, line)] = (path, None)
        elif path is None:
            raise FormatError(line)
        elif field["name"] == "version":
            modules[_name(path, line)] = (path, _release(value))
    return modules


def _name(path: str, line: str) -> str:
    file = _FILE.fullmatch(posixpath.basename(path))
    if not file:
        raise FormatError(line)
    return file["name"]


def _release(text: str) -> str:
    try:
        return Release.parse(text).name
    except ValueError:
        return text
