"""Processes that are forks of the supervisor, which has loaded the site: they share its memory and start at once.

Such a process runs the same command as one that is executed. It finds its modules loaded, and the settings that were
read from the environment then. What it changes in memory becomes its own copy. Only Linux is known to allow this: on
macOS the system's libraries may fail in a fork.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from .supervisor import Process, die_with_parent, execute

PR_SET_NAME = 15


def share(command: list[str], environment: dict[str, str]) -> Process:
    """Starts a command of this Python as a fork where the system allows it, and executes it elsewhere."""
    return fork(command, environment) if sys.platform.startswith("linux") else execute(command, environment)


@functools.cache
def preload() -> None:
    """Loads the site and its server. The environment must be complete by now: the settings are read from it once.

    No connection is opened and no thread is started: a fork would share the connection, and would not have the thread.
    """
    multiprocessing.set_start_method("fork", force=True)  # for granian's own child, also on Python 3.14
    import_module("granian.cli")
    import_module("wallet_site.wsgi")  # the last one, since it ends with gc.freeze()


def fork(command: list[str], environment: dict[str, str]) -> Fork:
    """Starts a command of this Python, `[python, "-m", module, …]` or `[python, script, …]`, as a fork.

    Returns when the child has a session of its own, so that its process group can be ended from then on.
    """
    preload()
    parent, (detached, inherited) = os.getpid(), os.pipe()
    sys.stdout.flush()  # or the child would write it once more
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _become(command, environment, parent)
    os.close(inherited)
    os.read(detached, 1)  # ends when the child closes its end, or is dead
    os.close(detached)
    return Fork(pid)


class Fork:
    """A forked child, as `supervisor.Process`."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._status: int | None = None

    def poll(self) -> int | None:
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._status = os.waitstatus_to_exitcode(status) if pid else None
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        give_up_at = time.monotonic() + timeout if timeout is not None else float("inf")
        while (status := self.poll()) is None:
            if timeout is not None and time.monotonic() >= give_up_at:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.01)
        return status

    def send_signal(self, sig: int, /) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)


def _become(command: list[str], environment: dict[str, str], parent: int) -> NoReturn:
    """Runs the command and ends the process without the parent's `finally` blocks and `atexit` functions."""
    status = 1
    try:
        _detach(environment, parent)
        status = _run(command[1:])
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _detach(environment: dict[str, str], parent: int) -> None:
    """Gives up what `subprocess` would not pass on either: session, handlers of signals, environment, open files."""
    os.setsid()
    die_with_parent(parent)()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(environment)
    ctypes.CDLL(None).prctl(PR_SET_NAME, environment.get("WALLET_PROCESS", "").encode())  # what `ps` and `top` show
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for open_file in list(Path("/proc/self/fd").iterdir()):
        if int(open_file.name) > 2:  # also the locks, since they must not outlive the supervisor
            with contextlib.suppress(OSError):  # the listing itself was among them
                os.close(int(open_file.name))


def _run(words: list[str]) -> int:
    """Runs what follows `python` in a command, and returns its exit status."""
    is_module = words[0] == "-m"
    sys.argv = words[1:] if is_module else words
    try:
        if is_module:
            runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(words[0], run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0
