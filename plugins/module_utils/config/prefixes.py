# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses and prefixes: any spelling in, one spelling out; what RFC 6052 asks of pool6."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import TypeVar

from .entries import EntryError, shown

Prefix = TypeVar("Prefix", IPv4Network, IPv6Network)

POOL6_LENGTHS = (32, 40, 48, 56, 64, 96)
"""RFC 6052 2.2."""

_U_OCTET = 0xFF << (128 - 72)
"""Bits 64 to 71, which RFC 6052 2.2 wants to be zero."""


def ipv4_prefix(value: object) -> IPv4Network:
    """An IPv4 prefix; without a length it is one address.

    :raises EntryError: for what is none, and for bits beyond the length.
    """
    address, length = _parts(value, 32, "IPv4")
    try:
        return _aligned(value, IPv4Network((IPv4Address(address), length), strict=False), IPv4Address(address))
    except ValueError as error:
        raise _no_prefix(value, "IPv4", error) from error


def ipv6_prefix(value: object) -> IPv6Network:
    """An IPv6 prefix; without a length it is one address.

    :raises EntryError: for what is none, and for bits beyond the length.
    """
    address, length = _parts(value, 128, "IPv6")
    try:
        return _aligned(value, IPv6Network((IPv6Address(address), length), strict=False), IPv6Address(address))
    except ValueError as error:
        raise _no_prefix(value, "IPv6", error) from error


def pool6_prefix(value: object, *, force: bool = False) -> IPv6Network:
    """A prefix that IPv4 addresses can be embedded in.

    :param force: lets bits 64 to 71 be.
    :raises EntryError: where RFC 6052 forbids it.
    """
    prefix = ipv6_prefix(value)
    if prefix.prefixlen not in POOL6_LENGTHS:
        lengths = ", ".join(f"/{length}" for length in POOL6_LENGTHS)
        raise EntryError(f"{prefix} has a length that RFC 6052 does not know; it must be one of {lengths}")
    if int(prefix.network_address) & _U_OCTET and not force:
        raise EntryError(f"bits 64 to 71 of {prefix} are not zero, as RFC 6052 wants them ('force: true' lets them be)")
    return prefix


def transport_address4(value: object) -> tuple[IPv4Address, int]:
    """``192.0.2.1#80``.

    :raises EntryError: for what is none.
    """
    address, l4_id = _transport_parts(value)
    try:
        return IPv4Address(address), l4_id
    except ValueError as error:
        raise EntryError(f"{shown(value)} has no IPv4 address before the '#'") from error


def transport_address6(value: object) -> tuple[IPv6Address, int]:
    """``2001:db8::1#80``.

    :raises EntryError: for what is none.
    """
    address, l4_id = _transport_parts(value)
    try:
        return IPv6Address(_without_zone(address)), l4_id
    except ValueError as error:
        raise EntryError(f"{shown(value)} has no IPv6 address before the '#'") from error


def _transport_parts(value: object) -> tuple[str, int]:
    address, mark, l4_id = str(value).strip().partition("#")
    if not mark or not (l4_id.isascii() and l4_id.isdigit()) or int(l4_id) > 65535:
        raise EntryError(f"{shown(value)} is no transport address; write address#port, the port between 0 and 65535")
    return address, int(l4_id)


def _parts(value: object, bits: int, family: str) -> tuple[str, int]:
    if not isinstance(value, str):
        raise EntryError(f"{shown(value)} is no {family} prefix")
    address, slash, length = value.strip().partition("/")
    if not slash:
        return _without_zone(address), bits
    if not (length.isascii() and length.isdigit()) or int(length) > bits:
        raise EntryError(f"{shown(value)} is no {family} prefix: its length must be between 0 and {bits}")
    return _without_zone(address), int(length)


def _without_zone(address: str) -> str:
    if "%" in address:
        raise EntryError(f"{shown(address)} has a zone, which a translator knows nothing of")
    return address


def _no_prefix(value: object, family: str, error: ValueError) -> EntryError:
    return error if isinstance(error, EntryError) else EntryError(f"{shown(value)} is no {family} prefix")


def _aligned(value: object, prefix: Prefix, address: IPv4Address | IPv6Address) -> Prefix:
    if prefix.network_address != address:
        raise EntryError(f"{shown(value)} has bits beyond its length; the prefix is {prefix}")
    return prefix
