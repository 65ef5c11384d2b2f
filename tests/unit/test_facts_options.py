# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the options of `jool_facts` ask for, and what the module documents."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.plugins.module_utils import errors
from ansible_collections.nat64.jool.plugins.module_utils.facts.host_facts import Tools
from ansible_collections.nat64.jool.plugins.module_utils.facts.host_question import HOST_SUBSETS
from ansible_collections.nat64.jool.plugins.module_utils.facts_options import (
    ARGUMENT_SPEC,
    host_question,
    tools,
)
from ansible_collections.nat64.jool.plugins.module_utils.system.sysctls import NAMES
from ansible_collections.nat64.jool.plugins.module_utils.task_options import OptionError
from ansible_collections.nat64.jool.plugins.modules import jool_facts as module
from ansible_collections.nat64.jool.tests.unit.jool_host import ask, host, nat64, siit
from ansible_collections.nat64.jool.tests.unit.replay import Answer
from ansible_collections.nat64.jool.tests.unit.test_module_documentation import compare, keys, options_of, shape

FACTS = yaml.safe_load(module.RETURN)["ansible_facts"]["contains"]["jool"]

DEFAULTS = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}


def test_options() -> None:
    compare(ARGUMENT_SPEC, options_of(module))


def whole() -> dict[str, Any]:
    answers = host("4.1.9", ("ab0,default,netfilter",), ("ab0,stateless,netfilter",))
    return ask({**answers, **nat64("4.1.9"), **siit("4.1.9")})


@pytest.mark.parametrize("facts", [whole(), ask(host()), ask(host(), "versions"), ask({})])
def test_every_key_is_documented_and_there(facts: dict[str, Any]) -> None:
    keys(facts, FACTS["contains"], "jool")


def test_types() -> None:
    """All but `max_iterations`, which is a number or a word."""
    facts = whole()
    for entry in facts["instances"]:
        for row in entry["config"]["pool4"] or ():
            row["max_iterations"] = None
    shape(facts, FACTS, "jool")


def test_samples_are_what_comes() -> None:
    """Dictionaries whose keys are data are documented by a sample."""
    facts = whole()
    contains = FACTS["contains"]
    counter = contains["instances"]["contains"]["statistics"]["sample"]["JSTAT_SUCCESS"]
    assert set(counter) == set(facts["instances"][0]["statistics"]["JSTAT_SUCCESS"])
    parameters = contains["sysctls"]["contains"]["parameters"]["sample"]
    assert tuple(parameters) == NAMES == tuple(facts["sysctls"][0]["parameters"])
    features = contains["offloads"]["contains"]["features"]["sample"]
    assert set(features) <= set(facts["offloads"][0]["features"])


def test_error() -> None:
    documented = yaml.safe_load(module.RETURN)["error"]["contains"]
    assert set(errors.NoSuchNamespace().as_dict()) == set(documented)


def test_conditions_in_the_documentation_exist() -> None:
    text = str(yaml.safe_load(module.RETURN)["error"]["contains"]["condition"]["description"])
    named = re.findall(r"V\((\w+)\)", text)
    assert len(named) > 5
    assert all(issubclass(getattr(errors, name), errors.JoolError) for name in named)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"timeout": -1.0}, "timeout: -1 is not at least 0"),
        ({"gather_subset": []}, "gather_subset: an empty list"),
        ({"netns": []}, "netns: an empty list"),
        ({"jool_path": "/usr/bin/jool_siit"}, "jool_path: '/usr/bin/jool_siit' is the tool of the other kind"),
        ({"jool_siit_path": "jool"}, "jool_siit_path: 'jool' is the tool of the other kind"),
    ],
)
def test_senseless_options(options: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionError, match=re.escape(words)):
        host_question({**DEFAULTS, **options})


def test_question() -> None:
    assert host_question(DEFAULTS).subsets == frozenset(HOST_SUBSETS)
    assert host_question(DEFAULTS).netns is None
    asked = host_question({**DEFAULTS, "gather_subset": ["kernel", "all"], "netns": ["", "a", "a"]})
    assert (asked.subsets, asked.netns) == (frozenset(HOST_SUBSETS), ("", "a"))
    assert host_question({**DEFAULTS, "gather_subset": ["kernel"]}).subsets == frozenset({"kernel"})
    assert tools({**DEFAULTS, "jool_path": "/opt/jool"}) == Tools("/opt/jool", "jool_siit")


@pytest.mark.parametrize(
    ("subsets", "netns", "wanted"),
    [
        (("versions", "kernel"), None, False),
        (("sysctls",), None, True),
        (("sysctls", "offloads"), ("blue",), False),
        (("statistics",), ("blue",), True),
    ],
)
def test_when_instances_have_to_be_known(subsets: tuple[str, ...], netns: tuple[str, ...] | None, wanted: bool) -> None:
    asked = host_question({**DEFAULTS, "gather_subset": list(subsets), "netns": netns})
    assert asked.wants_places is wanted


def test_instances_are_not_told_where_only_their_namespaces_are_asked_for() -> None:
    facts = ask({**host("4.1.9", ("ab0,default,netfilter",)), **nat64("4.1.9")}, "sysctls")
    assert facts["instances"] is None
    assert facts["sysctls"][0]["parameters"]["net.ipv4.ip_forward"] == 1


def test_a_warning_comes_once() -> None:
    missing = Answer(b"what?\n")
    facts = ask({**host(), "ethtool -k eth0": missing, "dkms status": missing})
    assert len(facts["warnings"]) == len(set(facts["warnings"])) == 2
