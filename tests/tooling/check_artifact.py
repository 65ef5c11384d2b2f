"""Build the collection as ansible-galaxy would publish it and look at what is inside."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What an installed collection consists of. Anything else is a stray file: add it here or to build_ignore in galaxy.yml.
EXPECTED = re.compile(
    r"""
      (?: MANIFEST\.json | FILES\.json | README\.md | CHANGELOG\.md | CONTRIBUTING\.md | LICENSE | COPYING
        | requirements\.txt | bindep\.txt
        | changelogs/(?:changelog|config)\.yaml
        | meta/(?:runtime|execution-environment)\.yml
        | (?:plugins|roles|playbooks|docs|examples)/.+ )
    """,
    re.VERBOSE,
)
NEVER = re.compile(
    r"(^|/)(__pycache__|\.git|\.venv|\.lab|\.build|audit)(/|$)|\.(pyc|pyo|orig|rej|swp|log|retry|tar\.gz)$|~$"
)
REQUIRED = {"README.md", "LICENSE", "CHANGELOG.md", "meta/runtime.yml", "requirements.txt"}


def main() -> int:
    """Build, list, compare."""
    with tempfile.TemporaryDirectory() as place:
        # From the copy: a developer's own leftovers in the checkout are not what gets published.
        copy = pathlib.Path(place, "jool")
        listed = subprocess.run(
            [sys.executable, str(ROOT / "tests/tooling/copy_collection.py")], check=True, capture_output=True, text=True
        )
        shutil.copytree(listed.stdout.strip(), copy, ignore=shutil.ignore_patterns("output", ".git"))
        command = [
            shutil.which("ansible-galaxy") or "ansible-galaxy",
            "collection",
            "build",
            "--output-path",
            place,
            str(copy),
        ]
        built = subprocess.run(command, check=False, capture_output=True, text=True)
        if built.returncode:
            sys.stderr.write(built.stdout + built.stderr)
            return 1
        (artifact,) = pathlib.Path(place).glob("nat64-jool-*.tar.gz")
        with tarfile.open(artifact) as archive:
            names = {member.name for member in archive if not member.isdir()}
    stray = sorted(name for name in names if not EXPECTED.fullmatch(name) or NEVER.search(name))
    missing = sorted(REQUIRED - names)
    for name in stray:
        sys.stderr.write(f"{artifact.name}: stray file {name}\n")
    for name in missing:
        sys.stderr.write(f"{artifact.name}: {name} is missing\n")
    return 1 if stray or missing else 0


if __name__ == "__main__":
    sys.exit(main())
