# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which host keys are trusted, and a Paramiko client that goes by it."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from .. import libraries
from .ssh_files import SshFiles
from .ssh_route import Route

if TYPE_CHECKING:
    import socket

    import paramiko

_RSA = "ssh-rsa"
"""The name of an RSA key; as algorithms of a signature with it, "rsa-sha2-256" and "rsa-sha2-512" (RFC 8332)."""


class UnknownHostKey(Exception):
    """No known_hosts file has a key of the host."""


class ChangedHostKey(Exception):
    """A known_hosts file has another key of the host."""


def trusting_client(way: Route, files: SshFiles) -> paramiko.SSHClient:
    """A client, not connected yet, that trusts the host keys which the way there says are good.

    :raises OSError: when a known_hosts file cannot be read.
    :raises known_hosts.BadKnownHosts: see there.
    """
    client: paramiko.SSHClient = _client_class()(files)
    policy: paramiko.MissingHostKeyPolicy = libraries.paramiko().MissingHostKeyPolicy()
    # The client itself knows no key, so that this is asked about each.
    policy.missing_host_key = _judge(way, files)  # type: ignore[method-assign]
    client.set_missing_host_key_policy(policy)
    return client


def transport_factory(way: Route, files: SshFiles) -> Callable[..., paramiko.Transport]:
    """What makes the connection of a client: with algorithms in the order that is wanted."""
    name = host_name(way)

    def make(sock: socket.socket, **options: Any) -> paramiko.Transport:
        transport: paramiko.Transport = libraries.paramiko().Transport(sock, **options)
        wanted = transport.get_security_options()
        # As ssh does: the host is asked for a key of a kind that it is known by, where it has several.
        known = {key.kind for key in files.known_keys(way.known_hosts, name)} if way.host_keys != "off" else set()
        wanted.key_types = tuple(sorted(wanted.key_types, key=lambda kind: _key_name(kind) not in known))
        # Encrypts and authenticates at once: half the work for each packet, and no weaker.
        wanted.ciphers = tuple(sorted(wanted.ciphers, key=lambda cipher: "gcm" not in cipher))
        # Paramiko gives the exchange of keys 15 seconds, and for that a thread to each connection. Whoever connects
        # gives it the time that a host is given (see `SSHClient.connect`, ``timeout``).
        transport.packetizer.start_handshake = lambda _seconds: None  # type: ignore[method-assign,assignment]
        return transport

    return make


def host_name(way: Route) -> str:
    """The host as known_hosts files call it."""
    return way.address if way.port == 22 else f"[{way.address}]:{way.port}"


def _key_name(algorithm: str) -> str:
    return _RSA if algorithm.startswith("rsa-sha2-") else algorithm


@cache
def _client_class() -> Any:
    """Made once: a class takes longer to make than many a host to answer."""
    plain: type[paramiko.SSHClient] = libraries.paramiko().SSHClient

    class Client(plain):  # type: ignore[misc,valid-type]
        """Reads each private key once. A Paramiko that has no such method loads them as ever."""

        def __init__(self, files: SshFiles) -> None:
            super().__init__()
            self._files = files

        def _key_from_filepath(self, filename: str, klass: type[paramiko.PKey], password: str | None) -> paramiko.PKey:
            load = super()._key_from_filepath
            key: paramiko.PKey = self._files.private_key(
                filename, klass.__name__, password, lambda: load(filename, klass, password)
            )
            return key

    return Client


def _judge(way: Route, files: SshFiles) -> Callable[..., None]:
    """Refuses a key, by raising an error, or does not."""

    def judge(client: paramiko.SSHClient, _name: str, key: paramiko.PKey) -> None:
        if way.host_keys == "off":
            return
        name = host_name(way)
        transport = client.get_transport()
        # A host that is known by kinds of keys alone that Paramiko cannot use is a new one.
        usable = {_key_name(kind) for kind in transport.get_security_options().key_types} if transport else set()
        known = [one for one in files.known_keys(way.known_hosts, name) if one.kind in usable]
        if any(one.blob == key.asbytes() for one in known):
            return
        if known:
            raise ChangedHostKey(f"{name} shows another key than known_hosts has")
        if way.host_keys != "accept-new" or not way.new_host_keys:
            shown = f"it shows {key.get_name()} {key.fingerprint}"
            raise UnknownHostKey(f"no known_hosts file has a key of {name} ({shown})")
        _remember(way.new_host_keys, f"{name} {key.get_name()} {key.get_base64()}", files)

    return judge


def _remember(path: str, line: str, files: SshFiles) -> None:
    """Add a line to a file. Paramiko's own AutoAddPolicy writes the file anew, without what it did not understand."""
    os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
    with open(path, "a+b", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
        file.write(f"{line}\n".encode() if file.read() in {b"", b"\n"} else f"\n{line}\n".encode())
    files.remember(path, line)
