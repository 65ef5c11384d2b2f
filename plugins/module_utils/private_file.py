# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that is there whole or not at all, and for its owner alone unless somebody says otherwise."""

from __future__ import annotations

import contextlib
import glob
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
    path = os.path.abspath(path)
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for directory in reversed(missing):
        os.mkdir(directory, PRIVATE_DIRECTORY)


class Replacement:
    """A file beside the goal, 0600, that takes its place in one step: readers see the old one or the new one.

    A file that was there keeps its owner where root writes. Call `drop` in any case: after `put` it does nothing.

    :param path: the goal; its directory must exist.
    :ivar handle: of the new file, open for writing; whoever takes it closes it.
    :raises OSError: when the directory is not there or not writable.
    """

    def __init__(self, path: str) -> None:
        self._goal = path
        directory, name = os.path.split(os.path.abspath(path))
        self.handle, self._temporary = tempfile.mkstemp(prefix=f".{name}.", dir=directory)  # 0600 by its contract

    def put(self) -> None:
        """Put the file in place; it is closed by then.

        :raises OSError: when that cannot be.
        """
        with contextlib.suppress(FileNotFoundError):
            before = os.stat(self._goal)
            if os.geteuid() == 0:
                os.chown(self._temporary, before.st_uid, before.st_gid)
        os.replace(self._temporary, self._goal)
        self._temporary = ""

    def drop(self) -> None:
        """Leave the goal as it is, and nothing beside it."""
        if self._temporary:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._temporary)


def remove_replacements(path: str) -> None:
    """Remove what a process left beside a goal that it can no longer put in place, because it was killed."""
    directory, name = os.path.split(os.path.abspath(path))
    for left in glob.glob(os.path.join(glob.escape(directory), f".{glob.escape(name)}.*")):
        os.unlink(left)


def write(path: str, content: bytes, mode: int = PRIVATE) -> None:
    """Put a content in place. The mode is set before anybody can find the file.

    :param path: the goal; its directory must exist.
    :raises OSError: when the directory is not there, not writable, or full. The goal is then as it was.
    """
    replacement = Replacement(path)
    try:
        with os.fdopen(replacement.handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        replacement.put()
    finally:
        replacement.drop()
