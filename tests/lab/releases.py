"""The Debian releases the lab has guests of, and what differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .errors import LabError


@dataclass(frozen=True)
class Release:
    """One Debian release, and so one Jool: the versions are those Debian ships, named here for people only."""

    name: str
    jool: str
    kernel: str
    python: str
    blue: bool
    """Whether the guest has a second translator in the network namespace `blue`."""
    debian: str = ""
    """Whose image it has, where that is not its own name."""
    linked_to: str | None = None
    """The guest at the other end of the cable in `eth1`."""
    on_demand: bool = False
    """Whether it is started only where it is named."""
    main_archive_only: bool = False
    """Whether updates and security are left out, which mmdebstrap takes by itself."""
    bare: bool = False
    """Whether it has neither Jool nor what it is built with, only the packages, in a repository on its own disk."""

    @property
    def suite(self) -> str:
        """Debian's name of the release."""
        return self.debian or self.name

    @property
    def image(self) -> str:
        """What its image is called: guests of one release share theirs."""
        return f"{self.suite}-bare" if self.bare else self.suite


RELEASES: dict[str, Release] = {
    release.name: release
    for release in (
        # The security archive of bullseye still lists kernels whose files are gone; its last point release is whole.
        Release("bullseye", jool="4.1.5", kernel="5.10", python="3.9", blue=False, main_archive_only=True),
        Release("bookworm", jool="4.1.9", kernel="6.1", python="3.11", blue=True),
        Release("trixie", jool="4.1.13", kernel="6.12", python="3.13", blue=True, linked_to="partner"),
        # The other half of a pair that synchronises its sessions, which takes two of one release.
        Release(
            "partner",
            jool="4.1.13",
            kernel="6.12",
            python="3.13",
            blue=False,
            debian="trixie",
            linked_to="trixie",
            on_demand=True,
        ),
        # What a host is before the role install, which brings it what the others have from the beginning.
        Release(
            "bare", jool="4.1.9", kernel="6.1", python="3.11", blue=False, debian="bookworm", on_demand=True, bare=True
        ),
    )
}


def all_of(names: Sequence[str]) -> list[Release]:
    """The releases named, in the order of RELEASES; every one when none is named."""
    return chosen(names or list(RELEASES))


def chosen(names: Sequence[str]) -> list[Release]:
    """The releases named, in the order of RELEASES; all of them but those on demand when none is named."""
    unknown = sorted(set(names) - set(RELEASES))
    if unknown:
        raise LabError(f"no such guest: {', '.join(unknown)} (there are: {', '.join(RELEASES)})")
    if not names:
        return [release for release in RELEASES.values() if not release.on_demand]
    return [release for name, release in RELEASES.items() if name in names]
