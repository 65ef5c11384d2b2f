# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules document is what they take and give."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.plugins.module_utils import (
    errors,
    fleet_session_info_options,
    instance_options,
)
from ansible_collections.nat64.jool.plugins.module_utils.facts.question import SUBSETS, Question
from ansible_collections.nat64.jool.plugins.module_utils.facts.session_facts import gather_capture
from ansible_collections.nat64.jool.plugins.module_utils.session_facts_options import (
    ARGUMENT_SPEC,
    question,
)
from ansible_collections.nat64.jool.plugins.module_utils.task_options import OptionError
from ansible_collections.nat64.jool.plugins.modules import jool_fleet_session_info as fleet_module
from ansible_collections.nat64.jool.plugins.modules import jool_instance as instance_module
from ansible_collections.nat64.jool.plugins.modules import jool_session_facts as module
from ansible_collections.nat64.jool.tests.unit.fleet.sample import sample_fleet
from ansible_collections.nat64.jool.tests.unit.test_session_facts import HEADER, TCP, ask, host, instance

FACTS = yaml.safe_load(module.RETURN)["ansible_facts"]["contains"]["jool_sessions"]["contains"]


def options_of(documentation: ModuleType) -> dict[str, Any]:
    """The documented options of a module, those of its fragments among them."""
    text = yaml.safe_load(documentation.DOCUMENTATION)
    options = dict(text["options"])
    for name in text["extends_documentation_fragment"]:
        file, _dot, part = name.removeprefix("nat64.jool.").partition(".")
        place = importlib.import_module(f"ansible_collections.nat64.jool.plugins.doc_fragments.{file}")
        fragment = yaml.safe_load(getattr(place.ModuleDocFragment, part.upper() or "DOCUMENTATION"))
        assert not options.keys() & fragment["options"].keys()
        options.update(fragment["options"])
    return options


def compare(spec: dict[str, Any], documented: dict[str, Any]) -> None:
    assert spec.keys() == documented.keys()
    for name, option in spec.items():
        told = documented[name]
        for key in ("type", "elements", "default", "choices", "aliases"):
            assert option.get(key) == told.get(key), f"{name}: {key}"
        if "options" in option:
            compare(option["options"], told["suboptions"])


def test_options() -> None:
    compare(ARGUMENT_SPEC, options_of(module))


def test_options_of_the_fleet() -> None:
    compare(fleet_session_info_options.ARGUMENT_SPEC, options_of(fleet_module))


def test_options_of_the_instance() -> None:
    compare(instance_options.ARGUMENT_SPEC, options_of(instance_module))


FREE = {"by_protocol", "by_state", "by_pool4_address", "by_mark", "bib", "counters"}
"""Dictionaries whose keys are data."""


def keys(value: Any, documented: dict[str, Any], where: str) -> None:
    """Every key that is there is documented, and every documented one is there."""
    assert set(value) == set(documented), where
    for name, told in documented.items():
        inner = value[name]
        if name in FREE or "contains" not in told or inner is None:
            continue
        for one in inner if isinstance(inner, list) else [inner]:
            keys(one, told["contains"], f"{where}.{name}")


def test_facts() -> None:
    live = ask({**host("default"), **instance()}, subsets=frozenset(SUBSETS))
    keys(live, FACTS, "jool_sessions")
    keys(gather_capture([HEADER + TCP], "x", Question()), FACTS, "jool_sessions")


def shape(value: Any, told: dict[str, Any], where: str) -> None:
    """The same, and the types."""
    kinds = {"dict": dict, "list": list, "str": str, "int": int, "float": (int, float), "bool": bool}
    if value is None:
        return
    assert isinstance(value, kinds[told["type"]]), where
    for one in value if isinstance(value, list) else [value]:
        if "contains" in told:
            assert set(one) == set(told["contains"]), where
            for name, inner in told["contains"].items():
                shape(one[name], inner, f"{where}.{name}")
        elif isinstance(value, list):
            assert isinstance(one, kinds[told["elements"]]), where


@pytest.mark.parametrize("hosts", [0, 1, 22, 60])
def test_fleet(hosts: int) -> None:
    told = yaml.safe_load(fleet_module.RETURN)["fleet"]
    shape(sample_fleet(hosts, 1), told, "fleet")


@pytest.mark.parametrize("documented_module", [module, instance_module])
def test_error(documented_module: ModuleType) -> None:
    documented = yaml.safe_load(documented_module.RETURN)["error"]["contains"]
    assert set(errors.NoSuchInstance().as_dict()) == set(documented)


def test_conditions_are_sentences() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.JoolError)]
    assert len({kind.condition for kind in kinds}) == len(kinds)
    for kind in kinds:
        text = str(kind("why", host="edge1", argv=("jool", "a b"), status=3, output="words"))
        assert text.startswith("edge1: ")
        assert "\"jool 'a b'\" ended with exit status 3." in text
        assert not kind.remedy or kind.remedy.endswith(".")


DEFAULTS = {name: option.get("default") for name, option in ARGUMENT_SPEC.items()}

SENSELESS: list[tuple[dict[str, Any], str]] = [
    ({"protocols": []}, "protocols: an empty list"),
    ({"instances": []}, "instances: an empty list"),
    ({"gather_subset": []}, "gather_subset: an empty list"),
    ({"client_prefix_length": 0}, "client_prefix_length: 0 is not between 1 and 128"),
    ({"client_prefix_length": 129}, "client_prefix_length"),
    ({"max_sessions": -1}, "max_sessions: -1 is not at least 0"),
    ({"top_clients": -1}, "top_clients"),
    ({"timeout": -0.5}, "timeout: -0.5"),
    ({"filters": {"expires_before": 1.0, "expires_after": 2.0}}, "no session expires"),
]


@pytest.mark.parametrize(("options", "words"), SENSELESS)
def test_senseless_options(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        question({**DEFAULTS, **options})
    assert isinstance(caught.value, OptionError) or "expires" in words


def test_question() -> None:
    asked = question({**DEFAULTS, "gather_subset": ["all"], "netns": [""], "instances": ["a", "a"]})
    assert asked.subsets == {"counts", "summary", "details", "bib", "sessions"}
    assert asked.netns == ("",)
    assert asked.instances == ("a",)
