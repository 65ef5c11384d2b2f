# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSH's configuration as text: the files that ssh(1) reads, in its order, with their includes in place.

Paramiko's parser passes over ``Include`` without a word, and with it over the jump hosts that are in such files.
"""

from __future__ import annotations

import glob
import os
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import libraries

if TYPE_CHECKING:
    import paramiko

USER_CONFIG = "~/.ssh/config"
SYSTEM_CONFIG = "/etc/ssh/ssh_config"

INCLUDE_DEPTH = 16
"""As in OpenSSH (READCONF_MAX_DEPTH)."""

_INCLUDE = re.compile(r"\s*include(?:\s*=\s*|\s+)(.*)", re.IGNORECASE)
# Paramiko knows no "Match final", which is in the RHEL family's system configuration, with nothing below it that
# matters here. A block for no host takes its place.
_FINAL = re.compile(r"\s*match\s+final\b", re.IGNORECASE)
_NO_HOST = "Host !*"
_BLOCK = re.compile(r"\s*(?:host|match)\s", re.IGNORECASE)


class ConfigText(NamedTuple):
    """One configuration file with what it includes."""

    name: str
    text: str


def config_texts(config_file: str | None) -> list[ConfigText]:
    """The configuration that holds, first things first.

    :param config_file: the argument of ``-F``, which keeps the others out; ``none`` is no file at all.
    :raises ValueError: when a file cannot be read, or includes go too deep; the text says which.
    """
    if config_file is not None:
        if config_file.lower() == "none":
            return []
        return [_read(Path(config_file).expanduser(), Path("~/.ssh").expanduser())]
    user, system = Path(USER_CONFIG).expanduser(), Path(SYSTEM_CONFIG)
    return [_read(path, path.parent) for path in (user, system) if path.is_file()]


@cache
def configuration_class() -> type[paramiko.SSHConfig]:
    """Paramiko's parser. What ``%h``, ``~`` and the like stand for is worked out only for values that have one: it is
    done anew for each value of each host, with the user's name, the machine's and a digest.

    :raises LibraryMissing: without Paramiko.
    """
    plain: type[paramiko.SSHConfig] = libraries.paramiko().SSHConfig

    class Configuration(plain):  # type: ignore[misc,valid-type]
        """A Paramiko that has no such method works out all of them as ever."""

        def _tokenize(self, config: Any, target_hostname: str, key: str, value: Any) -> Any:
            if isinstance(value, str) and "%" not in value and "~" not in value:
                return value
            return super()._tokenize(config, target_hostname, key, value)

    return Configuration


def _read(path: Path, directory: Path) -> ConfigText:
    return ConfigText(str(path), "\n".join(_lines(path, directory, 0)))


def _lines(path: Path, directory: Path, depth: int) -> Iterator[str]:
    """The lines of a file; the lines of an included file in place of the ``Include``.

    :param directory: where names of included files begin that do not begin with a slash or a tilde.
    """
    if depth > INCLUDE_DEPTH:
        raise ValueError(f"{path} cannot be read: more than {INCLUDE_DEPTH} files include one another")
    try:
        lines = path.read_text("utf-8", "surrogateescape").splitlines()
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    block = "Host *"
    for written in lines:
        line = _NO_HOST if _FINAL.match(written) else written
        include = _INCLUDE.match(line)
        if not include:
            block = line if _BLOCK.match(line) else block
            yield line
            continue
        for name in shlex.split(include.group(1)):
            pattern = os.path.join(directory, os.path.expanduser(name))
            for found in sorted(glob.glob(pattern)):  # a pattern that matches nothing is no error
                yield from _lines(Path(found), directory, depth + 1)
        yield block  # an included file's own blocks end with it
