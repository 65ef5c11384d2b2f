# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine's imports run one way, downward (docs/architecture.md)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ENGINE = Path(__file__).resolve().parents[2] / "plugins" / "module_utils"

FLOORS = {
    "fleet_session_info_options": 10,
    "session_facts_options": 9,
    "facts_options": 9,
    "session_lookup_options": 9,
    "instance_options": 7,
    "preflight_options": 7,
    "report": 8,
    "gathering": 8,
    "fleet": 7,
    "lookup": 8,
    "inspection": 6,
    "facts": 5,
    "converge": 5,
    "store": 4,
    "preflight": 5,
    "summary": 4,
    "config": 4,
    "client": 4,
    "system": 4,
    "records": 3,
    "grammar": 2,
    "transport": 2,
    "libraries": 1,
    "task_options": 1,
    "private_file": 1,
    "checks": 1,
    "errors": 0,
}
"""Room to its floor. A room may use rooms of lower floors, and itself."""

FILES = [path for path in sorted(ENGINE.rglob("*.py")) if path.name != "__init__.py"]


def room(path: Path) -> str:
    return path.relative_to(ENGINE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """The rooms that a file takes something from, and "ansible" where it knows that."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            depth = len(path.relative_to(ENGINE).parts)
            if node.level == depth:
                found.update([node.module.split(".")[0]] if node.module else [alias.name for alias in node.names])
            names = [node.module or ""] if node.level == 0 else []
        found.update("ansible" for name in names if name.split(".")[0] in ("ansible", "ansible_collections"))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ENGINE)))
def test_imports_run_downward(path: Path) -> None:
    others = imported(path) - {room(path)}
    assert "ansible" not in others, "the engine knows no Ansible"
    upward = sorted(other for other in others if FLOORS[other] >= FLOORS[room(path)])
    assert upward == []


def test_every_room_has_a_floor() -> None:
    assert {room(path) for path in FILES} == set(FLOORS)
