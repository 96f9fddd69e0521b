"""The processes of a PostgreSQL server, as its pid file and the system show them."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psutil

WRITTEN_WITHIN_S = 5.0
STATUS = 7  # the line, counted from 0


def server_in(data: Path) -> psutil.Process | None:
    """The running server of this directory, or None. The file alone is no proof: process ids are reused."""
    try:
        process = psutil.Process(int(_lines(data)[0]))
        works_here = Path(process.cwd()) == data.resolve() and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return process if works_here else None


def processes_in(data: Path) -> list[psutil.Process]:
    """All of its processes, also those that a dead server left."""
    found = []
    for process in psutil.process_iter(["name", "cwd"]):
        if "postgres" in (process.info["name"] or "") and process.info["cwd"] == str(data.resolve()):
            found.append(process)
    return found


def has_started(data: Path) -> bool:
    """Whether the server has begun and recovered, as it says itself. Nobody waits for an answer."""
    try:
        return _lines(data)[STATUS].strip() == "ready"
    except (OSError, IndexError):
        return False


def wait_for(data: Path, process: subprocess.Popen[bytes]) -> None:
    """Waits some milliseconds until the new server has its file.

    Until then, other processes would take it for what a dead server left.
    """
    give_up_at = time.monotonic() + WRITTEN_WITHIN_S
    while server_in(data) is None and process.poll() is None and time.monotonic() < give_up_at:
        time.sleep(0.005)


def _lines(data: Path) -> list[str]:
    return (data / "postmaster.pid").read_text().splitlines()
