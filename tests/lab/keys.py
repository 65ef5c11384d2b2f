"""Keys of the lab: made once on this machine, never in git, never in an image."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import LabError
from .places import cache_directory


@dataclass(frozen=True)
class KeyPair:
    """An OpenSSH ed25519 key: the private file and its `.pub` beside it."""

    private: Path

    @property
    def public(self) -> Path:
        return self.private.with_name(self.private.name + ".pub")

    def public_text(self) -> str:
        """Type and key without the comment, as known_hosts and authorized_keys want them."""
        return " ".join(self.public.read_text(encoding="ascii").split()[:2])


def key_pair(name: str) -> KeyPair:
    """The key of this name from the cache, made now if there is none."""
    pair = KeyPair(cache_directory() / "keys" / name)
    if not (pair.private.exists() and pair.public.exists()):
        pair.private.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        pair.private.unlink(missing_ok=True)
        done = subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", f"nat64.jool lab {name}", "-f", str(pair.private)],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        if done.returncode != 0:
            raise LabError(f"ssh-keygen failed: {done.stderr.decode(errors='replace').strip()}")
    return pair


def lab_key() -> KeyPair:
    """The key of the people and tests that log in."""
    return key_pair("lab_ed25519")


def host_key(guest: str) -> KeyPair:
    """The key a guest shows: it outlives the guest, so that its next life is recognised."""
    return key_pair(f"host_{guest}_ed25519")


def known_hosts(ports: dict[str, int]) -> str:
    """known_hosts of these guests (name -> port), see sshd(8): `[address]:port type key`."""
    return "".join(f"[127.0.0.1]:{port} {host_key(guest).public_text()}\n" for guest, port in ports.items())
