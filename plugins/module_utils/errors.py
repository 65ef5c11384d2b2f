# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The conditions that a query of a translator can end in, one class each.

An error knows where it happened (host, command, exit status, what was printed) and what to do about it. The sentence
is written here, once; front ends show it with ``str(error)`` or hand out ``error.as_dict()``.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import ClassVar

OUTPUT_SHOWN = 2000
"""Characters of a command's own words that an error carries. Session rows never get here: see `client.verdict`."""

FRAME = 60
"""Characters that Jool puts around its messages ("Error: The kernel module returned error 3: "), not worth showing."""


class JoolError(Exception):
    """Something kept a query from its answer.

    :ivar host: the translator's name as the caller knows it; empty for an offline capture.
    :ivar argv: the command, empty where none was run.
    :ivar status: its exit status, or None where there is none.
    :ivar output: what the command said about it (its error text), at most `OUTPUT_SHOWN` characters.
    """

    condition: ClassVar[str] = "The query failed"
    remedy: ClassVar[str] = ""

    def __init__(
        self,
        detail: str = "",
        *,
        host: str = "",
        argv: Sequence[str] = (),
        status: int | None = None,
        output: str = "",
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.host = host
        self.argv = tuple(argv)
        self.status = status
        self.output = output.strip()[:OUTPUT_SHOWN]

    @property
    def command(self) -> str:
        """The command as a person would type it."""
        return shlex.join(self.argv)

    def __str__(self) -> str:
        parts = [f"{self.host}: " if self.host else "", self.condition]
        if self.detail:
            parts.append(f": {self.detail}")
        parts.append("." if not self.detail.endswith((".", "!", "?", ")")) else "")
        if self.argv:
            ended = f" ended with exit status {self.status}" if self.status is not None else " gave no exit status"
            parts.append(f' The command "{self.command}"{ended}.')
        said = " ".join(self.output.split())
        if said and not (self.detail in said and len(said) <= len(self.detail) + FRAME):
            parts.append(f" It said: {said}")
        if self.remedy:
            parts.append(f" {self.remedy}")
        return "".join(parts)

    def as_dict(self) -> dict[str, object]:
        """The same as plain values, for a result that a playbook can test (``error.condition == 'NoSuchInstance'``)."""
        return {
            "condition": type(self).__name__,
            "host": self.host,
            "command": self.command,
            "exit_status": self.status,
            "output": self.output,
            "message": str(self),
        }


# --- the tool and the module -------------------------------------------------------------------------------------


class JoolNotInstalled(JoolError):
    """There is no `jool` to run."""

    condition = "Jool's command line tool was not found"
    remedy = "Install the package jool-tools, or give the tool's place with the option 'jool_path'."


class UnsupportedRelease(JoolError):
    """A release whose output this collection does not know."""

    condition = "This release of Jool is not supported"
    remedy = "Releases 3.1 and later are; upgrade Jool on this host."


class ModuleNotLoaded(JoolError):
    """The tool is there, the kernel module is not."""

    condition = "The kernel module 'jool' is not loaded"
    remedy = (
        "Load it with 'modprobe jool'. If that fails, see whether DKMS built it for the running kernel (dkms status)."
    )


class VersionMismatch(JoolError):
    """Tool and kernel module are of releases that do not talk to each other."""

    condition = "Jool's tool and its kernel module are of different releases"
    remedy = "Install the same release of both, then reload the module (which drops every session)."


class NotApplicable(JoolError):
    """A stateless translator (SIIT) was asked for something that only a NAT64 has."""

    condition = "This is a stateless translator (SIIT), it has no sessions"


class NoSuchInstance(JoolError):
    """The namespace has no instance of that name."""

    condition = "There is no such Jool instance"
    remedy = "List the instances with 'jool instance display'; names are case-sensitive and belong to one namespace."


class NoSuchNamespace(JoolError):
    """The network namespace does not exist."""

    condition = "There is no such network namespace"
    remedy = "List the namespaces with 'ip netns list'."


class NoPrivilege(JoolError):
    """The command needs CAP_NET_ADMIN in the initial user namespace."""

    condition = "The user may not ask the kernel module"
    remedy = "Run the task with 'become: true': this needs CAP_NET_ADMIN in the initial user namespace."


class EscalationFailed(JoolError):
    """sudo (or its like) refused."""

    condition = "The command could not be run as another user"
    remedy = "Check 'become_user', 'become_password' and the host's sudo rules."


class InvocationRefused(JoolError):
    """The tool did not understand its arguments; 4.0.4 and later may print their help and exit with 0."""

    condition = "Jool did not understand the command"
    remedy = "Check the options given, above all 'jool_path', and report this with the release of Jool."


class CommandFailed(JoolError):
    """A nonzero exit status with words that no rule knows."""

    condition = "The command failed"
    remedy = "Run it by hand on the host, and report its words together with the release of Jool."


class KernelRefused(JoolError):
    """The kernel module answered with an error that has no class of its own."""

    condition = "The kernel module returned an error"
    remedy = "Look into the host's kernel log (dmesg) for lines of Jool."


# --- what came back ----------------------------------------------------------------------------------------------


class DumpCutShort(JoolError):
    """A table ended before its end. What had arrived is not counted."""

    condition = "The table was cut short"
    remedy = "Nothing of it was counted. Ask again; if it happens again, look into the host's kernel log (dmesg)."


class DumpNeverEnds(JoolError):
    """Jool 3.1.5 to 3.3.1 can print the same rows for ever (NICMx/Jool#147)."""

    condition = "Jool prints the same rows again and again"
    remedy = "This is a defect of Jool 3.1.5 to 3.3.1 with many sessions on one pool4 address. Upgrade Jool."


class UnreadableOutput(JoolError):
    """The output has a line that no rule of the grammar knows."""

    condition = "The output is not what Jool is known to print"
    remedy = "Nothing of it was counted. Report the line together with the release of Jool."


class AmbiguousCapture(JoolError):
    """A capture that does not say what the records need, and that nobody else said."""

    condition = "The capture does not say which protocol its sessions are of"
    remedy = "Name it: give exactly one protocol in 'protocols'."


class CaptureNotReadable(JoolError):
    """The file of a capture cannot be opened or read."""

    condition = "The capture cannot be read"
    remedy = "Check the path given in 'src' and its permissions; it is read on the controller."


class TableChanged(JoolError):
    """A table changed under the listing, and the module lost its place (pool4, EAMT, denylist, instances)."""

    condition = "The table changed while it was listed"
    remedy = "Ask again when nobody is changing the configuration."


# --- the way there -----------------------------------------------------------------------------------------------


class CommandTimeout(JoolError):
    """The command did not end in time."""

    condition = "The command did not end in time"
    remedy = "Raise 'timeout' if the table is large; otherwise look at the load of the host."


class ConnectionFailed(JoolError):
    """The host could not be reached or did not answer."""

    condition = "The host cannot be reached"
    remedy = "Check the address, the port and the way there (ansible_host, ansible_port, ProxyJump)."


class ConnectionLost(JoolError):
    """The connection broke while the command ran."""

    condition = "The connection was lost while the command ran"
    remedy = "Nothing that had arrived was counted. Ask again."


class OutputNotKept(JoolError):
    """The host has no room for an output that is too large for one piece (transport ``connection``)."""

    condition = "The host could not keep the output in a file until it was fetched"
    remedy = (
        "Nothing of it was counted. Make room in that directory, or use 'transport: ssh', which reads the output while"
        " it comes and needs no file on the host."
    )


class HostKeyRefused(JoolError):
    """The host's key is unknown, or not the one that was expected."""

    condition = "The host's SSH key cannot be trusted"
    remedy = "Verify the key and add it to known_hosts (ssh-keyscan), or remove the stale entry (ssh-keygen -R)."


class AuthenticationFailed(JoolError):
    """No key and no password was accepted."""

    condition = "The host refused every key and password"
    remedy = "Check ansible_user, ansible_ssh_private_key_file, ansible_password and the SSH agent."


class LibraryMissing(JoolError):
    """A Python library that this needs is not there."""

    condition = "A Python library is missing"


# --- configuration -----------------------------------------------------------------------------------------------


class ConfigurationInvalid(JoolError):
    """A desired state that makes no sense, or that Jool would not take."""

    condition = "The configuration that is asked for is not possible"
    remedy = "Nothing was changed."


class NotChangeable(JoolError):
    """What an instance keeps for its whole life (framework, pool6 of a NAT64)."""

    condition = "Jool cannot change this of an existing instance"
    remedy = "Nothing was changed. With 'recreate: true' a new instance takes its place, which drops every session."


class WouldDropSessions(JoolError):
    """A change that ends sessions, which nobody allowed."""

    condition = "The change would drop sessions"
    remedy = "Nothing was changed. Allow it with 'drop_sessions: true'."


class ChangeFailed(JoolError):
    """A change that ended half way, and was taken back."""

    condition = "The change failed and was taken back"
    remedy = "The former configuration runs again; sessions of what was removed for a moment may be gone."


class ChangeNotTaken(JoolError):
    """What runs after a change is not what was asked for; it was taken back."""

    condition = "After the change, the host did not run what was asked for, so it was taken back"
    remedy = "The former configuration runs again. Look whether somebody else configures this instance, too."


class ProbeFailed(JoolError):
    """The change was made, its verification failed, and it was taken back."""

    condition = "The change was made, but the verification failed, so it was taken back"
    remedy = "The former configuration runs again."


class NotRestored(JoolError):
    """A change failed, and the former configuration could not be put back either."""

    condition = "The change failed, and the former configuration could not be restored"
    remedy = (
        "Look at the instance now ('jool global display', 'jool pool4 display'), mend the cause, and run this again."
    )


# --- reports -----------------------------------------------------------------------------------------------------


class NotAFleet(JoolError):
    """What was given to be reported is not the structure of a fleet."""

    condition = "This is not the finished structure of a fleet"
    remedy = "Give what nat64.jool.jool_fleet_session_info returns as 'fleet'."


class TemplateFailed(JoolError):
    """A template of a report is not there, is no template, or asks for what there is not."""

    condition = "The template of a report failed"
    remedy = "This report was not written; a file that was there is as it was."


# --- the fleet ---------------------------------------------------------------------------------------------------


class NoAnswer(JoolError):
    """A host that was to be asked, and of which nothing is known."""

    condition = "Nobody brought an answer of this host"
    remedy = "Ask it again, or merge the saved summary of the run that asked it, too."


class TaskFailed(JoolError):
    """A task that was to gather facts failed for a reason of Ansible's own."""

    condition = "The task that asked this host failed"
    remedy = "Read the message, mend what it says, and ask this host again."


class InventoryUnclear(JoolError):
    """A host that is not in the inventory, or whose variables cannot be resolved."""

    condition = "The inventory does not say how to ask this host"
    remedy = "Check the name, and the host's connection variables with ansible-inventory --host."


class WorkersNotStarted(JoolError):
    """No process could be started to ask hosts."""

    condition = "The processes that ask the hosts could not be started"
    remedy = "No host was asked."


class WorkerLost(JoolError):
    """The process that asked a host ended before the host's answer, for example for want of memory."""

    condition = "The process that asked this host ended before its answer"
    remedy = "Look for the OOM killer in the controller's kernel log (dmesg); ask fewer hosts at once ('concurrency')."


class UnexpectedFailure(JoolError):
    """A defect of this collection, or something that nobody thought of."""

    condition = "Something that nobody expected kept the host from being asked"
    remedy = "Nothing of it was counted. Report this together with the release of the collection."


class TableNotWritten(JoolError):
    """The file of a full table cannot be written."""

    condition = "The table cannot be written"
    remedy = "Check the directory, its permissions and the room on the controller; the table was not counted either."


class FactsNotUnderstood(JoolError):
    """Session facts of a schema that this release does not know."""

    condition = "The session facts are of a schema that this release of the collection does not know"
    remedy = "Gather the facts and merge them with the same release of the collection."


class FactsDamaged(JoolError):
    """Session facts that are cut, of wrong types or do not add up."""

    condition = "The session facts are damaged and were not counted"
    remedy = "Gather the facts of this host again."


class HostFactsDamaged(JoolError):
    """Facts of a host (`jool_facts`) that are cut, of wrong types or of another schema."""

    condition = "The facts of the host are damaged and were not used"
    remedy = "Gather the facts of this host again, with the same release of this collection."


class SummaryNotReadable(JoolError):
    """The file of a saved fleet summary cannot be opened or read."""

    condition = "The saved fleet summary cannot be read"
    remedy = "Check the path and its permissions; it is read on the controller."


class SummaryNotUnderstood(JoolError):
    """A document of another kind, or a fleet summary of another schema."""

    condition = "This is no fleet summary that this release of the collection knows"
    remedy = "Save and merge summaries with the same release of the collection."


class SummaryDamaged(JoolError):
    """A saved fleet summary that was cut, is no JSON, or has values that make no sense."""

    condition = "The saved fleet summary is damaged"
    remedy = "Nothing of it was counted. Ask its hosts again, or leave it out."


class SummaryFromFuture(JoolError):
    """A saved fleet summary that was gathered later than now."""

    condition = "The saved fleet summary is from the future"
    remedy = "Set the clocks of both controllers (NTP), then ask its hosts again."


# --- stored tables -----------------------------------------------------------------------------------------------


class StoreNotReadable(JoolError):
    """There is no store, or it cannot be opened, read or written."""

    condition = "The store of session tables cannot be used"
    remedy = "Check the path, its permissions and the room on the disk. Nothing was changed."


class StoreLocked(JoolError):
    """Another process writes to the store, and goes on for longer than one wants to wait."""

    condition = "The store of session tables is in use"
    remedy = "Ask again when the audit that writes to it has ended. Nothing was changed."


class StoreDamaged(JoolError):
    """The file was cut or overwritten, or it is no database at all."""

    condition = "The store of session tables is damaged"
    remedy = "Nothing was answered from it. Put back a copy, or save what is left with 'sqlite3 STORE .recover'."


class StoreOfOtherSchema(JoolError):
    """The store is of another release of the collection, or it is another database."""

    condition = "The store of session tables is not of this release"
    remedy = "Nothing was read or changed. Use the release that wrote it, or another path for a new store."


class TableDamaged(JoolError):
    """A file of rows was cut or changed after it was written."""

    condition = "The file of session rows is damaged"
    remedy = "Nothing of it was stored. Gather the table again."


class RowNotStorable(JoolError):
    """A row has a name where an address belongs."""

    condition = "A session cannot be stored"
    remedy = "The audit was not stored. Gather the tables with numbers ('jool session display --numeric')."


class LogNotReadable(JoolError):
    """A log of a kernel cannot be opened or read."""

    condition = "The kernel's log cannot be read"
    remedy = "Check the path and its permissions on the controller."


class LogDamaged(JoolError):
    """A line of Jool was cut or changed by whoever kept the log."""

    condition = "A line of Jool in the kernel's log is damaged"
    remedy = "Nothing was answered from it, as that line may be the one that matters. Take the log from another place."
