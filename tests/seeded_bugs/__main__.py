"""Plants each bug by itself and runs the tests that must find it. Exits 1 unless all bugs are found."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LIST = """
import django, json
django.setup()
from tests.seeded_bugs.bugs import BUGS
print(json.dumps({name: bug.found_by for name, bug in BUGS.items()}))
"""
BUG_S, CLEAN_S = 600, 5400  # how long a run may take; one with a bug ends at the first test that finds it
WORDS = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped")
FAILED = re.compile(r"^(?:FAIL|ERROR): (\S+)", re.MULTILINE)


def main() -> int:
    bugs = registered()
    chosen = {name: bugs[name] for name in sys.argv[1:]} or bugs
    clean = run("", sorted({module for found_by in chosen.values() for module in found_by}), within_s=CLEAN_S)
    print(f"{'(no bug: everything passes)':32} {clean[1]}", flush=True)
    if not clean[0].startswith("passed"):
        return 1
    found = 0
    for name, modules in chosen.items():
        result, detail = run(name, list(modules))
        found += result == "found"
        print(f"{name:32} {result:10} {detail}", flush=True)
    print(f"{found} of {len(chosen)} found")
    return found != len(chosen)


def registered() -> dict[str, tuple[str, ...]]:
    """The test modules that must find each bug, by the bug's name. Another process lists them: it sets Django up."""
    unused = {"DATABASE_URL": "postgres://nobody@/none", "DATABASE_OWNER_URL": "postgres://nobody@/none"}
    secrets = {"SECRET_KEY": "-" * 32, "PIN_PEPPER": "-" * 32, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", LIST], cwd=PROJECT, env=os.environ | unused | secrets, stdout=subprocess.PIPE, check=True
    )
    return {name: tuple(found_by) for name, found_by in json.loads(done.stdout).items()}


def run(bug: str, modules: list[str], *, within_s: int = BUG_S) -> tuple[str, str]:
    began = time.monotonic()
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.buggy_settings", "SEEDED_BUG": bug}
    try:
        done = subprocess.run(
            [sys.executable, "manage.py", "test", "--slow", "--failfast", *modules],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=within_s,
        )
    except subprocess.TimeoutExpired:
        return "no result", f"the tests did not end within {within_s} s"
    report = done.stdout + done.stderr
    took = f"{time.monotonic() - began:.0f} s"
    counts = WORDS.search(report)
    failed = FAILED.findall(report)
    if counts is None:  # no test ran, so no test found the bug
        return "no result", f"{report.strip().splitlines()[-1][:100]} ({took})"
    if failed:
        return "found", f"by {failed[0]} ({took})"
    return "passed", f"{counts[0]} ({took})"


if __name__ == "__main__":
    sys.exit(main())
