"""The programs of this machine that the lab needs, and how they get here."""

import os
import shutil
import subprocess

from .errors import LabError
from .progress import Progress

# program -> Debian package
TO_RUN: dict[str, str] = {
    "qemu-system-x86_64": "qemu-system-x86",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
}
TO_BUILD: dict[str, str] = {"mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs", "tar": "tar", "unshare": "util-linux"}

# Tools such as mke2fs are in sbin, which is not on everybody's PATH.
SEARCH_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


def missing(programs: dict[str, str]) -> list[str]:
    """The Debian packages of those programs that are not installed."""
    return sorted({package for program, package in programs.items() if not shutil.which(program, path=SEARCH_PATH)})


def provide(programs: dict[str, str], progress: Progress) -> None:
    """Install what is missing when we may (root on a Debian), else say in one line what it is."""
    packages = missing(programs)
    if not packages:
        return
    names = " ".join(packages)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise LabError(f"missing on this machine: {names} (on Debian: apt-get install {names})")
    progress.say("this machine", f"installing {names}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            last = done.stdout.decode(errors="replace").strip().splitlines()[-1:]
            raise LabError(f"`{' '.join(command)}` failed: {''.join(last)}")
