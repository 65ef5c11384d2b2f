# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks a host what has to be known before anything is changed there. Only programs that read are run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address

from ..client.translator import Translator
from ..config.pool4 import Pool4
from ..errors import CommandFailed, InvocationRefused, JoolNotInstalled, KernelRefused, NoPrivilege, UnsupportedRelease
from ..records.kind import NAT64, TOOLS
from ..records.release import Release
from ..system.apt_packages import Package, packages
from ..system.firewalld import unloads_modules
from ..system.kernels import kernels
from ..system.modules import KernelFiles, kernel_files
from ..system.networks import lost_with_forwarding, mtus
from ..system.offloads import offloads
from ..system.programs import Programs
from ..system.signatures import Signatures, signatures
from ..system.sockets import sockets
from ..system.sysctls import Value, sysctls
from ..transport.base import Transport
from .situation import Kernel, Situation
from .wanted import Target, of_packages, of_release

PACKAGE, SOURCE, EXISTING = "package", "source", "existing"
METHODS = (PACKAGE, SOURCE, EXISTING)

_FLAVOUR = re.compile(r"\d[\d.]*(?:[+~][^-]*)?(?:-(?:\d[\w.~+]*|rc\d+))*-(?P<flavour>[a-z].*)")

NO_TOOL = (CommandFailed, InvocationRefused, JoolNotInstalled, KernelRefused, NoPrivilege, UnsupportedRelease)
"""Conditions in which there is no tool that works. A broken one is no reason to stop whoever wants to replace it."""

RUNS, FOLLOWS = "runs", "starts next"


@dataclass(frozen=True)
class Request:
    """What is to be done with a host.

    :ivar version: "" for what is there, or else the newest; ``newest``; a release of Jool, or a version of the package.
    :ivar method: of `METHODS`.
    :ivar translators: kinds of translator, see `client.translator`.
    :ivar headers_package: the name of the package with the headers of a kernel, which ``{release}`` stands for; "" for
        none.
    :ivar following_headers: a package that always brings the headers of the newest kernel of a flavour
        (``{flavour}``), where `following_image`, which always brings that kernel, is installed.
    """

    version: str = ""
    method: str = PACKAGE
    builds: bool = True
    translators: tuple[str, ...] = (NAT64,)
    module_package: str = "jool-dkms"
    tools_package: str = "jool-tools"
    headers_package: str = "linux-headers-{release}"
    following_headers: str = "linux-headers-{flavour}"
    following_image: str = "linux-image-{flavour}"
    reload: bool = False
    pool4: Pool4 | None = None
    jool_path: str = "jool"


@dataclass(frozen=True)
class Seen:
    """What was found.

    :ivar headers_packages: the packages that bring headers of the kernels, those that are there among them.
    :ivar to_install: what of all packages is not there yet, as apt takes it (``jool-dkms=4.1.9-1``); None where it
        is not known what there is.
    :ivar notices: what could not be found out, and why.
    """

    situation: Situation
    headers_packages: tuple[str, ...]
    to_install: tuple[str, ...] | None
    notices: tuple[str, ...]


def look(transport: Transport, request: Request, timeout: float = 0) -> Seen:
    """What is there, and what would become of it.

    :param timeout: seconds for each command; 0: no bound.
    :raises JoolError: where the way to the host breaks.
    """
    programs = Programs(transport, timeout)
    translator = Translator(transport, NAT64, request.jool_path, timeout)
    builds = request.builds and request.method != EXISTING
    found = kernels(programs)
    releases = [release for release in dict.fromkeys((found.running, found.following)) if release is not None]
    files = kernel_files(programs, releases, [TOOLS[kind] for kind in request.translators]) if releases else {}
    known = _packages(programs, request, releases, builds)
    there = [
        Kernel(
            release=release,
            when=" and ".join(
                word for word, one in ((RUNS, found.running), (FOLLOWS, found.following)) if one == release
            ),
            headers=files[release].headers,
            headers_package=request.headers_package.format(release=release) or None,
            headers_to_be_had=_to_be_had(known, request.headers_package.format(release=release)),
            module=_module(files[release]),
            module_known=all(module.paths is not None for module in files[release].modules.values()),
        )
        for release in releases
    ]
    parameters = sysctls(programs, "", ()) or {}
    tool = _tool(translator)
    versions = {module: translator.module_version(module) for module in TOOLS.values()}
    situation = Situation(
        target=_target(request, known, there, tool),
        installs=request.method != EXISTING,
        builds=builds,
        kernels=tuple(there),
        next_known=found.following is not None,
        tool=tool,
        loaded=next(filter(None, map(Release.named, versions.values())), None),  # both kinds hang on one common module
        modules_loaded=tuple(module for module, version in versions.items() if version is not None),
        reload=request.reload,
        signatures=signatures(programs) if builds else Signatures(),
        firewalld_unloads=unloads_modules(programs),
        forwards=_is_on(parameters.get("net.ipv6.conf.all.forwarding")),
        at_risk=() if parameters.get("net.ipv6.conf.all.forwarding") else tuple(lost_with_forwarding(programs)),
        offloads=tuple(offloads(programs, "", ()) or ()),
        mtus=tuple((mtus(programs) or {}).items()),
        local_ports=_range(parameters.get("net.ipv4.ip_local_port_range")),
        reserved_ports=str(parameters.get("net.ipv4.ip_local_reserved_ports") or ""),
        sockets=tuple(sockets(programs, "", ()) or ()) if request.pool4 is not None else (),
        addresses=tuple(map(IPv4Address, translator.ipv4_addresses())) if request.pool4 is not None else (),
        pool4=request.pool4,
    )
    headers = _headers_packages(request, releases, known)
    return Seen(
        situation,
        headers,
        None if known is None else _to_install(known, headers, situation.target),
        tuple(dict.fromkeys(programs.notices)),
    )


def flavour(kernel: str) -> str | None:
    """What kind of kernel it is in the words of Debian and Ubuntu: ``cloud-amd64`` of 6.1.0-9-cloud-amd64; None for one
    of another make."""
    found = _FLAVOUR.fullmatch(kernel)
    return found["flavour"] if found else None


def _packages(
    programs: Programs, request: Request, releases: Sequence[str], builds: bool
) -> Mapping[str, Package] | None:
    """None where there is no apt, or nothing to ask it."""
    names = [request.module_package, request.tools_package] if request.method == PACKAGE else []
    if builds:
        for release in releases:
            names += [request.headers_package.format(release=release), *_following(request, release)]
    asked = [name for name in dict.fromkeys(names) if name]
    if not asked or programs.read(("apt-cache", "--version"), str.strip, "What apt can install is not known") is None:
        return None
    return packages(programs, asked)


def _following(request: Request, release: str) -> tuple[str, ...]:
    """Headers and image of the flavour, where there is one."""
    kind = flavour(release)
    if kind is None or not request.following_headers or not request.following_image:
        return ()
    return request.following_headers.format(flavour=kind), request.following_image.format(flavour=kind)


def _headers_packages(
    request: Request, releases: Sequence[str], known: Mapping[str, Package] | None
) -> tuple[str, ...]:
    if known is None:
        return tuple(request.headers_package.format(release=release) for release in releases if request.headers_package)
    names = []
    for release in releases:
        own = request.headers_package.format(release=release)
        names += [own] if _to_be_had(known, own) else []
        pair = _following(request, release)
        if pair and _to_be_had(known, pair[0]) and known.get(pair[1], Package()).installed:
            names.append(pair[0])
    return tuple(dict.fromkeys(names))


def _to_install(known: Mapping[str, Package], headers: Sequence[str], target: Target) -> tuple[str, ...]:
    wanted = [f"{name}={version}" for name, version in target.packages.items() if known[name].installed != version]
    return (*(name for name in headers if known[name].installed is None), *wanted)


def _to_be_had(known: Mapping[str, Package] | None, name: str) -> bool | None:
    if known is None or name not in known:
        return None
    return known[name].candidate is not None or known[name].installed is not None


def _module(files: KernelFiles) -> Release | None:
    versions = {module.version for module in files.modules.values()}
    version = versions.pop() if len(versions) == 1 else None
    return Release.named(version)


def _target(
    request: Request, known: Mapping[str, Package] | None, there: Sequence[Kernel], tool: Release | None
) -> Target:
    if request.method == EXISTING:
        running = next((kernel for kernel in there if RUNS in kernel.when), None)
        return Target(module=running.module if running else None, tool=tool, wanted=request.version)
    if request.method == PACKAGE and known is not None:
        return of_packages(request.module_package, request.tools_package, known, request.version)
    return of_release(request.version)


def _tool(translator: Translator) -> Release | None:
    try:
        return translator.connect().release
    except NO_TOOL:
        return None


def _is_on(value: Value) -> bool | None:
    return bool(value) if isinstance(value, int) else None


def _range(value: Value) -> tuple[int, int] | None:
    return (value[0], value[1]) if isinstance(value, list) and len(value) == 2 else None
