"""Run everything that `make test` promises, the cheap first, and end with one line that says how it went.

The lab starts in the background meanwhile. The first stage that fails ends the run: what comes later counts as not run.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / ".build" / "results"
LOGS = ROOT / ".build" / "log"
STAGES = ("lint", "unit", "sanity", "integration")


def say(text: str) -> None:
    """Print a progress line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def count_results() -> Counter[str]:
    """Add up what the stages left: a line for each check, a JUnit file for each run of pytest."""
    counts: Counter[str] = Counter()
    checks = RESULTS / "checks.tsv"
    if checks.exists():
        counts.update(line.split("\t")[0] for line in checks.read_text(encoding="utf-8").splitlines())
    for report in RESULTS.glob("*.xml"):
        for suite in ET.parse(report).getroot().iter("testsuite"):
            number = {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
            counts["passed"] += number["tests"] - number["failures"] - number["errors"] - number["skipped"]
            counts["failed"] += number["failures"]
            counts["error"] += number["errors"]
            counts["skipped"] += number["skipped"]
    return counts


def start_lab() -> subprocess.Popen[bytes]:
    """Start the lab beside the other stages; nice, because it is needed last."""
    say("==> starting the lab in the background (.build/log/lab.txt)")
    with (LOGS / "lab.txt").open("wb") as log:
        return subprocess.Popen(
            ["nice", sys.executable, "tests/lab", "up"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop_lab(lab: subprocess.Popen[bytes]) -> None:
    """Interrupt a start that nobody waits for any more, as Ctrl-C would: with all that it runs."""
    if lab.poll() is not None:
        return
    for interruption in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        os.killpg(lab.pid, interruption)
        try:
            lab.wait(20)
        except subprocess.TimeoutExpired:
            continue
        return


def wait_for_lab(lab: subprocess.Popen[bytes]) -> bool:
    """Wait until the lab is up; show its last words if it is not."""
    if lab.poll() is None:
        say("==> waiting for the lab")
    if lab.wait() == 0:
        return True
    lines = (LOGS / "lab.txt").read_text(encoding="utf-8", errors="replace").splitlines()
    say("\n".join(lines[-20:]))
    say("the lab did not start: see .build/log/lab.txt")
    return False


def run_stage(stage: str, lab: subprocess.Popen[bytes]) -> bool:
    """Run one stage and say how long it took."""
    if stage == "integration" and not wait_for_lab(lab):
        return False
    started = time.monotonic()
    environment = {**os.environ, "RESULTS": str(RESULTS)}
    status = subprocess.run([f"tests/tooling/{stage}.sh"], cwd=ROOT, env=environment, check=False).returncode
    say(f"==> {stage} {'failed' if status else 'passed'} after {time.monotonic() - started:.0f} s")
    return status == 0


def main() -> int:
    """Run the stages and print the closing line."""
    started = time.monotonic()
    shutil.rmtree(RESULTS, ignore_errors=True)
    RESULTS.mkdir(parents=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    lab = start_lab()
    failed_stage = None
    try:
        for stage in STAGES:
            if not run_stage(stage, lab):
                failed_stage = stage
                break
    finally:
        stop_lab(lab)
    counts = count_results()
    # A stage may fail without a failed test: pytest that cannot collect, a lab that does not start.
    if failed_stage and not counts["failed"] + counts["error"]:
        counts["error"] += 1
    words = [
        f"{counts[key]} {key}" for key in ("failed", "error", "passed", "skipped") if counts[key] or key == "passed"
    ]
    if failed_stage and failed_stage != STAGES[-1]:
        words.append("not run: " + " ".join(STAGES[STAGES.index(failed_stage) + 1 :]))
    text = f" {', '.join(words)} in {time.monotonic() - started:.2f}s "
    say(text.center(80, "="))
    return 1 if failed_stage or counts["failed"] or counts["error"] else 0


if __name__ == "__main__":
    sys.exit(main())
