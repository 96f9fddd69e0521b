"""Keeping the data of a throwaway cluster in memory, where there is room.

The data is in a directory of MEMORY with a random name, which no other user could have prepared. The link `memory` in
the cluster's place points to it. The last process that uses the cluster removes both. After kill -9 the next run finds
and uses them.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil

from .server_user import is_root

MEMORY = Path("/dev/shm")  # noqa: S108 - the data gets a private directory there
ROOM_IN_MEMORY = 2**30  # bytes that must be free; the tests' cluster takes a quarter of that


def home_of(place: Path) -> Path:
    """The directory that holds the data: `place`, or the target of its link where that exists and is this user's."""
    link = place / "memory"
    return link.readlink() if link.is_symlink() and is_our_directory(link.readlink()) else place


def look_for_room(place: Path, *, stop: Callable[[Path], None]) -> None:
    """Puts the data of the cluster in `place` into memory, where there is room. Its server must not run.

    Data that an earlier run left in memory is used again, unless there is too little room by now. `stop` ends a server
    whose data is in the directory that it is given.
    """
    _remove_what_nobody_finds(place, stop)
    if home_of(place) != place and room_in_memory() >= ROOM_IN_MEMORY:
        return
    leave(place)
    if room_in_memory() < ROOM_IN_MEMORY:
        return
    home = Path(tempfile.mkdtemp(dir=MEMORY, prefix="wallet-"))  # 0700, under a name that no other user could know
    home.chmod(0o711 if is_root() else 0o700)  # as root, the server runs as another user, who must pass
    (home / "place").symlink_to(place)
    (place / "memory").symlink_to(home)
    shutil.rmtree(place / "data", ignore_errors=True)  # from a run without room; it is throwaway data


def leave(place: Path) -> None:
    """Removes the data of this cluster from memory, and its link."""
    if (home := home_of(place)) != place:
        shutil.rmtree(home, ignore_errors=True)
    (place / "memory").unlink(missing_ok=True)


def _remove_what_nobody_finds(place: Path, stop: Callable[[Path], None]) -> None:
    """Removes directories in memory that a killed run left, where its place or its link no longer exists.

    Its server may still run, so it is stopped first.
    """
    for home in MEMORY.glob("wallet-*"):
        back = home / "place"
        if not is_our_directory(home) or not back.is_symlink():
            continue
        if not back.exists() or (back.readlink() == place and home != home_of(place)):
            stop(home)
            shutil.rmtree(home, ignore_errors=True)


def room_in_memory() -> int:
    """The free bytes in MEMORY, but not more than the machine's available memory; 0 where MEMORY cannot be used."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return 0
    return min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)


def is_our_directory(path: Path) -> bool:
    """Whether `path` is a directory of this user that no other user may write to.

    After the machine stopped, another user may have made a directory with the name that the link still has.
    """
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022
