"""A throwaway cluster's data in memory, where there is room.

They are in a directory of MEMORY that nobody could have prepared; the link `memory` in the cluster's place says
where. Whoever leaves last removes both; after kill -9 the next run finds and uses them.
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

MEMORY = Path("/dev/shm")  # noqa: S108 - a directory of our own is made there
ROOM_IN_MEMORY = 2**30  # bytes; the tests' cluster takes a quarter of that


def home_of(place: Path) -> Path:
    """What the data is in: `place`, or what the link points to while that is there and ours."""
    link = place / "memory"
    return link.readlink() if link.is_symlink() and is_our_directory(link.readlink()) else place


def look_for_room(place: Path, *, stop: Callable[[Path], None]) -> None:
    """No server runs here. What one left in memory is used again, unless it has become tight there.

    `stop` ends a server whose data stands in the directory it is given.
    """
    _remove_what_nobody_finds(place, stop)
    if home_of(place) != place and room_in_memory() >= ROOM_IN_MEMORY:
        return
    leave(place)
    if room_in_memory() < ROOM_IN_MEMORY:
        return
    home = Path(tempfile.mkdtemp(dir=MEMORY, prefix="wallet-"))  # 0700, under a name nobody knew before
    home.chmod(0o711 if is_root() else 0o700)  # as root, the server's own user must get through
    (home / "place").symlink_to(place)
    (place / "memory").symlink_to(home)
    shutil.rmtree(place / "data", ignore_errors=True)  # of a run without room: it was for throwing away


def leave(place: Path) -> None:
    if (home := home_of(place)) != place:
        shutil.rmtree(home, ignore_errors=True)
    (place / "memory").unlink(missing_ok=True)


def _remove_what_nobody_finds(place: Path, stop: Callable[[Path], None]) -> None:
    """Of a run that was killed: its project, or its link, is gone. A server there may still run and goes first."""
    for home in MEMORY.glob("wallet-*"):
        back = home / "place"
        if not is_our_directory(home) or not back.is_symlink():
            continue
        if not back.exists() or (back.readlink() == place and home != home_of(place)):
            stop(home)
            shutil.rmtree(home, ignore_errors=True)


def room_in_memory() -> int:
    """Bytes. What the file system would take is no use where the machine has not got them."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return 0
    return min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)


def is_our_directory(path: Path) -> bool:
    """After the machine stopped, another may have made one of the same name."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022
