"""Make the picture of docs/fleet_report.md again: the page of a bad night, as Chromium shows it.

Needs chromium and chromedriver (tests/tooling/install_chromium.sh) and .venv:

    .venv/bin/python tests/tooling/report_picture.py [PAGE.html]

With a path, where nothing is yet, the page itself is kept there to be looked at.
"""

from __future__ import annotations

import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".collections"))

from ansible_collections.nat64.jool.tests.unit.report.browser import Browser, programs  # noqa: E402
from ansible_collections.nat64.jool.tests.unit.report.fleets import night  # noqa: E402
from ansible_collections.nat64.jool.tests.unit.report.rendering import report  # noqa: E402

PICTURE = ROOT / "docs" / "images" / "fleet_report.png"
LARGEST = 300_000
"""Bytes: a picture is part of every clone and of the collection."""

SHOWN = 1150
"""Pixels from the top: the first screen, and where the findings begin."""


def main() -> int:
    """Render, take the picture, say how large it is."""
    found = programs()
    if found is None:
        sys.exit("no chromium and chromedriver here: run tests/tooling/install_chromium.sh as root")
    if len(sys.argv) > 1 and pathlib.Path(sys.argv[1]).exists():
        sys.exit(f"{sys.argv[1]} is there already: this writes a page of its own, and shows no other")
    with tempfile.TemporaryDirectory() as place:
        page = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else pathlib.Path(place, "fleet.html")
        page.write_text(report("html", night()), encoding="utf-8")
        profile = pathlib.Path(place, "profile")
        profile.mkdir()
        browser = Browser(found, profile)
        try:
            browser.open(page)
            PICTURE.parent.mkdir(parents=True, exist_ok=True)
            browser.picture(PICTURE, SHOWN)
        finally:
            browser.close()
    size = PICTURE.stat().st_size
    print(f"{PICTURE.relative_to(ROOT)}: {size:,} bytes")
    return 0 if size <= LARGEST else 1


if __name__ == "__main__":
    sys.exit(main())
