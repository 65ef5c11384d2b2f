"""Copy the checkout to .build/ansible_collections/nat64/jool and print that path.

ansible-test wants a real directory of that name, not a link. Copied is what git tracks or would track; without git,
whatever .gitignore does not name. Unchanged files are left alone, vanished ones are removed.
"""

from __future__ import annotations

import filecmp
import fnmatch
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / ".build" / "ansible_collections" / "nat64" / "jool"
# What belongs to ansible-test in the copy.
KEPT = (pathlib.PurePath("tests", "output"), pathlib.PurePath(".git"))


def listed_by_git() -> list[str]:
    """Ask git for tracked and for new files."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def listed_by_walking() -> list[str]:
    """Walk the tree and leave out what .gitignore names (plain patterns, as in ours)."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip().strip("/") for line in lines if line.strip() and not line.startswith("#")] + [".git"]

    def ignored(path: str) -> bool:
        names = (path, os.path.basename(path))
        return any(fnmatch.fnmatch(name, pattern) for name in names for pattern in patterns)

    found = []
    for directory, subdirectories, files in os.walk(ROOT):
        here = os.path.relpath(directory, ROOT)
        subdirectories[:] = [name for name in subdirectories if not ignored(os.path.normpath(os.path.join(here, name)))]
        found += [path for name in files if not ignored(path := os.path.normpath(os.path.join(here, name)))]
    return found


def main() -> None:
    """Bring the copy up to date."""
    names = listed_by_git() if (ROOT / ".git").exists() and shutil.which("git") else listed_by_walking()
    wanted = {name for name in names if (ROOT / name).is_file()}
    for name in sorted(wanted):
        source, target = ROOT / name, TARGET / name
        if (
            target.is_file()
            and filecmp.cmp(source, target)
            and os.access(source, os.X_OK) == os.access(target, os.X_OK)
        ):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    for directory, _subdirectories, files in os.walk(TARGET, topdown=False):
        here = pathlib.PurePath(os.path.relpath(directory, TARGET))
        if any(kept == here or kept in here.parents for kept in KEPT):
            continue
        for name in files:
            if str(here / name) not in wanted:
                os.unlink(os.path.join(directory, name))
        if not os.listdir(directory):
            os.rmdir(directory)
    sys.stdout.write(f"{TARGET}\n")


if __name__ == "__main__":
    main()
