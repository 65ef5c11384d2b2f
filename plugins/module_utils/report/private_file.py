# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that is there whole or not at all, and for its owner alone unless somebody says otherwise."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile

PRIVATE = 0o600
PRIVATE_DIRECTORY = 0o700


def is_current(path: str, content: bytes, mode: int = PRIVATE) -> bool:
    """Whether the file is there with this content and mode.

    :raises OSError: when it is there and cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read() == content and stat.S_IMODE(os.fstat(file.fileno()).st_mode) == mode
    except FileNotFoundError:
        return False


def make_directory(path: str) -> None:
    """Make a directory, and those above it, for the owner alone. What is there keeps its mode.

    :raises OSError: when it cannot be made.
    """
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for directory in reversed(missing):
        os.mkdir(directory, PRIVATE_DIRECTORY)


def write(path: str, content: bytes, mode: int = PRIVATE) -> None:
    """Put a file in place in one step: who reads it sees the old one or the new one.

    A file that was there keeps its owner where root writes. The mode is set before anybody can find the file.

    :param path: the goal; its directory must exist.
    :raises OSError: when the directory is not there, not writable, or full. The goal is then as it was.
    """
    directory, name = os.path.split(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        _keep_owner(path, temporary)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _keep_owner(path: str, temporary: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        before = os.stat(path)
        if os.geteuid() == 0:
            os.chown(temporary, before.st_uid, before.st_gid)
