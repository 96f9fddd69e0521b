"""The program that S2 compares with: django-hordak from the package index, in its own environment and process."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from lab.scratch import NotMeasured, databases
from runtime.supervisor import die_with_parent

from .figure import Plan, Readings, Side

HORDAK = "django-hordak==2.0.0"
SAME_AS_OURS = ("Django", "psycopg2-binary")
PEER = Path(__file__).with_name("hordak_peer.py")


@contextlib.contextmanager
def transfers(plan: Plan) -> Iterator[Side]:
    """A side: hordak's `transfer_to` in one process. Raises NotMeasured where hordak cannot be installed."""
    python = _installed(plan.place)
    with databases.scratch("hordak", migrated=False) as database:
        owner = databases.owner_address()
        address = {"NAME": database, "USER": owner["USER"], "PASSWORD": owner["PASSWORD"]}
        address["HOST"] = databases.host_of(owner)
        with subprocess.Popen(
            [str(python), "-I", str(PEER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(plan.place / "hordak.log").open("w"),
            text=True,
            cwd=plan.place,
            env={"PATH": os.environ["PATH"], "PEER_DATABASE": json.dumps(address)},
            start_new_session=True,
            preexec_fn=die_with_parent(os.getpid()),
        ) as peer:
            try:
                _hear(peer)  # waits for "ready"
                yield lambda: _ask(peer, plan.seconds)
            finally:
                peer.kill()


def _installed(place: Path) -> Path:
    """The interpreter of hordak's environment, which is made once for these versions and this Python."""
    packages = [HORDAK, *(f"{name}=={version(name)}" for name in SAME_AS_OURS)]
    home = place / "-".join(["hordak", *(package.rpartition("=")[2] for package in packages), sys.version.split()[0]])
    python, done = home / "bin" / "python", home / "installed"
    if not done.exists():
        _must([sys.executable, "-m", "venv", "--clear", str(home)])
        _must([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages])
        done.touch()
    return python


def _must(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()] or ["no reason given"]
        errors = [line for line in lines if line.startswith("ERROR")]
        raise NotMeasured(f"{HORDAK} could not be installed: {(errors or lines)[-1]}")


def _ask(peer: subprocess.Popen[str], seconds: float) -> Readings:
    assert peer.stdin is not None
    peer.stdin.write(f"{seconds}\n")
    peer.stdin.flush()
    return json.loads(_hear(peer))


def _hear(peer: subprocess.Popen[str]) -> str:
    assert peer.stdout is not None
    line = peer.stdout.readline()
    if not line:
        raise NotMeasured("django-hordak's process ended: see hordak.log in the scratch place")
    return line
