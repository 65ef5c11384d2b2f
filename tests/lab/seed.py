"""The second disk of a guest: a bare tar archive with its identity and with the lab's scripts.

A tar archive needs no driver and no file system, and scripts that come this way can change without a new image.
"""

import io
import tarfile
from pathlib import Path

from .keys import host_key, lab_key
from .places import LAB
from .releases import Release

SCRIPTS = LAB / "guest" / "seed"

# Content and mode by path in the guest.
Files = dict[str, tuple[bytes, int]]


def identity(release: Release) -> Files:
    """Keys and names of one guest."""
    host = host_key(release.name)
    guest = f"LAB_GUEST={release.name}\nLAB_BLUE={'yes' if release.blue else 'no'}\n"
    guest += "LAB_BARE=yes\n" if release.bare else ""
    return {
        "etc/lab/guest.conf": (guest.encode(), 0o644),
        "etc/lab/authorized_keys": (f"{lab_key().public_text()} lab\n".encode(), 0o644),
        "etc/ssh/ssh_host_ed25519_key": (host.private.read_bytes(), 0o600),
        "etc/ssh/ssh_host_ed25519_key.pub": (host.public.read_bytes(), 0o644),
        "etc/hostname": (f"{release.name}\n".encode(), 0o644),
        "etc/hosts": (f"127.0.0.1 localhost\n::1 localhost\n127.0.1.1 {release.name}\n".encode(), 0o644),
    }


def scripts(directory: Path = SCRIPTS) -> Files:
    """The lab's own programs, as they are in the checkout."""
    return {
        str(path.relative_to(directory)): (path.read_bytes(), 0o755 if path.stat().st_mode & 0o100 else 0o644)
        for path in sorted(directory.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def archive(files: Files) -> bytes:
    """A tar archive of the files, owned by root, with the directories they need."""
    directories = {str(parent) for path in files for parent in Path(path).parents if str(parent) != "."}
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for directory in sorted(directories):
            entry = tarfile.TarInfo(directory)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(entry)
        for path, (content, mode) in sorted(files.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), mode
            tar.addfile(entry, io.BytesIO(content))
    return stream.getvalue()


def seed(release: Release) -> bytes:
    """The whole second disk of a guest."""
    return archive({**identity(release), **scripts()})
