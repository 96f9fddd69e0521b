"""Figure R11e: the installation's disk is full: first there is no room for rows, then none for the WAL.

A copy of the cluster and all the other files of an installation are on a small file system of their own, in memory. A
file system in memory becomes full, and has room again, when its size is changed.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from lab.scratch import NotMeasured
from runtime.embedded_postgres import SUPERUSER, EmbeddedPostgres
from runtime.server_user import is_root

from .copies import connected, copy_of_cluster, moved, web_url
from .faults import kill_all, postgres_of
from .figure import Attack, Result
from .installation import running
from .outages import Outage, endure, with_laws

LASTS_S = 6.0
ROWS_LAST_S = 25.0  # the pages of the tables have room for some hundreds of transfers
ROOMY = 2 << 30  # bytes; memory is used only for what is written
MOST_WAL = 200  # MB, after which the server must have run out of room


def full_disk(attack: Attack, seconds: float) -> Result:
    """R11e, as root alone. Raises NotMeasured."""
    result = Result()
    with _small_disk(attack.installation.place / "small") as place:
        server = copy_of_cluster(attack.installation, place, witness=place / "witness")
        try:
            server.ensure_running()
            with connected(web_url(server)), running(place, web_url(server), keeps_database=True) as installation:
                endure(
                    moved(attack, installation),
                    result,
                    Outage("no room for rows", lambda: _full(place), ROWS_LAST_S, says=("disk_full",)),
                    Outage("no room for the WAL", lambda: _without_wal(server), LASTS_S),
                )
                with_laws(result)
        finally:
            kill_all(postgres_of(place))
    return result


@contextlib.contextmanager
def _small_disk(place: Path) -> Iterator[Path]:
    """A file system of its own at `place`, until the block ends. Raises NotMeasured where none can be mounted."""
    if not is_root():
        raise NotMeasured("a small file system can be mounted by root alone")
    place.mkdir(exist_ok=True)
    if place.is_mount():  # of a run that was killed
        kill_all(postgres_of(place))
        _run("umount", "--lazy", str(place))
    if failure := _run("mount", "-t", "tmpfs", "-o", f"size={ROOMY},mode=0711", "wallet-torture", str(place)):
        raise NotMeasured(f"a small file system could not be mounted: {failure}")
    try:
        yield place
    finally:
        _run("umount", "--lazy", str(place))


@contextlib.contextmanager
def _full(place: Path) -> Iterator[None]:
    """The disk has no free byte until the block ends."""
    while _resize(place, to=_used(place)):  # more was written since it was asked
        pass
    try:
        yield
    finally:
        _resize(place, to=ROOMY)


@contextlib.contextmanager
def _without_wal(server: EmbeddedPostgres) -> Iterator[None]:
    """The disk is full, and the last segment of the WAL, too: the server cannot even start again."""
    with _full(server.place):
        with contextlib.suppress(psycopg2.OperationalError, psycopg2.InterfaceError):
            _write_wal(server)
            raise NotMeasured(f"the server found room for {MOST_WAL} MB of WAL on a full disk")
        yield


def _write_wal(server: EmbeddedPostgres) -> None:
    with contextlib.closing(psycopg2.connect(server.url(SUPERUSER, "postgres"))) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            for _ in range(MOST_WAL):
                cursor.execute("SELECT pg_logical_emit_message(false, 'torture', repeat('x', 1 << 20))")


def _used(place: Path) -> int:
    disk = os.statvfs(place)
    return (disk.f_blocks - disk.f_bfree) * disk.f_frsize


def _resize(place: Path, *, to: int) -> str:
    return _run("mount", "-o", f"remount,size={to}", str(place))


def _run(*command: str) -> str:
    """Runs the command, and returns why it failed, or nothing."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stderr.strip() or f"exit status {done.returncode}") if done.returncode else ""
