"""The system's user that runs PostgreSQL: the current user, but `nobody` as root, since PostgreSQL refuses root."""

from __future__ import annotations

import hashlib
import os
import pwd
from pathlib import Path
from typing import Any

SYSTEM_USER = "nobody"  # runs the server where the current user is root


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def is_root() -> bool:
    return os.getuid() == 0


def server_uid() -> int:
    return pwd.getpwnam(SYSTEM_USER).pw_uid if is_root() else os.getuid()


def give_to_server(path: Path, *, mode: int = 0o700) -> None:
    """Sets the mode and, as root, makes the server's user the owner."""
    path.chmod(mode)
    if is_root():
        account = pwd.getpwnam(SYSTEM_USER)
        os.chown(path, account.pw_uid, account.pw_gid)


def as_server() -> dict[str, Any]:
    """Options of `subprocess` for the server's programs: without this process's environment, and never as root."""
    options: dict[str, Any] = {"env": {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}, "cwd": "/"}
    if is_root():
        account = pwd.getpwnam(SYSTEM_USER)
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options
