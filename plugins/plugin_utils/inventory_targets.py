# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways to many hosts of the inventory, from a task on another host: their connection variables, one host at a time.

All of ``hostvars`` at once would be a copy of the whole inventory (ansible#64033). What hosts have in common is looked
up once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ..module_utils.errors import InventoryUnclear
from ..module_utils.fleet.answer import HostAnswer
from ..module_utils.gathering.target import Target
from ..module_utils.transport.ssh import Become
from ..module_utils.transport.ssh_route import Destination
from .ssh_destination import ARGUMENT_OPTIONS, text

PAIR_VARIABLE = "jool_synchronised_with"
"""A host variable: the hosts, or the groups of hosts, that hold the same sessions."""

DEFAULT_TIMEOUT = 10.0


class PluginOptions:
    """The options of a plugin for one host after the other.

    :param keywords: what the task says; variables of a host come first.
    """

    def __init__(self, kind: str, name: str, keywords: Mapping[str, Any]) -> None:
        self._kind = kind
        self._name = name
        self._keywords = {word: value for word, value in keywords.items() if value is not None}
        self._definitions = constants.config.get_configuration_definitions(kind, name)
        self._found: dict[tuple[str, tuple[tuple[str, Any], ...]], Any] = {}

    def get(self, option: str, variables: Mapping[str, Any]) -> Any:
        """The value for a host; None for an option that this ansible-core does not have."""
        if option not in self._definitions:
            return None
        names = [entry["name"] for entry in self._definitions[option].get("vars") or ()]
        known = {name: variables[name] for name in names if name in variables}
        key = (option, tuple(known.items()))
        try:
            if key not in self._found:
                self._found[key] = self._value(option, known)
            return self._found[key]
        except TypeError:  # a variable is a list
            return self._value(option, known)

    def _value(self, option: str, known: Mapping[str, Any]) -> Any:
        return constants.config.get_config_value(
            option, plugin_type=self._kind, plugin_name=self._name, keys=self._keywords, variables=known
        )


class InventoryHost(NamedTuple):
    """What the inventory says of a host.

    :ivar variables: resolved when they are looked at; to be thrown away before the next host's.
    """

    name: str
    variables: Mapping[str, Any]

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that it is in."""
        return tuple(str(group) for group in self.variables.get("group_names", ()))


class InventoryTargets:
    """Hosts of the inventory as targets.

    :param action: the plugin of the task, whose keywords (``become``, ``remote_user``) hold for every host.
    """

    def __init__(self, action: ActionBase, task_vars: Mapping[str, Any]) -> None:
        self._action = action
        self._hostvars = task_vars["hostvars"]
        self._groups: Mapping[str, list[str]] = task_vars["groups"]
        loader = action._shared_loader_obj.connection_loader
        plugin = loader.get("ansible.builtin.ssh", action._play_context)
        keywords = {
            "remote_user": action._task.remote_user,
            "port": action._task.port,
            "password": action._play_context.password or None,
        }
        self._ssh = PluginOptions("connection", plugin._load_name, keywords)
        self._become: dict[str, PluginOptions | None] = {}

    def names(self, words: Iterable[str]) -> tuple[list[str], list[str]]:
        """The hosts that names or patterns stand for, each once, and those that were named more than once.

        A word that is neither stays, so that a host that is missing in the inventory is told of.
        """
        given = [str(word) for word in words]
        if any(word.startswith(("!", "&")) for word in given):
            return self._matching(given), []
        found: list[str] = []
        twice: dict[str, None] = {}
        for word in given:
            if word in self._hostvars:
                if word in found:
                    twice[word] = None
                found.append(word)
            else:
                found += self._matching([word]) or [word]
        return list(dict.fromkeys(found)), list(twice)

    def _matching(self, patterns: list[str]) -> list[str]:
        lookup = self._action._shared_loader_obj.lookup_loader.get(
            "ansible.builtin.inventory_hostnames", loader=self._action._loader, templar=self._action._templar
        )
        return [str(name) for name in lookup.run([",".join(patterns)], variables={"groups": self._groups})]

    def host(self, name: str) -> InventoryHost:
        """What the inventory says of a host. One that it does not have is in no group and in no pair."""
        if name not in self._hostvars:
            return InventoryHost(name, {})
        return InventoryHost(name, self._hostvars[name])

    def pair_of(self, host: InventoryHost) -> tuple[str, ...] | None:
        """The hosts that hold the same sessions, as `PAIR_VARIABLE` says, this one among them.

        :raises InventoryUnclear: when the variable cannot be resolved.
        """
        try:
            said = host.variables.get(PAIR_VARIABLE)
        except AnsibleError as error:
            raise InventoryUnclear(f"{PAIR_VARIABLE}: {error}", host=host.name) from error
        if not said:
            return None
        words = [said] if isinstance(said, str) else list(said)
        members = [member for word in words for member in self._groups.get(str(word), [str(word)])]
        pair = tuple(dict.fromkeys((host.name, *(str(member) for member in members))))
        return pair if len(pair) > 1 else None

    def way(self, host: InventoryHost) -> Target | HostAnswer:
        """A host and the way there, or that there is none, which is its answer."""
        try:
            return self.target(host)
        except InventoryUnclear as error:
            return HostAnswer.of_error(host.name, error, host.groups)

    def target(self, host: InventoryHost) -> Target:
        """A host and the way there.

        :raises InventoryUnclear: when it is not in the inventory, or its variables cannot be resolved.
        """
        if not host.variables:
            raise InventoryUnclear("it is not in the inventory", host=host.name)
        try:
            way = self._destination(host.name, host.variables)
            return Target(host.name, way, self._escalation(host.variables, way.user), host.groups)
        except (AnsibleError, ValueError, TypeError) as error:
            raise InventoryUnclear(str(error), host=host.name) from error

    def _destination(self, name: str, variables: Mapping[str, Any]) -> Destination:
        def option(word: str) -> Any:
            return self._ssh.get(word, variables)

        port = option("port")
        return Destination(
            host=str(option("host") or name),
            port=int(port) if port else None,
            user=text(option("remote_user")),
            password=text(option("password")),
            private_key_file=text(option("private_key_file")),
            private_key_passphrase=text(option("private_key_passphrase")),
            arguments=" ".join(str(value) for value in map(option, ARGUMENT_OPTIONS) if value),
            check_host_key=bool(option("host_key_checking")),
            connect_timeout=float(option("timeout") or DEFAULT_TIMEOUT),
        )

    def _escalation(self, variables: Mapping[str, Any], login: str | None) -> Become | None:
        task = self._action._task
        said = variables.get("ansible_become")
        if not (task.become if said is None else boolean(said)):
            return None
        method = str(variables.get("ansible_become_method") or task.become_method or constants.DEFAULT_BECOME_METHOD)
        options = self._become_options(method)
        name = method.rpartition(".")[2]
        if options is None:
            return Become(name)  # the transport says that it does not know it
        user = str(options.get("become_user", variables) or "root")
        if user == login and not constants.BECOME_ALLOW_SAME_USER:  # Ansible's own rule for its connections
            return None
        password = text(options.get("become_pass", variables))
        return Become(name, user, password, text(options.get("become_exe", variables)))

    def _become_options(self, method: str) -> PluginOptions | None:
        if method not in self._become:
            plugin = self._action._shared_loader_obj.become_loader.get(method)
            task = self._action._task
            keywords = {
                "become_user": task.become_user,
                "become_exe": task.become_exe,
                "become_pass": self._action._play_context.become_pass or None,
            }
            self._become[method] = PluginOptions("become", plugin._load_name, keywords) if plugin else None
        return self._become[method]
