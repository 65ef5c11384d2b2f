"""The ssh client, told to trust exactly the lab's guests."""

import subprocess
from pathlib import Path

from .keys import lab_key


def host_key_options(known_hosts: Path) -> list[str]:
    """Only keys we made ourselves are accepted, and nothing of the user's own files is read or written."""
    name = f'"{known_hosts}"' if " " in str(known_hosts) else str(known_hosts)
    return ["-o", f"UserKnownHostsFile={name}", "-o", "StrictHostKeyChecking=yes"]


def ssh_command(port: int, known_hosts: Path, line: str, user: str = "root") -> list[str]:
    """The command line that has the shell of a guest run a line."""
    return [
        *["ssh", "-F", "none", "-i", str(lab_key().private), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"],
        *["-o", "GlobalKnownHostsFile=none", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=20"],
        *host_key_options(known_hosts),
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
