"""A process that is forked from the supervisor behaves as one that is executed, and begins with the site loaded."""

from __future__ import annotations

import fcntl
import json
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO
from unittest import skipUnless

import psutil
from django.test import SimpleTestCase

from runtime.liveness import QUESTION
from runtime.services import PROJECT

from .test_supervisor import eventually

# The parent is a process of its own: that of the tests has threads and connections, which a fork must not have.
STATUS = "import os, sys; from runtime.forks import fork; print(fork([sys.executable, *sys.argv[1:]], {}).wait())"
ABOUT_ITSELF = """
import json, os, signal, sys
from pathlib import Path
print(json.dumps({
    "words": sys.argv[1:],
    "has the site": "wallet_site.wsgi" in sys.modules,
    "environment": dict(os.environ),
    "leads a session": os.getsid(0) == os.getpid(),
    "SIGTERM": signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
    "input": sys.stdin.read(),
    "name": Path("/proc/self/comm").read_text().strip(),
}), flush=True)
"""
PARENT_OF_IT = """
import atexit, os, signal, sys
from runtime.forks import fork
atexit.register(print, "the parent leaves")
signal.signal(signal.SIGTERM, lambda *_: None)
child = fork([sys.executable, sys.argv[1], "one", "two"], {"WALLET_PROCESS": "web 7"})
print(child.wait())
"""
HOLDS_A_LOCK = """
import fcntl, os, sys, time
from runtime.forks import fork
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
fork([sys.executable, sys.argv[2]], {})
time.sleep(60)
"""
SUPERVISES = """
import os, sys
from pathlib import Path
from runtime.forks import share
from runtime.services import web_on_socket
from runtime.supervisor import Service, Supervisor
path = Path(sys.argv[1])
supervisor = Supervisor([Service("web 1", web_on_socket(path), dict(os.environ), socket=path, launch=share)])
supervisor.start()
supervisor.watch()
"""
HANGS = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(os.getpid(), flush=True)
time.sleep(60)
"""


@skipUnless(sys.platform.startswith("linux"), "elsewhere the processes are executed")
class Forks(SimpleTestCase):
    def setUp(self) -> None:
        self.place = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def script(self, code: str) -> str:
        path = self.place / "script.py"
        path.write_text(code)
        return str(path)

    def parent(self, code: str, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, *words]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        parent = subprocess.Popen(command, cwd=PROJECT, text=True, **pipes)  # type: ignore[call-overload]
        self.addCleanup(parent.communicate)
        self.addCleanup(parent.kill)
        return parent

    def test_loading_the_site_opens_no_connection_and_starts_no_thread(self) -> None:
        code = (
            "import os; from runtime.forks import preload; preload(); from django.db import connections\n"
            "print(len(os.listdir('/proc/self/task')), [c.connection for c in connections.all(initialized_only=True)])"
        )
        written, errors = self.parent(code).communicate()
        self.assertEqual((written, errors), ("1 [None]\n", ""))

    def test_one_has_the_site_and_nothing_else_of_its_parent(self) -> None:
        written, errors = self.parent(PARENT_OF_IT, self.script(ABOUT_ITSELF)).communicate()
        about, status, last = written.splitlines()
        self.assertEqual(
            json.loads(about),
            {
                "words": ["one", "two"],
                "has the site": True,
                "environment": {"WALLET_PROCESS": "web 7"},
                "leads a session": True,
                "SIGTERM": True,
                "input": "",
                "name": "web 7",
            },
        )
        self.assertEqual((status, last, errors), ("0", "the parent leaves", ""))  # which it did only once

    def test_one_ends_with_the_status_and_the_last_words_of_an_executed_one(self) -> None:
        for code in (
            "",
            "raise SystemExit(3)",
            "raise SystemExit('no room')",
            "1 / 0",
            "import os; os.kill(os.getpid(), 9)",
        ):
            with self.subTest(code):
                executed = subprocess.run(
                    [sys.executable, self.script(code)], capture_output=True, text=True, check=False
                )
                written, errors = self.parent(STATUS, self.script(code)).communicate()
                self.assertEqual(int(written), executed.returncode)
                self.assertEqual(errors.splitlines()[-1:], executed.stderr.splitlines()[-1:])

    def test_one_does_not_keep_the_lock_of_a_parent_that_is_killed(self) -> None:
        """Otherwise one that hangs would be "Already running" for the next start."""
        lock = self.place / "run.lock"
        parent = self.parent(HOLDS_A_LOCK, str(lock), self.script(HANGS))
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        self.addCleanup(child.kill)
        with lock.open() as file:
            self.assertFalse(_is_free(file))
            parent.kill()
            self.assertTrue(eventually(lambda: _is_free(file)))
        self.assertTrue(child.is_running())

    def test_a_web_process_that_is_killed_is_forked_again_and_answers(self) -> None:
        path = self.place / "1.sock"
        supervisor = psutil.Process(self.parent(SUPERVISES, str(path)).pid)
        self.assertTrue(eventually(lambda: _answers(path), timeout_s=30))
        [first] = supervisor.children()
        self.assertEqual((first.name(), first.cmdline()), ("web 1", supervisor.cmdline()))  # it is a fork
        first.kill()
        self.assertTrue(eventually(lambda: [first] != supervisor.children() and _answers(path)))
        [second] = supervisor.children()
        self.assertEqual((second.name(), second.cmdline()), ("web 1", supervisor.cmdline()))


def _is_free(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(5)
        try:
            client.connect(str(path))
            client.sendall(QUESTION)
            return client.recv(100).startswith(b"HTTP/")
        except OSError:
            return False
