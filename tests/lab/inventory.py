"""The Ansible inventory of the running guests."""

import json
import shlex
from pathlib import Path

from .releases import RELEASES
from .shell import host_key_options


def host_variables(port: int, private_key: Path, known_hosts: Path) -> dict[str, object]:
    """What Ansible needs to know to log in as root."""
    return {
        "ansible_host": "127.0.0.1",
        "ansible_port": port,
        "ansible_user": "root",
        "ansible_ssh_private_key_file": str(private_key),
        "ansible_ssh_common_args": shlex.join(host_key_options(known_hosts)),
        "ansible_python_interpreter": "/usr/bin/python3",
    }


def render(ports: dict[str, int], private_key: Path, known_hosts: Path) -> str:
    """Hosts that are no translators yet are in a group of their own.

    YAML without a YAML library: scalars as JSON, which is a part of YAML 1.2 that all parsers read alike.
    """
    lines: list[str] = []
    for group, bare in (("translators", False), ("bare_hosts", True)):
        names = [name for name in ports if RELEASES[name].bare == bare]
        if bare and not names:
            continue
        lines += [f"{group}:", "  hosts:" if names else "  hosts: {}"]
        for name in names:
            lines.append(f"    {name}:")
            for key, value in host_variables(ports[name], private_key, known_hosts).items():
                lines.append(f"      {key}: {json.dumps(value)}")
    return "\n".join(lines) + "\n"
