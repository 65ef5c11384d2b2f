# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role, as a play runs it."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.nat64.jool.plugins.module_utils.report.options import ARGUMENT_SPEC
from ansible_collections.nat64.jool.plugins.module_utils.report.render import FORMS, TEMPLATES
from ansible_collections.nat64.jool.plugins.modules import jool_fleet_report as module
from ansible_collections.nat64.jool.tests.unit.report.fleets import mixed

ROOT = Path(__file__).resolve().parents[3]
ROLE = ROOT / "roles" / "fleet_report"
FILES = {"fleet.html", "fleet.md", "hosts.csv", "pools.csv", "fleet.json", "jool_fleet.prom"}
PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"


class Play:
    """Runs the role and keeps what came of it."""

    def __init__(self, place: Path, structure: Any) -> None:
        self.place = place
        self.reports = place / "state" / "reports"
        (place / "fleet.json").write_text(json.dumps(structure), encoding="utf-8")
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "roles": ["nat64.jool.fleet_report"],
            "vars": {
                "fleet_report_fleet": "{{ lookup('ansible.builtin.file', playbook_dir ~ '/fleet.json') | from_json }}"
            },
        }
        (place / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")

    def run(self, *arguments: str, **variables: Any) -> tuple[int, dict[str, Any]]:
        chosen = {"fleet_report_directory": str(self.reports), **variables}
        environment = {
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"),
            "ANSIBLE_HOME": str(self.place / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
        }
        done = subprocess.run(
            [str(PLAYBOOK), "play.yml", "-e", json.dumps(chosen), *arguments],
            cwd=self.place, env=environment, capture_output=True, text=True, check=False, timeout=180,
        )  # fmt: skip
        self.output = done.stdout + done.stderr
        return done.returncode, chosen

    def mode(self, name: str) -> int:
        return stat.S_IMODE((self.reports / name).stat().st_mode)


@pytest.fixture
def play(tmp_path: Path) -> Play:
    return Play(tmp_path, mixed(20))


def test_all_reports(play: Play) -> None:
    assert play.run()[0] == 0, play.output
    assert {path.name for path in play.reports.iterdir()} == FILES
    assert {play.mode(name) for name in FILES} == {0o600}
    assert play.mode(".") == 0o700
    structure = json.loads((play.place / "fleet.json").read_text(encoding="utf-8"))
    assert json.loads((play.reports / "fleet.json").read_text(encoding="utf-8")) == structure
    assert json.dumps(structure["verdict"]["sentence"])[1:-1] in play.output
    # Nothing of the structure but the ten lines is in the log.
    assert structure["top_clients"][0]["prefix"] not in play.output
    # The same again changes nothing.
    assert play.run()[0] == 0
    assert "changed=0" in play.output


def test_check_mode_writes_nothing(play: Play) -> None:
    assert play.run("--check", "--diff", "-vv")[0] == 0, play.output
    assert "changed=1" in play.output
    assert not play.reports.exists()
    assert "top_clients" not in play.output


def test_a_template_that_fails_keeps_no_other_report_from_coming(play: Play) -> None:
    (play.place / "templates").mkdir()
    (play.place / "templates" / "ours.md.j2").write_text("# ours\n\n{{ fleet.nothing }}\n", encoding="utf-8")
    status, _chosen = play.run(fleet_report_markdown_template="ours.md.j2")
    assert status == 2
    assert {path.name for path in play.reports.iterdir()} == FILES - {"fleet.md"}
    words = " ".join(play.output.split())
    assert "templates/ours.md.j2, line 3: 'dict object' has no attribute 'nothing'" in words
    assert "This report was not written" in words
    # The ten lines come all the same, after it.
    assert words.index("Say what is wrong, where") > words.index("line 3")
    assert "failed=1" in words


def test_what_the_operator_chooses(play: Play) -> None:
    metrics = play.place / "textfile"
    metrics.mkdir()
    (play.place / "ours.html.j2").write_text(
        '{% extends "nat64.jool/fleet.html.j2" %}{% block footer %}<p>{{ extra.desk }}</p>{% endblock %}',
        encoding="utf-8",
    )
    status, _chosen = play.run(
        fleet_report_formats=["html", "prometheus"],
        fleet_report_html_name="index.html",
        fleet_report_html_template=str(play.place / "ours.html.j2"),
        fleet_report_extra={"desk": "call <7>"},
        fleet_report_prometheus_directory=str(metrics),
        fleet_report_prometheus_world_readable=True,
        fleet_report_max_pools=2,
    )
    assert status == 0, play.output
    assert [path.name for path in play.reports.iterdir()] == ["index.html"]
    page = (play.reports / "index.html").read_text(encoding="utf-8")
    assert "<p>call &lt;7&gt;</p>" in page
    assert "46 more ranges are not shown here" in page
    assert stat.S_IMODE((metrics / "jool_fleet.prom").stat().st_mode) == 0o644
    assert play.mode("index.html") == 0o600


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"fleet_report_formats": ["html", "pdf"]}, "fleet_report_formats must be one or more of"),
        ({"fleet_report_prometheus_directory": "/nowhere/at/all"}, "cannot be written: No such file or directory"),
        ({"fleet_report_html_template": "gone.j2"}, "gone.j2"),
        ({"fleet_report_max_pools": 0}, "max_pools: 0 is not at least 1"),
        ({"fleet_report_fleet": {"kind": "else"}}, "This is not the finished structure of a fleet"),
    ],
)
def test_bad_input(play: Play, variables: dict[str, Any], words: str) -> None:
    assert play.run(**variables)[0] == 2
    assert words in " ".join(play.output.split())


def compare(documented: dict[str, Any], spec: dict[str, Any]) -> None:
    assert spec.keys() == documented.keys()
    for name, option in spec.items():
        for key in ("type", "elements", "default", "choices"):
            assert option.get(key) == documented[name].get(key), f"{name}: {key}"


def test_what_is_documented_is_what_there_is() -> None:
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    assert sorted(documented["format"].pop("choices")) == sorted(FORMS)
    compare(documented, {**ARGUMENT_SPEC, "format": {"type": "str", "required": True}})
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    options = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    told = options["argument_specs"]["main"]["options"]
    assert set(told) == {*defaults, "fleet_report_fleet"}
    for name, value in defaults.items():
        if "{{" not in str(value):
            assert told[name].get("default") == value, name
    assert {path.name for path in (ROLE / "templates").glob("*.j2")} == set(TEMPLATES.values())
    readme = (ROLE / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in readme for name in told)
