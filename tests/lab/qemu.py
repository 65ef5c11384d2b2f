"""The QEMU command line of a guest, and why each option is there."""

from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

from .errors import LabError
from .images import Image
from .releases import Release

# QEMU 7.2 emulates cmpxchg16b wrongly: the flags come back corrupt, and kernel 6.12, whose allocator relies on it,
# ends in a panic under load. Without the feature it runs clean; the older kernels do not miss it.
TCG_CPU = "qemu64,-cx16"

MEMORY_MB = 512
# For a bare guest, which builds modules.
COMPILER_MEMORY_MB, COMPILER_PROCESSORS = 1024, 2
# Room for translated code: by itself QEMU takes up to 1 GB for each guest.
TRANSLATED_MB = 256

# loglevel=5 lets warnings through to the console, where `check` looks for them, and keeps the rest away from the
# slow emulated serial port. mitigations=off: nobody attacks a lab, and each one costs an emulated processor time.
KERNEL_ARGUMENTS = (
    "console=ttyS0 root=/dev/vda rw loglevel=5 net.ifnames=0 mitigations=off nowatchdog"
    " fsck.mode=skip systemd.show_status=no random.trust_cpu=on"
)


def accelerator(environment: str) -> list[str]:
    """TCG unless LAB_ACCEL=kvm: /dev/kvm may exist and yet not run a stock kernel, so it is never tried unasked."""
    if environment in ("", "tcg"):
        return ["-accel", f"tcg,thread=multi,tb-size={TRANSLATED_MB}", "-cpu", TCG_CPU]
    if environment == "kvm":
        return ["-accel", "kvm", "-cpu", "host"]
    raise LabError(f"LAB_ACCEL is '{environment}'; it can be tcg (the default) or kvm")


def link(name: str, other: str) -> list[str]:
    """A network card whose cable ends in another guest: frames are datagrams between two sockets in the guests'
    directories. QEMU runs in its guest's, so the paths are short. While the other is off they are lost.

    The address is made of the name: QEMU gives every guest the same ones, and two cards of one address on a cable find
    each other by ARP and not by Neighbor Discovery.
    """
    address = "02:" + hashlib.blake2b(name.encode(), digest_size=5).digest().hex(":")
    sockets = f"local.type=unix,local.path=link-{other},remote.type=unix,remote.path=../{other}/link-{name}"
    return ["-netdev", f"dgram,id=link,{sockets}", "-device", f"virtio-net-pci,netdev=link,mac={address},romfile="]


def command(release: Release, image: Image, seed: Path, console: Path, port: int) -> list[str]:
    """One guest: the image is never written (snapshot), SSH is on a port of the loopback interface only."""
    memory_mb, processors = (COMPILER_MEMORY_MB, COMPILER_PROCESSORS) if release.bare else (MEMORY_MB, 1)
    return [
        "qemu-system-x86_64",
        *accelerator(os.environ.get("LAB_ACCEL", "")),
        *["-m", str(memory_mb), "-smp", str(processors), "-display", "none", "-nodefaults", "-no-user-config"],
        *[
            "-kernel",
            str(image.kernel),
            "-initrd",
            str(image.initrd),
            "-append",
            f"{KERNEL_ARGUMENTS} systemd.hostname={release.name}",
        ],
        *["-drive", f"file={image.disk},format=raw,if=virtio,snapshot=on"],
        *["-drive", f"file={seed},format=raw,if=virtio,read-only=on"],
        *["-netdev", f"user,id=net,ipv6=off,hostfwd=tcp:127.0.0.1:{port}-:22"],
        *["-device", "virtio-net-pci,netdev=net,romfile="],
        *(link(release.name, release.linked_to) if release.linked_to else []),
        *["-device", "virtio-rng-pci"],
        *["-serial", f"file:{console}"],
    ]


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on; all are held open until the last is found, so that they differ."""
    sockets = [socket.socket() for _number in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()
