"""Disk images: one a release, built once and found again by what went into it."""

import hashlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .archive import main_archive
from .errors import LabError
from .places import LAB, cache_directory, only_one
from .progress import Progress
from .releases import Release
from .system_packages import SEARCH_PATH

RECIPE = LAB / "guest" / "image"
BARE_RECIPE = LAB / "guest" / "bare"

# Compiler, headers and DKMS stay in: a second kernel can be built for in a running guest.
PACKAGES = (
    *("systemd-sysv", "udev", "kmod", "linux-image-cloud-amd64", "linux-headers-cloud-amd64"),
    *("jool-dkms", "jool-tools", "openssh-server", "python3", "python3-textfsm", "sudo"),
    *("iproute2", "iputils-ping", "ethtool", "procps", "netbase"),
)

# What a cloud's image has and the lab's others need not: Ansible installs packages with python3-apt.
BARE_PACKAGES = (
    *(name for name in PACKAGES if not name.startswith(("jool", "linux-headers"))),
    *("python3-apt", "ca-certificates"),
)

# unshare: what mmdebstrap mounts in the root directory goes with it, even when it is killed; so the directory can
# always be removed without reaching into this machine's /dev or /sys.
MMDEBSTRAP = [
    *["unshare", "--mount", "mmdebstrap"],
    "--variant=minbase",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
]

# No journal: the disk is thrown away at every stop. The size is a limit, blocks never written take no room.
MKE2FS = ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-m", "0", "-L", "lab"]
DISK_SIZE = "4G"


@dataclass(frozen=True)
class Image:
    """A built image: QEMU starts the kernel itself, so no boot loader is in it."""

    directory: Path

    @property
    def disk(self) -> Path:
        return self.directory / "disk.raw"

    @property
    def kernel(self) -> Path:
        return self.directory / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.directory / "initrd"


def bootstrap(release: Release) -> list[str]:
    """The command that makes the root directory, without its hooks and its place."""
    return [*MMDEBSTRAP, f"--include={','.join(BARE_PACKAGES if release.bare else PACKAGES)}"]


def fingerprint(release: Release, recipe: Path = RECIPE) -> str:
    """SHA-256 of all that goes into an image: packages, options, and each file of the recipe with name and mode."""
    digest = hashlib.sha256()
    sources = ("main archive only",) if release.main_archive_only else ()
    for text in (release.suite, *sources, *bootstrap(release), *MKE2FS, DISK_SIZE):
        digest.update(text.encode() + b"\0")
    for directory in (recipe, BARE_RECIPE) if release.bare else (recipe,):
        for path in sorted(path for path in directory.rglob("*") if path.is_file()):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            executable = bool(path.stat().st_mode & 0o100)
            digest.update(f"{path.relative_to(directory)}\0{executable}\0{content}\0".encode())
    return digest.hexdigest()


def image_of(release: Release) -> Image:
    """Where the image of this release is, or will be once it is built."""
    return Image(cache_directory() / "images" / f"{release.image}-{fingerprint(release)}")


def is_built(image: Image) -> bool:
    """An image appears under its name only when it is complete."""
    return image.directory.is_dir()


def build(release: Release, progress: Progress) -> Image:
    """Build the image of a release, or do nothing if there is one of this very recipe."""
    image = image_of(release)
    if is_built(image):
        return image
    if os.geteuid() != 0:
        raise LabError("building an image needs root: mmdebstrap runs the packages' scripts in a chroot")
    images = image.directory.parent
    with only_one(images / f"{release.image}.lock", f"building the image of {release.name}"):
        began = time.monotonic()
        jool = "no Jool" if release.bare else f"Jool {release.jool}"
        progress.say(release.name, f"building the image ({jool}, kernel {release.kernel}; minutes)")
        work = images / f"{release.image}.partial"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            _fill(release, work, images / f"{release.image}.log")
            shutil.rmtree(work / "root")
            work.rename(image.directory)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        progress.say(release.name, f"image built in {time.monotonic() - began:.0f} s, {_megabytes(image):.0f} MB")
    return image


def _fill(release: Release, work: Path, log: Path) -> None:
    """Root directory, then kernel and initrd, then a file system of the directory."""
    root = work / "root"
    hooks = [f"--essential-hook={RECIPE}/before-packages", f"--customize-hook={RECIPE}/after-packages"]
    if release.bare:
        hooks.append(f"--customize-hook={BARE_RECIPE}/local-packages")
    with open(log, "wb") as output:
        target = [
            "--format=directory",
            release.suite,
            str(root),
            *(main_archive() if release.main_archive_only else []),
        ]
        _run([*bootstrap(release), *hooks, *target], log, output.fileno())
        wanted = "srv/packages/jool-dkms_*.deb" if release.bare else "lib/modules/*/updates/dkms/jool.ko*"
        if not list(root.glob(wanted)):
            what = "the packages of Jool were not fetched" if release.bare else "DKMS built no jool module"
            raise LabError(f"{what} for {release.name}; see {log}")
        for kind, name in (("vmlinuz", "vmlinuz"), ("initrd.img", "initrd")):
            found = sorted(root.glob(f"boot/{kind}-*"))
            if not found:
                raise LabError(f"the image of {release.name} has no {kind}; see {log}")
            shutil.copy(found[-1], work / name)
        _run([*MKE2FS, "-d", str(root), str(work / "disk.raw"), DISK_SIZE], log, output.fileno())


def _run(command: list[str], log: Path, output: int) -> None:
    environment = {**os.environ, "PATH": SEARCH_PATH, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode != 0:
        name = "mmdebstrap" if "mmdebstrap" in command else command[0]
        end = "\n".join(log.read_text(errors="replace").splitlines()[-30:])
        raise LabError(f"{name} failed with status {done.returncode}; the end of {log}:\n{end}")


def _megabytes(image: Image) -> float:
    """What an image takes on disk: the file is sparse, so its length says nothing."""
    return sum(path.stat().st_blocks * 512 for path in image.directory.iterdir()) / 1e6


def remove_all(progress: Progress) -> None:
    """Drop every cached image, also those of older recipes."""
    images = cache_directory() / "images"
    if images.is_dir():
        progress.say("images", f"removing {images}")
        shutil.rmtree(images)
