"""The ssh client, told to trust exactly the lab's guests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .keys import lab_key


def host_key_options(known_hosts: Path) -> list[str]:
    """Only keys we made ourselves are accepted, and nothing of the user's own files is read or written."""
    return ["-o", f"UserKnownHostsFile={_quoted(str(known_hosts))}", "-o", "StrictHostKeyChecking=yes"]


SOCKET_PATH_BYTES = 107
"""Longest path of a Unix socket on Linux, see unix(7)."""

OWN_SUFFIX_BYTES = 17
"""What ssh adds to the path of a connection that it is about to share."""

IDLE_SECONDS = 300


def sharing_options(socket: Path) -> list[str]:
    """One connection for all commands: a new one takes an emulated guest seconds. None where the path is too long."""
    if len(os.fsencode(socket)) + OWN_SUFFIX_BYTES > SOCKET_PATH_BYTES:
        return []
    path = _quoted(str(socket).replace("%", "%%"))
    return ["-o", "ControlMaster=auto", "-o", f"ControlPath={path}", "-o", f"ControlPersist={IDLE_SECONDS}"]


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value


def ssh_command(port: int, known_hosts: Path, line: str, user: str = "root", shared: Path | None = None) -> list[str]:
    """The command line that has the shell of a guest run a line.

    :param shared: the socket of a connection that is shared by whoever names it; None for a connection of its own.
    """
    return [
        *["ssh", "-F", "none", "-i", str(lab_key().private), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"],
        *["-o", "GlobalKnownHostsFile=none", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=20"],
        *host_key_options(known_hosts),
        *(sharing_options(shared.absolute()) if shared else []),
        *["-p", str(port), f"{user}@127.0.0.1", "--", line],
    ]


def answers(port: int, known_hosts: Path, timeout: float = 30.0) -> bool:
    """Whether a guest lets us in."""
    try:
        done = subprocess.run(
            ssh_command(port, known_hosts, "true"),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
