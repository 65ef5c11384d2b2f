# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How each release of 4.x wants to be changed: argument lists, and nothing else.

Source: NICMx/Jool src/usr/argp/wargp/*.c of 4.0.0 to 4.1.15. See `client.commands` for the questions.
"""

from __future__ import annotations

from dataclasses import dataclass

from .commands import Dialect, in_namespace


@dataclass(frozen=True)
class ChangeDialect:
    """The command line of one release, for one instance.

    :ivar dialect: how the release is asked.
    :ivar instance: the instance's name.
    :ivar netns: its network namespace, "" for the one that the connection ends in.
    """

    dialect: Dialect
    instance: str
    netns: str = ""

    def _words(self, *words: str, force: bool = False) -> tuple[str, ...]:
        argv = self.dialect.words(self.instance, *words, *(("--force",) if force else ()))
        return in_namespace(self.netns, argv)

    def remove_instance(self) -> tuple[str, ...]:
        """Removes the instance with all it has."""
        return self._words("instance", "remove")

    def handle_file(self, *, force: bool) -> tuple[str, ...]:
        """Creates an instance from a file, or replaces its configuration; the file's path follows.

        The name stands in the file, which must have it.
        """
        return in_namespace(self.netns, (self.dialect.path, "file", "handle", *(("--force",) if force else ())))

    def update_global(self, name: str, value: str, *, force: bool) -> tuple[str, ...]:
        """Gives a parameter another value."""
        return self._words("global", "update", name, value, force=force)

    def add_range(
        self, protocol: str, prefix: str, ports: str, mark: int, iterations: str | None, *, force: bool
    ) -> tuple[str, ...]:
        """Adds a range to pool4; one that is there already does no harm.

        :param iterations: of the whole set of protocol and mark; None leaves them.
        """
        more = ("--max-iterations", iterations) if iterations is not None else ()
        return self._words("pool4", "add", f"--{protocol}", prefix, ports, "--mark", str(mark), *more, force=force)

    def remove_range(
        self, protocol: str, prefix: str, ports: str, mark: int, *, drop_sessions: bool
    ) -> tuple[str, ...]:
        """Takes a range out of pool4; one that is not there does no harm.

        :param drop_sessions: whether every BIB entry of the range goes, too, whatever its mark.
        """
        quick = () if drop_sessions else ("--quick",)
        return self._words("pool4", "remove", f"--{protocol}", prefix, ports, "--mark", str(mark), *quick)

    def add_binding(self, protocol: str, ipv6: str, ipv4: str) -> tuple[str, ...]:
        """Adds a static BIB entry. Addresses are ``address#port``."""
        return self._words("bib", "add", f"--{protocol}", ipv6, ipv4)

    def remove_binding(self, protocol: str, ipv6: str, ipv4: str) -> tuple[str, ...]:
        """Removes a BIB entry with its sessions."""
        return self._words("bib", "remove", f"--{protocol}", ipv6, ipv4)

    def add_eam(self, ipv6_prefix: str, ipv4_prefix: str, *, force: bool) -> tuple[str, ...]:
        """Adds a mapping."""
        return self._words("eamt", "add", ipv6_prefix, ipv4_prefix, force=force)

    def remove_eam(self, ipv6_prefix: str, ipv4_prefix: str) -> tuple[str, ...]:
        """Removes exactly this mapping."""
        return self._words("eamt", "remove", ipv6_prefix, ipv4_prefix)

    def add_denied(self, prefix: str, *, force: bool) -> tuple[str, ...]:
        """Adds a prefix; adding it twice makes two of it."""
        return self._words(self.dialect.denylist_mode, "add", prefix, force=force)

    def remove_denied(self, prefix: str) -> tuple[str, ...]:
        """Removes a prefix."""
        return self._words(self.dialect.denylist_mode, "remove", prefix)
