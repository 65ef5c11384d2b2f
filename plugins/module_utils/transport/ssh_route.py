# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an SSH session goes and what it trusts: an inventory's variables, ``ssh`` arguments and OpenSSH's own
configuration, brought together as ``ssh`` would (ssh_config(5): the first value found counts).
"""

from __future__ import annotations

import argparse
import getpass
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .. import libraries

DEFAULT_PORT = 22
DEFAULT_CONFIG = "~/.ssh/config"
DEFAULT_KNOWN_HOSTS = "~/.ssh/known_hosts ~/.ssh/known_hosts2"
DEFAULT_GLOBAL_KNOWN_HOSTS = "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"


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
    :ivar jumps: hosts to go through, first to last.
    :ivar proxy_command: a program that makes the connection instead.
    """

    address: str
    port: int
    user: str
    private_key_files: tuple[str, ...]
    only_these_keys: bool
    known_hosts: tuple[str, ...]
    host_keys: str
    jumps: tuple[Destination, ...]
    proxy_command: str | None
    connect_timeout: float
    keepalive: int


def route(destination: Destination) -> Route:
    """Work out the way to a host.

    :raises LibraryMissing: without Paramiko (its parser reads the configuration).
    :raises ValueError: for arguments or a configuration that cannot be read; the text says which.
    """
    options, config_file = _arguments(destination.arguments)
    found = {**_configuration(config_file, destination), **options}
    jump = str(found.get("proxyjump", "none"))
    command = str(found.get("proxycommand", "none"))
    keys = (destination.private_key_file,) if destination.private_key_file else _list(found.get("identityfile"))
    known = _words(found.get("userknownhostsfile", DEFAULT_KNOWN_HOSTS))
    known += _words(found.get("globalknownhostsfile", DEFAULT_GLOBAL_KNOWN_HOSTS))
    return Route(
        address=str(found.get("hostname", destination.host)),
        port=destination.port or int(str(found.get("port", DEFAULT_PORT))),
        user=destination.user or str(found.get("user", "")) or getpass.getuser(),
        private_key_files=tuple(os.path.expanduser(key) for key in keys),
        only_these_keys=str(found.get("identitiesonly", "no")).lower() == "yes",
        known_hosts=tuple(os.path.expanduser(name) for name in known),
        host_keys=_host_keys(destination.check_host_key, str(found.get("stricthostkeychecking", "yes"))),
        jumps=() if jump.lower() == "none" else tuple(_jump(hop, config_file) for hop in jump.split(",")),
        proxy_command=None if command.lower() == "none" or jump.lower() != "none" else command,
        connect_timeout=destination.connect_timeout or float(str(found.get("connecttimeout", 10))),
        keepalive=int(str(found.get("serveraliveinterval", 0))) or 15,
    )


def _host_keys(check: bool | None, word: str) -> str:
    if check is False:
        return "off"
    return {"no": "off", "off": "off", "accept-new": "accept-new"}.get(word.lower(), "strict")


def _arguments(text: str) -> tuple[dict[str, str], str]:
    """Options and configuration file out of ``ssh`` arguments; what has no meaning here (ControlPersist) is let be."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False, allow_abbrev=False)
    parser.add_argument("-o", action="append", default=[], dest="options")
    parser.add_argument("-J", dest="proxyjump")
    parser.add_argument("-F", dest="config", default=DEFAULT_CONFIG)
    parser.add_argument("-i", dest="identityfile")
    parser.add_argument("-p", dest="port")
    parser.add_argument("-l", dest="user")
    try:
        known, _others = parser.parse_known_args(shlex.split(text))
    except (argparse.ArgumentError, ValueError) as error:
        raise ValueError(f"the ssh arguments {text!r} cannot be read: {error}") from error
    options: dict[str, str] = {}
    for name in ("proxyjump", "identityfile", "port", "user"):
        if getattr(known, name):
            options[name] = getattr(known, name)
    for option in known.options:
        key, _equals, value = option.replace("=", " ", 1).strip().partition(" ")
        options.setdefault(key.lower(), value.strip().strip('"'))
    return options, known.config


def _configuration(config_file: str, destination: Destination) -> Mapping[str, object]:
    path = Path(config_file).expanduser()
    if config_file.lower() == "none" or not path.is_file():
        return {}
    paramiko = libraries.paramiko()
    try:
        found: Mapping[str, object] = paramiko.SSHConfig.from_path(str(path)).lookup(destination.host)
    except (OSError, paramiko.ConfigParseError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from error
    return found


def _jump(hop: str, config_file: str) -> Destination:
    """``[user@]host[:port]``, with IPv6 addresses in brackets."""
    user, _at, place = hop.strip().rpartition("@")
    host, port = place, ""
    if place.startswith("["):
        host, _bracket, port = place[1:].partition("]")
        port = port.lstrip(":")
    elif place.count(":") == 1:
        host, _colon, port = place.partition(":")
    return Destination(host, int(port) if port else None, user or None, arguments=shlex.join(("-F", config_file)))


def _words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else shlex.split(str(value))


def _list(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
