# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""known_hosts files, read once for many connections.

Paramiko's own class looks at every line for every line it reads and for every host it looks up: ten thousand lines take
it minutes. What a line means is the same here: names and hashed names, no wildcards, no certificates (sshd(8),
"SSH_KNOWN_HOSTS FILE FORMAT").
"""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

HASHED = "|1|"


class BadKnownHosts(Exception):
    """A line whose key is no base64; the text is the line."""


@dataclass(frozen=True)
class KnownKey:
    """A key that a host is known by.

    :ivar kind: ``ssh-ed25519``, ``ssh-rsa``, ...
    :ivar blob: the public key as it goes over the wire.
    """

    kind: str
    blob: bytes


class KnownHosts:
    """The content of one file."""

    def __init__(self) -> None:
        self._plain: dict[str, list[KnownKey]] = {}
        self._hashed: list[tuple[bytes, bytes, KnownKey]] = []

    @classmethod
    def read(cls, path: str) -> KnownHosts:
        """Read a file.

        :raises OSError: when it cannot be read.
        :raises BadKnownHosts: see there. A line that is none otherwise is passed over, as by Paramiko.
        """
        known = cls()
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            for line in file:
                known.add_line(line.strip())
        return known

    def add_line(self, line: str) -> None:
        """Add what a line says.

        :raises BadKnownHosts: see there.
        """
        words = line.split(None, 3)[:3]
        # "@revoked" and "@cert-authority" lines name no host in this place, and nobody is trusted because of them.
        if len(words) < 3 or line.startswith(("#", "@")):
            return
        names, kind, text = words
        try:
            key = KnownKey(kind, base64.b64decode(text))
        except (binascii.Error, ValueError) as error:
            raise BadKnownHosts(line) from error
        for name in names.split(","):
            if name.startswith(HASHED):
                self._add_hashed(name, key)
            else:
                self._plain.setdefault(name, []).append(key)

    def _add_hashed(self, name: str, key: KnownKey) -> None:
        try:
            salt, digest = (base64.b64decode(part) for part in name[len(HASHED) :].split("|"))
        except (binascii.Error, ValueError):
            return  # nothing has this name
        self._hashed.append((salt, digest, key))

    def keys(self, name: str) -> list[KnownKey]:
        """The keys of a host, as ``host`` or ``[host]:port``. Hashed names have a salt each: all must be tried."""
        found = list(self._plain.get(name, ()))
        octets = name.encode("utf-8", "surrogateescape")
        found += [
            key for salt, digest, key in self._hashed if hmac.compare_digest(hmac.digest(salt, octets, "sha1"), digest)
        ]
        return found
