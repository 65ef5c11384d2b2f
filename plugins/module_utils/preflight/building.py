# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether there can be a module for the kernel that runs and for the one that starts next, and whether they load it."""

from __future__ import annotations

from collections.abc import Iterator

from ..records.release import Release
from .kernel_support import NOT_KNOWN, TOO_NEW, TOO_OLD, UNTESTED, support
from .observation import Observation
from .situation import Kernel, Situation


def versions(situation: Situation) -> Iterator[Observation]:
    """Whether the wanted version is to be had at all."""
    target = situation.target
    for name, known in target.missing.items():
        there = f"there are {', '.join(known)}" if known else "the package manager knows no version of it"
        wanted = f"version '{target.wanted}' of " if target.wanted else ""
        yield Observation(
            "version_not_available",
            f"package {name}",
            f"{wanted}{name} is not to be had: {there}.",
            "Refresh the package lists, add the repository that has it, or ask for a version that is there.",
        )


def existing(situation: Situation) -> Iterator[Observation]:
    """Whether what is there will do, where nothing is to be installed."""
    if situation.installs:
        return
    for kernel in situation.kernels:
        if kernel.module is None and kernel.module_known:
            yield Observation(
                "module_missing",
                f"kernel {kernel.release}",
                f"{kernel.release} {kernel.when} and has no module of Jool, and nothing is to be installed.",
                "Let the role install Jool, or put the module there first.",
            )


def kernels(situation: Situation) -> Iterator[Observation]:
    """Whether the kernels are those that the release is made for. What was built already needs no documentation."""
    release = situation.target.module
    if not situation.builds:
        return
    if not situation.next_known:
        yield Observation(
            "next_kernel_not_known",
            "next kernel",
            "Which kernel starts at the next boot could not be found out.",
            "See with 'dkms status', after the role and before the next boot, that Jool is built for that kernel.",
        )
    if release is None:
        if not situation.target.missing:
            yield Observation(
                "release_not_known",
                "release of Jool",
                "Which release of Jool will be installed is not known beforehand, so nothing is compared with it.",
                "Say which one with a version, if its kernels are to be checked before it is installed.",
            )
        return
    for kernel in situation.kernels:
        if kernel.module != release:
            yield from _supported(kernel, release)


def _supported(kernel: Kernel, release: Release) -> Iterator[Observation]:
    found = support(release, kernel.release)
    seen = f"Jool {release} is documented for kernels {found.documented}; {kernel.release} {kernel.when}."
    subject = f"kernel {kernel.release}"
    if found.verdict == TOO_NEW:
        yield Observation(
            "kernel_too_new",
            subject,
            seen,
            "Install a newer Jool, or boot an older kernel and keep it. Where you know that it builds, accept this.",
        )
    elif found.verdict == TOO_OLD:
        yield Observation("kernel_too_old", subject, seen, "Boot a newer kernel, or install an older Jool.")
    elif found.verdict == UNTESTED:
        yield Observation(
            "kernel_untested", subject, seen, "It is said to work, and nobody tests it: try it on one host first."
        )
    elif found.verdict == NOT_KNOWN:
        yield Observation(
            "kernel_not_known",
            subject,
            f"Which kernels Jool {release} is made for is not known here; {kernel.release} {kernel.when}.",
            "Look it up in Jool's documentation, and try it on one host first.",
        )


def headers(situation: Situation) -> Iterator[Observation]:
    """Whether a module can be built for each kernel."""
    if not situation.builds:
        return
    for kernel in situation.kernels:
        built = kernel.module is not None and kernel.module == situation.target.module
        if built or kernel.headers is not False or kernel.headers_to_be_had is not False:
            continue
        yield Observation(
            "headers_missing",
            f"kernel {kernel.release}",
            f"{kernel.release} {kernel.when}, its headers are not installed, and there is no package"
            f" {kernel.headers_package} to be had.",
            "Boot the newest kernel of the distribution, whose headers there are; or get the headers by other means.",
        )


def signing(situation: Situation) -> Iterator[Observation]:
    """Whether the kernel will take what is built. Secure Boot is the operator's; nothing here turns it off."""
    found = situation.signatures
    built_and_loaded = situation.loaded is not None and situation.loaded == situation.target.module
    if not situation.builds or not found.required_by or built_and_loaded:
        return
    why = " and ".join(found.required_by)
    why = why[0].upper() + why[1:]
    if found.certificate is None:
        yield Observation(
            "signing_key_missing",
            "signature of the module",
            f"{why}, so the kernel loads signed modules only, and DKMS has no key to sign with.",
            "Make a key and a certificate for DKMS (/var/lib/dkms/mok.key and mok.pub, or what framework.conf names),"
            " enroll it with 'mokutil --import', boot, confirm it at the console, and run this again.",
        )
    elif found.enrolled is False:
        yield Observation(
            "signing_key_not_enrolled",
            "signature of the module",
            f"{why}, and the firmware does not know the certificate {found.certificate}.",
            f"Enroll it with 'mokutil --import {found.certificate}', boot, confirm it at the console, and run this"
            " again.",
        )
    elif found.enrolled is None:
        yield Observation(
            "signing_key_not_verified",
            "signature of the module",
            f"{why}; whether the firmware knows the certificate {found.certificate} could not be found out.",
            f"See with 'mokutil --test-key {found.certificate}' that it does.",
        )
