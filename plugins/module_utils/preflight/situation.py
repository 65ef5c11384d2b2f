# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a host before anything is changed there, and what is to be done with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from ..config.pool4 import Pool4
from ..records.release import Release
from ..system.offloads import InterfaceOffloads
from ..system.signatures import Signatures
from ..system.sockets import Socket
from .wanted import Target


@dataclass(frozen=True)
class Kernel:
    """One kernel that a module is needed for.

    :ivar release: as ``uname -r`` names it.
    :ivar when: "runs", "starts next" or both, in words.
    :ivar headers: whether they are there; None where that is not known.
    :ivar headers_package: what they would come from; None where no package is known for it.
    :ivar headers_to_be_had: whether that package is; None where that is not known.
    :ivar module: the release of Jool's modules on disk for it; None where one is missing, or where they differ.
    :ivar module_known: whether the disk could be looked at for them.
    """

    release: str
    when: str
    headers: bool | None = None
    headers_package: str | None = None
    headers_to_be_had: bool | None = None
    module: Release | None = None
    module_known: bool = True


@dataclass(frozen=True)
class Situation:
    """A host, and what it is to become. None is what is not known.

    :ivar installs: whether anything is installed; otherwise what is there must do.
    :ivar builds: whether modules are built on the host.
    :ivar next_known: whether it is known which kernel starts next.
    :ivar tool: the release of the tool that is there now.
    :ivar loaded: the release of the module that is loaded; None also where it was built from no release.
    :ivar modules_loaded: the names of Jool's modules that are loaded.
    :ivar reload: whether a module that is loaded may be replaced, which ends all sessions.
    :ivar forwards: whether IPv6 is forwarded already.
    :ivar at_risk: interfaces whose default route goes away with forwarding, see `system.networks`.
    :ivar local_ports: first and last port that the host sends from by itself, `reserved_ports` those of it that it does
        not, as sysctl prints them.
    :ivar pool4: what will be given to instances; None where nothing was said of it.
    """

    target: Target
    installs: bool = True
    builds: bool = True
    kernels: tuple[Kernel, ...] = ()
    next_known: bool = True
    tool: Release | None = None
    loaded: Release | None = None
    modules_loaded: tuple[str, ...] = ()
    reload: bool = False
    signatures: Signatures = field(default_factory=Signatures)
    firewalld_unloads: bool = False
    forwards: bool | None = None
    at_risk: tuple[str, ...] = ()
    offloads: tuple[InterfaceOffloads, ...] = ()
    mtus: tuple[tuple[str, int], ...] = ()
    local_ports: tuple[int, int] | None = None
    reserved_ports: str = ""
    sockets: tuple[Socket, ...] = ()
    addresses: tuple[IPv4Address, ...] = ()
    pool4: Pool4 | None = None
