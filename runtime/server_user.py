"""Who runs PostgreSQL: ourselves, or where we are root, which PostgreSQL refuses, a system user."""

from __future__ import annotations

import hashlib
import os
import pwd
from pathlib import Path
from typing import Any

SYSTEM_USER = "nobody"  # who runs the server when we are root


def short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def is_root() -> bool:
    return os.getuid() == 0


def server_uid() -> int:
    return pwd.getpwnam(SYSTEM_USER).pw_uid if is_root() else os.getuid()


def give_to_server(path: Path, *, mode: int = 0o700) -> None:
    path.chmod(mode)
    if is_root():
        account = pwd.getpwnam(SYSTEM_USER)
        os.chown(path, account.pw_uid, account.pw_gid)


def as_server() -> dict[str, Any]:
    """How to start one of the server's programs: without our environment, and never as root."""
    options: dict[str, Any] = {"env": {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C"}, "cwd": "/"}
    if is_root():
        account = pwd.getpwnam(SYSTEM_USER)
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options
