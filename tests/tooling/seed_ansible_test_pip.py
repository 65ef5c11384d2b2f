"""Put a pip bootstrap script into the cache of ansible-test.

ansible-test makes virtual environments without pip and fetches a bootstrap script for each from a download host of its
own. That host need not be reachable where packages are: behind a mirror, on a build machine, in a closed network.
ansible-test looks into its cache first, so this writes a script there that gives the same result from what is at hand:
ensurepip of the interpreter, then the very release of pip that it asks for, from the configured package index.
A script that is there already stays.

Run it with the interpreter that runs ansible-test.
"""

from __future__ import annotations

import pathlib
import sys
import types

from ansible_test._internal.constants import SUPPORTED_PYTHON_VERSIONS
from ansible_test._internal.python_requirements import get_venv_packages

BOOTSTRAP = """\
# Written by tests/tooling/seed_ansible_test_pip.py of the collection nat64.jool.
import ensurepip
import subprocess
import sys

ensurepip.bootstrap(default_pip=True)
arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "--upgrade"] + arguments))
"""


def main() -> None:
    """Write one script for every release of pip that ansible-test may ask for."""
    cache = pathlib.Path.home() / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    releases = {
        get_venv_packages(types.SimpleNamespace(version=version))["pip"] for version in SUPPORTED_PYTHON_VERSIONS
    }
    for release in sorted(releases):
        script = cache / f"get_pip_{release.replace('.', '_')}.py"
        if not script.exists():
            script.write_text(BOOTSTRAP, encoding="utf-8")
            sys.stderr.write(f"==> wrote {script}\n")


if __name__ == "__main__":
    main()
