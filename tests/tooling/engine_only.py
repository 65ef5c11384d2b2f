"""A pytest plugin for an interpreter without Ansible: it leaves out the test files that import Ansible or the lab.

The engine in plugins/module_utils imports nothing of Ansible, so the tests of the engine stay.
"""

from __future__ import annotations

import pathlib
import re

import pytest

NEEDS_MORE = re.compile(
    r"""^\s*(?:from|import)\s+
        (?: (?:ansible|lab|yaml|selenium|prometheus_client|markdown_it)(?:\.|\s|$)
          | ansible_collections\.nat64\.jool\.plugins(?:\.(?!module_utils)|\s+import\s+(?!module_utils)) )
      | importorskip\(\s*["']ansible
    """,
    re.MULTILINE | re.VERBOSE,
)


def pytest_ignore_collect(collection_path: pathlib.Path) -> bool | None:
    """Leave out a test file that imports Ansible, a library that comes with it, a front end, or the lab."""
    if collection_path.suffix == ".py" and NEEDS_MORE.search(collection_path.read_text(encoding="utf-8")):
        return True
    return None


@pytest.hookimpl
def pytest_report_header() -> str:
    """Say what this run covers."""
    return "engine only: test files that import Ansible or the lab are left out"
