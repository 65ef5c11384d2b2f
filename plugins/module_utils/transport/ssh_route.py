# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an SSH session goes and what it trusts: an inventory's variables, ``ssh`` arguments and OpenSSH's own
configuration, brought together as ``ssh`` would (ssh_config(5): the first value found counts).
"""

from __future__ import annotations

import getopt
import getpass
import io
import os
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from .. import libraries
from .ssh_config import configuration_class
from .ssh_files import SshFiles

if TYPE_CHECKING:
    import paramiko

DEFAULT_PORT = 22
DEFAULT_KNOWN_HOSTS = "~/.ssh/known_hosts ~/.ssh/known_hosts2"
DEFAULT_GLOBAL_KNOWN_HOSTS = "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"
DEFAULT_CONNECT_TIMEOUT = 10.0
DEFAULT_KEEPALIVE = 15

SSH_FLAGS = "1246ab:c:e:fgi:kl:m:no:p:qstvxAB:CD:E:F:GI:J:KL:MNO:P:Q:R:S:TVw:W:XYy"
"""The flags of ssh(1), for getopt. Those that are not below have no meaning here and are let be."""

FLAG_OPTIONS = {"-J": "ProxyJump", "-i": "IdentityFile", "-l": "User", "-p": "Port"}

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

_QUOTED_FILES = re.compile(
    r'^(\s*(?:user|global)knownhostsfile(?:\s*=\s*|\s+))(".*")\s*$', re.IGNORECASE | re.MULTILINE
)
"""Paramiko takes a pair of quotes off a value. Where several names may stand, that makes one name with a space two."""


@dataclass(frozen=True)
class Destination:
    """What the caller knows of a host; everything but `host` may be left to OpenSSH's configuration.

    :ivar host: address, name, or alias in the configuration.
    :ivar arguments: ``ssh`` arguments (``-o Key=value -J jump -F file``), as in ``ansible_ssh_common_args``.
    :ivar check_host_key: False accepts any key; None leaves it to ``StrictHostKeyChecking``.
    :ivar connect_timeout: seconds.
    """

    host: str
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    private_key_file: str | None = None
    private_key_passphrase: str | None = field(default=None, repr=False)
    arguments: str = ""
    check_host_key: bool | None = None
    connect_timeout: float | None = None


@dataclass(frozen=True)
class Route:
    """Everything that is needed to open one SSH connection.

    :ivar host_keys: ``strict`` (an unknown key is refused), ``accept-new`` (remembered when unknown), ``off``.
    :ivar new_host_keys: the file that remembers; None: no key can be.
    :ivar jumps: hosts to go through, first to last.
    :ivar proxy_command: a program that makes the connection instead.
    """

    address: str
    port: int
    user: str
    private_key_files: tuple[str, ...]
    only_these_keys: bool
    known_hosts: tuple[str, ...]
    new_host_keys: str | None
    host_keys: str
    jumps: tuple[Destination, ...]
    proxy_command: str | None
    connect_timeout: float
    keepalive: int


def route(destination: Destination, files: SshFiles | None = None) -> Route:
    """Work out the way to a host.

    :param files: those that have been read; None: all are read anew.
    :raises LibraryMissing: without Paramiko (its parser reads the configuration).
    :raises ValueError: for arguments or a configuration that cannot be read; the text says which.
    """
    options, config_file = _arguments(destination.arguments)
    found = _lookup(destination, options, config_file, files or SshFiles())
    jump, command = _ways_around(found)
    keys = (destination.private_key_file,) if destination.private_key_file else _list(found.get("identityfile"))
    own = _files(found.get("userknownhostsfile", DEFAULT_KNOWN_HOSTS))
    return Route(
        address=str(found.get("hostname", destination.host)),
        port=_number(found, "port", DEFAULT_PORT),
        user=str(found.get("user", "")) or getpass.getuser(),
        private_key_files=_paths(keys),
        only_these_keys=str(found.get("identitiesonly", "no")).lower() == "yes",
        known_hosts=own + _files(found.get("globalknownhostsfile", DEFAULT_GLOBAL_KNOWN_HOSTS)),
        new_host_keys=own[0] if own else None,
        host_keys=_host_keys(destination.check_host_key, str(found.get("stricthostkeychecking", "yes"))),
        jumps=tuple(_jump(hop, config_file) for hop in jump.split(",")) if jump else (),
        proxy_command=command or None,
        connect_timeout=destination.connect_timeout or _seconds(found, "connecttimeout") or DEFAULT_CONNECT_TIMEOUT,
        keepalive=int(_seconds(found, "serveraliveinterval")) or DEFAULT_KEEPALIVE,
    )


def _host_keys(check: bool | None, word: str) -> str:
    if check is False:
        return "off"
    return {"no": "off", "off": "off", "accept-new": "accept-new"}.get(word.lower(), "strict")


@lru_cache(maxsize=64)  # a fleet's are the same, or few
def _arguments(text: str) -> tuple[tuple[str, ...], str | None]:
    """Lines of configuration and the configuration file out of ``ssh`` arguments."""
    try:
        given, others = getopt.getopt(shlex.split(text), SSH_FLAGS)
    except (getopt.GetoptError, ValueError) as error:
        raise ValueError(f"the ssh arguments {text!r} cannot be read: {error}") from error
    if others:
        raise ValueError(f"the ssh arguments {text!r} cannot be read: '{others[0]}' belongs to none of them")
    lines: list[str] = []
    config_file = None
    for flag, value in given:
        if flag == "-F":
            config_file = value
        elif flag == "-o":
            lines.append(value)
        elif flag in FLAG_OPTIONS:
            lines.append(f"{FLAG_OPTIONS[flag]} {value}")
    return tuple(lines), config_file


def _lookup(
    destination: Destination, options: Sequence[str], config_file: str | None, files: SshFiles
) -> Mapping[str, object]:
    """What holds for the host: the inventory's own words first, then the arguments, then the configuration.

    All three are read as one configuration: what refers to another option (%h, %p, %r) gets the one that counts.
    """
    library = libraries.paramiko()
    inventory = [f"{name} {value}" for name, value in (("User", destination.user), ("Port", destination.port)) if value]
    said = "\n".join(line.replace("\n", " ") for line in (*inventory, *options))
    reading = ["the ssh arguments"] if options else []

    def parse() -> paramiko.SSHConfig:
        config = configuration_class()()
        config.parse(io.StringIO(_QUOTED_FILES.sub(r'\1"\2"', said)))
        for name, text in files.texts(config_file):
            reading.append(name)
            config.parse(io.StringIO(_QUOTED_FILES.sub(r'\1"\2"', text)))
        return config

    try:
        found: Mapping[str, object] = files.configuration(said, config_file, parse).lookup(destination.host)
    # LookupError: CanonicalizeHostname without CanonicalDomains. ImportError: 'Match exec' needs one more library.
    except (LookupError, ImportError, library.SSHException) as error:
        raise ValueError(f"{' and '.join(reading) or 'the SSH configuration'} cannot be read: {error}") from error
    return found


def _ways_around(found: Mapping[str, object]) -> tuple[str, str]:
    """ProxyJump and ProxyCommand, at most one of them: whichever comes first keeps the other out (ssh_config(5))."""
    for name in found:
        if name in {"proxyjump", "proxycommand"}:
            value = str(found[name])  # Paramiko has None for ProxyCommand none
            value = "" if value.lower() == "none" else value
            return (value, "") if name == "proxyjump" else ("", value)
    return "", ""


def _jump(hop: str, config_file: str | None) -> Destination:
    """``[user@]host[:port]``, with IPv6 addresses in brackets, also as ``ssh://``."""
    user, _at, place = hop.strip().removeprefix("ssh://").rpartition("@")
    host, port = place, ""
    if place.startswith("["):
        host, _bracket, port = place[1:].partition("]")
        port = port.lstrip(":")
    elif place.count(":") == 1:
        host, _colon, port = place.partition(":")
    if not host or (port and not port.isdecimal()):
        raise ValueError(f"the jump host {hop!r} cannot be read")
    arguments = shlex.join(("-F", config_file)) if config_file else ""
    return Destination(host, int(port) if port else None, user or None, arguments=arguments)


def _number(found: Mapping[str, object], name: str, default: int) -> int:
    text = str(found.get(name, default))
    if not text.isdecimal():
        raise ValueError(f"{name} {text!r} is not a number")
    return int(text)


def _seconds(found: Mapping[str, object], name: str) -> float:
    """A time as in sshd_config(5), ``90`` or ``1m30s``; 0 where none is given."""
    text = str(found.get(name, "none")).lower()
    if text == "none":
        return 0.0
    if not re.fullmatch(r"(?:\d+[smhdw]?)+", text):
        raise ValueError(f"{name} {text!r} is not a time")
    return float(sum(int(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)([smhdw]?)", text)))


def _files(value: object) -> tuple[str, ...]:
    """Names of files, in quotes where they have spaces; ``none`` is none."""
    return _paths(shlex.split(str(value)))


def _paths(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(os.path.expanduser(name) for name in names if name.lower() != "none")


def _list(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
