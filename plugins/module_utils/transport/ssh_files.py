# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user's SSH files say, read once for many connections: configuration, known_hosts, private keys.

Whoever opens many connections makes one of these and hands it to each; it lives as long as that work. A connection that
gets none has its own, so that what a file says now is what counts.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Union

from .known_hosts import KnownHosts, KnownKey
from .ssh_config import ConfigText, config_texts

if TYPE_CHECKING:
    import paramiko

CONFIGURATIONS_KEPT = 64
"""Hosts of a fleet share a few configurations; where each has words of its own (a port), only the latest are kept."""

Loaded = Union["paramiko.PKey", Exception]


class SshFiles:
    """Files that have been read. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._texts: dict[str | None, list[ConfigText]] = {}
        self._configurations: dict[tuple[str, str | None], paramiko.SSHConfig] = {}
        self._known: dict[str, KnownHosts] = {}
        self._keys: dict[tuple[str, str, str | None], Loaded] = {}

    def texts(self, config_file: str | None) -> list[ConfigText]:
        """See `ssh_config.config_texts`."""
        with self._lock:
            if config_file not in self._texts:
                self._texts[config_file] = config_texts(config_file)
            return self._texts[config_file]

    def configuration(
        self, said: str, config_file: str | None, parse: Callable[[], paramiko.SSHConfig]
    ) -> paramiko.SSHConfig:
        """A configuration that is parsed already.

        :param said: what comes before the files.
        :param parse: makes it.
        """
        with self._lock:
            key = (said, config_file)
            if key not in self._configurations:
                if len(self._configurations) >= CONFIGURATIONS_KEPT:
                    del self._configurations[next(iter(self._configurations))]
                self._configurations[key] = parse()
            return self._configurations[key]

    def known_keys(self, paths: Sequence[str], name: str) -> list[KnownKey]:
        """The keys of a host in the files that exist.

        :raises OSError: when one cannot be read.
        :raises known_hosts.BadKnownHosts: see there.
        """
        return [key for path in paths for key in self._file(path).keys(name)]

    def remember(self, path: str, line: str) -> None:
        """A line was added to a file."""
        with self._lock:
            self._file(path).add_line(line)

    def _file(self, path: str) -> KnownHosts:
        with self._lock:
            if path not in self._known:
                self._known[path] = KnownHosts.read(path) if os.path.isfile(path) else KnownHosts()
            return self._known[path]

    def private_key(
        self, path: str, kind: str, passphrase: str | None, load: Callable[[], paramiko.PKey]
    ) -> paramiko.PKey:
        """A private key that is loaded already, or once more the error that loading it ended in.

        A key with a passphrase takes a good part of a second, and Paramiko tries each kind of key on a file.

        :param kind: the name of Paramiko's class.
        :raises Exception: whatever loading it raises.
        """
        key = (path, kind, passphrase)
        with self._lock:
            if key not in self._keys:
                try:
                    self._keys[key] = load()
                except Exception as error:  # noqa: BLE001 - handed on below, to everybody who asks
                    self._keys[key] = error
            found = self._keys[key]
        if isinstance(found, Exception):
            raise found.with_traceback(None)
        return found
