# Copyright (c) 2026, the nat64.jool authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Started as a program of its own: loads the engine once and becomes as many workers as it was given sockets.

Why not `multiprocessing`: whoever gathers is often a process of Ansible, which was forked itself and has threads and
locks, and much memory. To fork that again copies locks in any state (Python warns of it), and the other ways to start
of `multiprocessing` import the main program, which is all of Ansible, and do not find a collection. This process is
new, has one thread and nothing but the engine in it: it is safe to fork, and its workers share what it has loaded.

Usage: ``start_workers.py DESCRIPTOR...``, with ``{"path": [...], "question": {...}, "options": {...}}`` as JSON on
standard input.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import json
import logging
import os
import sys

ENGINE = "jool_engine"
"""The engine by a name of its own: it uses relative imports only, and nobody has to find a collection."""


def load_engine() -> None:
    """Make the directory above this one a package, and import what every worker needs."""
    directory = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    spec = importlib.util.spec_from_file_location(
        ENGINE, os.path.join(directory, "__init__.py"), submodule_search_locations=[directory]
    )
    if spec is None or spec.loader is None:  # there is a loader for every file named .py
        raise AssertionError
    package = importlib.util.module_from_spec(spec)
    sys.modules[ENGINE] = package
    spec.loader.exec_module(package)
    libraries = importlib.import_module(f"{ENGINE}.libraries")
    libraries.paramiko()
    libraries.textfsm()


def main() -> None:
    """Become workers; the first process waits for the others."""
    descriptors = [int(word) for word in sys.argv[1:]]
    settings = json.load(sys.stdin)
    sys.path[:] = settings.pop("path")
    gc.disable()  # a collection would write to every page that is to be shared
    try:
        load_engine()
    except Exception as error:  # whoever started this reads it from standard error
        raise SystemExit(str(error) or type(error).__name__) from error
    work = importlib.import_module(f"{ENGINE}.gathering.worker").work
    logging.disable(logging.CRITICAL)  # Paramiko tells of every connection that breaks; the answers do, too
    gc.freeze()
    for descriptor in descriptors[1:] and descriptors:
        if os.fork() == 0:
            for other in descriptors:
                if other != descriptor:
                    os.close(other)
            work(descriptor, settings)
    if len(descriptors) == 1:
        work(descriptors[0], settings)
    for descriptor in descriptors:
        os.close(descriptor)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


if __name__ == "__main__":
    main()
