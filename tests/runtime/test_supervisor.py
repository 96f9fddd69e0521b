"""The supervisor restarts crashed processes, and ends all of them, with their children, when it stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from django.test import SimpleTestCase

from runtime.supervisor import Service, Supervisor

SLEEP = "import time; time.sleep(60)"
SLEEPER = [sys.executable, "-c", SLEEP]
LISTENER = "import socket, sys, time; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); time.sleep(60)"
WITH_CHILD = [
    sys.executable,
    "-c",
    f"import subprocess; subprocess.Popen([{sys.executable!r}, '-c', '{SLEEP}']); {SLEEP}",
]


def eventually(true: Callable[[], object], timeout_s: float = 10) -> bool:
    give_up_at = time.monotonic() + timeout_s
    while time.monotonic() < give_up_at:
        if true():
            return True
        time.sleep(0.02)
    return False


def pid_of(service: Service) -> int:
    assert service.process is not None
    return service.process.pid


def looking(supervisor: Supervisor, true: Callable[[], object]) -> Callable[[], object]:
    def look() -> object:
        supervisor.check()
        return true()

    return look


class SupervisorTests(SimpleTestCase):
    def supervise(self, command: list[str]) -> tuple[Supervisor, Service]:
        service = Service("sleeper", command, dict(os.environ))
        supervisor = Supervisor([service])
        supervisor.start()
        self.addCleanup(supervisor.stop)
        return supervisor, service

    def test_one_that_is_killed_listens_again_where_it_left_its_socket(self) -> None:
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "a.sock"
        service = Service("listener", [sys.executable, "-c", LISTENER, str(path)], dict(os.environ), socket=path)
        supervisor = Supervisor([service])
        supervisor.start()
        self.addCleanup(supervisor.stop)
        self.assertTrue(eventually(path.exists))
        first = pid_of(service)
        os.kill(first, signal.SIGKILL)
        with self.assertLogs("supervisor", "WARNING") as said:
            self.assertTrue(eventually(looking(supervisor, lambda: service.process and pid_of(service) != first)))
            time.sleep(0.5)
            supervisor.check()
        self.assertEqual(len(said.output), 1)  # and not once more, since it cannot listen

    def test_one_that_is_killed_is_started_again(self) -> None:
        supervisor, service = self.supervise(SLEEPER)
        first = pid_of(service)
        os.kill(first, signal.SIGKILL)
        with self.assertLogs("supervisor", "WARNING") as said:
            restarted = looking(supervisor, lambda: service.process and service.process.pid != first)
            self.assertTrue(eventually(restarted))
        self.assertIn("sleeper ended (SIGKILL)", said.output[0])

    def test_each_further_death_waits_longer(self) -> None:
        supervisor, service = self.supervise([sys.executable, "-c", "raise SystemExit(3)"])
        with self.assertLogs("supervisor", "WARNING") as said:
            self.assertTrue(eventually(looking(supervisor, lambda: service.deaths >= 2)))
        self.assertIn("(exit status 3); starting it again in 0.2 s", said.output[0])
        self.assertIn("in 0.4 s", said.output[1])

    def test_what_a_killed_one_leaves_behind_ends_too(self) -> None:
        supervisor, service = self.supervise(WITH_CHILD)
        leader = psutil.Process(pid_of(service))
        self.assertTrue(eventually(leader.children))
        [child] = leader.children()
        os.kill(leader.pid, signal.SIGKILL)
        with self.assertLogs("supervisor", "WARNING"):
            self.assertTrue(eventually(looking(supervisor, lambda: service.deaths)))
        self.assertTrue(eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE))

    def test_stop_ends_every_process(self) -> None:
        supervisor, service = self.supervise(WITH_CHILD)
        leader = psutil.Process(pid_of(service))
        self.assertTrue(eventually(leader.children))
        [child] = leader.children()
        supervisor.stop()
        self.assertFalse(leader.is_running())
        self.assertTrue(eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE))

    def test_children_end_with_a_supervisor_that_is_killed(self) -> None:
        if not sys.platform.startswith("linux"):
            self.skipTest("the parent-death signal is Linux's")
        code = (
            "import os, sys, time\n"
            "from runtime.supervisor import Service, Supervisor\n"
            f"service = Service('sleeper', {SLEEPER!r}, dict(os.environ))\n"
            "Supervisor([service]).start()\n"
            "print(service.process.pid, flush=True)\n"
            "time.sleep(60)\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert parent.stdout is not None
        with parent:
            child = psutil.Process(int(parent.stdout.readline()))
            parent.kill()
        self.assertTrue(eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE))
