# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""known_hosts files: the same keys that ssh finds, and fast where there are many lines."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest

from ansible_collections.nat64.jool.plugins.module_utils.transport.known_hosts import (
    BadKnownHosts,
    KnownHosts,
    KnownKey,
)

ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIGj5gZUkmxlzf4EoCHcGaQkkJxcXCBLrKmrmjvEcOXhL"
RSA = "AAAAB3NzaC1yc2EAAAADAQAB"
HASHED = "|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg="
"""Of 192.168.1.61, as in Paramiko's own tests and made by OpenSSH."""


def known(tmp_path: Path, text: str) -> KnownHosts:
    file = tmp_path / "known_hosts"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    return KnownHosts.read(str(file))


def kinds(found: list[KnownKey]) -> list[str]:
    return [key.kind for key in found]


LINES = [
    # line, name, kinds of keys
    (f"edge1 ssh-ed25519 {ED25519}", "edge1", ["ssh-ed25519"]),
    (f"edge1 ssh-ed25519 {ED25519} comment of mine", "edge1", ["ssh-ed25519"]),
    (f"  edge1\tssh-ed25519   {ED25519}\r", "edge1", ["ssh-ed25519"]),
    (f"edge1,192.0.2.1,[gw]:2222 ssh-rsa {RSA}", "[gw]:2222", ["ssh-rsa"]),
    (f"edge1,192.0.2.1,[gw]:2222 ssh-rsa {RSA}", "gw", []),
    (f"edge1 ssh-rsa {RSA}\nedge1 ssh-ed25519 {ED25519}", "edge1", ["ssh-rsa", "ssh-ed25519"]),
    (f"{HASHED} ssh-rsa {RSA}", "192.168.1.61", ["ssh-rsa"]),
    (f"{HASHED} ssh-rsa {RSA}", "192.168.1.62", []),
    (f"{HASHED} ssh-rsa {RSA}", HASHED, []),
    (f"|1|nonsense ssh-rsa {RSA}", "edge1", []),
    (f"# edge1 ssh-rsa {RSA}", "edge1", []),
    (f"@revoked edge1 ssh-rsa {RSA}", "edge1", []),
    (f"@cert-authority *.example ssh-rsa {RSA}", "*.example", []),
    ("edge1 ssh-rsa", "edge1", []),
    ("", "", []),
    (f"ed\udcffge ssh-rsa {RSA}", "ed\udcffge", ["ssh-rsa"]),
    (f"EDGE1 ssh-rsa {RSA}", "edge1", []),
]


@pytest.mark.parametrize(("line", "name", "expected"), LINES)
def test_lines(line: str, name: str, expected: list[str], tmp_path: Path) -> None:
    assert kinds(known(tmp_path, f"{line}\n").keys(name)) == expected


def test_the_key_is_what_goes_over_the_wire(tmp_path: Path) -> None:
    (found,) = known(tmp_path, f"edge1 ssh-ed25519 {ED25519}\n").keys("edge1")
    assert found == KnownKey("ssh-ed25519", base64.b64decode(ED25519))


def test_a_line_that_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(BadKnownHosts, match="edge2 ssh-rsa A"):
        known(tmp_path, f"edge1 ssh-rsa {RSA}\nedge2 ssh-rsa A\n")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        KnownHosts.read(str(tmp_path / "missing"))


def test_ten_thousand_lines(tmp_path: Path) -> None:
    """Paramiko's own class takes minutes for them, and for each host."""
    lines = "".join(f"edge{number},192.0.2.{number % 250} ssh-ed25519 {ED25519}\n" for number in range(10_000))
    hashed = f"{HASHED} ssh-rsa {RSA}\n" * 100
    started = time.process_time()
    found = known(tmp_path, lines + hashed)
    for number in range(10_000):
        assert found.keys(f"edge{number}")
    assert time.process_time() - started < 10
