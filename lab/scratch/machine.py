"""A description of the machine on which figures were measured. Figures mean nothing without it."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil
from django.db import connection

PROJECT = Path(__file__).resolve().parents[2]


def description(*, seed: int, place: Path) -> dict[str, str]:
    """The machine, its software and its load, as texts by name. The disk is that of the directory `place`."""
    load = ", ".join(f"{number:.2f}" for number in os.getloadavg())
    return {
        "date": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": f"{os.cpu_count()} cores of {_processor()}, {psutil.virtual_memory().total / 2**30:.1f} GiB",
        "load before": load,
        "system": f"{platform.system()} {platform.release()}",
        "PostgreSQL": _database_setting("server_version"),
        "durability": ", ".join(
            f"{name} {_database_setting(name)}" for name in ("fsync", "synchronous_commit", "full_page_writes")
        ),
        "disk": f"a write waits {_disk_wait_us(place):,.0f} µs (fdatasync of 8 kB)",
        "Python": platform.python_version(),
        "seed": str(seed),
    }


def _commit() -> str:
    command = ["git", "-C", str(PROJECT), "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    """The processor's name from the kernel; `platform.processor()` is empty on many Linux systems."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _disk_wait_us(place: Path) -> float:
    """The median time of an fdatasync of 8 kB, in microseconds.

    A commit waits that long for the disk, so it decides many comparisons. Where it is near zero, only the work counts.
    """
    waits = []
    with tempfile.TemporaryFile(dir=place) as file:
        for _ in range(200):
            file.seek(0)
            file.write(bytes(8192))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            waits.append(time.perf_counter() - began)
    return median(waits) * 1e6


def _database_setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return cursor.fetchone()[0]
