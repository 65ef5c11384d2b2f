# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the kernel takes unsigned modules, and what there is to sign them with. All of it is read, nothing is set.

Sources: the UEFI specification (variable SecureBoot), shim (MokSBStateRT), kernel_lockdown(7), the kernel's
admin-guide/module-signing, dkms(8) (framework.conf), mokutil(1).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .programs import FormatError, Programs

VARIABLES = "/sys/firmware/efi/efivars"
SECURE_BOOT = f"{VARIABLES}/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
SHIM_STATE = f"{VARIABLES}/MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23"
"""1 where shim was told not to look at signatures: kernels then take that for no Secure Boot."""

LOCKDOWN = "/sys/kernel/security/lockdown"
ENFORCED = "/sys/module/module/parameters/sig_enforce"
FRAMEWORK = "/etc/dkms/framework.conf"

KEYS = (
    ("/var/lib/dkms/mok.key", "/var/lib/dkms/mok.pub"),
    ("/var/lib/shim-signed/mok/MOK.priv", "/var/lib/shim-signed/mok/MOK.der"),
)
"""Key and certificate where DKMS (3 and later) and Ubuntu's packages keep them, if framework.conf names no others."""

_CHOSEN = re.compile(r"\s*mok_(?P<what>signing_key|certificate)\s*=\s*[\"']?(?P<path>/[^\"'\s]+)[\"']?\s*(?:#.*)?")


class Signatures(NamedTuple):
    """What becomes of a module without a signature.

    :ivar required_by: why the kernel refuses it, in words; empty where it does not.
    :ivar certificate: the file that belongs to the key modules can be signed with; None where there is no such key.
    :ivar enrolled: whether the firmware knows it; None where that is not known.
    """

    required_by: tuple[str, ...] = ()
    certificate: str | None = None
    enrolled: bool | None = None


def signatures(programs: Programs) -> Signatures:
    """Whether signatures are required. Keys are looked for only where they are."""
    required = []
    if _variable(programs, SECURE_BOOT) == 1 and _variable(programs, SHIM_STATE) != 1:
        required.append("Secure Boot is on")
    lockdown = re.search(r"\[(\w+)\]", programs.file(LOCKDOWN) or "")
    if lockdown and lockdown[1] != "none":
        required.append(f"the kernel is locked down ({lockdown[1]})")
    if (programs.file(ENFORCED) or "").strip() == "Y":
        required.append("module.sig_enforce is set")
    if not required:
        return Signatures()
    certificate = _certificate(programs)
    return Signatures(tuple(required), certificate, _enrolled(programs, certificate) if certificate else None)


def read_variable(text: str) -> int | None:
    """The last of the bytes that ``od -An -tu1`` prints: four are attributes. None for no bytes: no such variable.

    :raises FormatError: for anything but numbers.
    """
    words = text.split()
    if not all(word.isdecimal() and int(word) < 256 for word in words):
        raise FormatError(text)
    return int(words[-1]) if words else None


def read_chosen_keys(text: str) -> tuple[str | None, str | None]:
    """Key and certificate that DKMS' framework.conf names."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _CHOSEN.fullmatch(line)
        if match:
            found[match["what"]] = match["path"]
    return found.get("signing_key"), found.get("certificate")


def read_test_key(text: str) -> bool:
    """What ``mokutil --test-key`` says of a certificate.

    :raises FormatError: for other words.
    """
    words = text.strip().lower()
    if "is not enrolled" in words:
        return False
    if "is already" in words:  # "enrolled", "in the enrollment request" has not come into force
        return "request" not in words
    raise FormatError(text.strip())


def _variable(programs: Programs, path: str) -> int | None:
    # 1: a host without UEFI has none.
    return programs.read(("od", "-An", "-tu1", path), read_variable, "Whether Secure Boot is on is not known", (0, 1))


def _certificate(programs: Programs) -> str | None:
    chosen = read_chosen_keys(programs.file(FRAMEWORK) or "")
    key, certificate = (chosen[0] or KEYS[0][0], chosen[1] or KEYS[0][1])
    pairs = ((key, certificate), *KEYS)
    paths = list(dict.fromkeys(path for pair in pairs for path in pair))
    # 1 and 2: some of them are not there.
    listed = programs.read(
        ("ls", "-1", *paths), str.splitlines, "Whether there is a key to sign modules is not known", (0, 1, 2)
    )
    return next((pair[1] for pair in pairs if set(pair) <= set(listed or ())), None)


def _enrolled(programs: Programs, certificate: str) -> bool | None:
    return programs.read(
        ("mokutil", "--test-key", certificate),
        read_test_key,
        f"Whether the firmware knows the certificate {certificate} is not known",
        (0, 1),
    )
