# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The libraries that are not part of Python, each imported when it is first needed.

A target that is only asked for its release needs no TextFSM, and a controller that never uses the transport ``ssh``
needs no Paramiko. What is missing is named together with the interpreter that lacks it.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from .errors import LibraryMissing


def _library(name: str, why: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise LibraryMissing(
            f"'{name}' cannot be imported by {sys.executable} ({error}). {why} Install it there, for example with "
            f"'{sys.executable} -m pip install {name}' or the package python3-{name}."
        ) from error


def textfsm() -> ModuleType:
    """The TextFSM library.

    :raises LibraryMissing: where it is not installed.
    """
    return _library("textfsm", "It reads what Jool prints.")


def paramiko() -> ModuleType:
    """The Paramiko library.

    :raises LibraryMissing: where it is not installed.
    """
    return _library("paramiko", "The transport 'ssh' is made with it.")


def jinja2() -> ModuleType:
    """The Jinja2 library.

    :raises LibraryMissing: where it is not installed.
    """
    return _library("jinja2", "It renders the reports.")
