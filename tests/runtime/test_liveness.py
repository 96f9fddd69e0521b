"""A process that hangs is noticed and restarted, but not while the database is what everybody waits for."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

from django.test import SimpleTestCase

from runtime import liveness, supervisor
from runtime.liveness import LivenessProbe
from runtime.supervisor import Service, Supervisor

# Answers /livez as long as the file does not exist, and then accepts connections and says nothing.
SERVER = """
import pathlib, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
clients = []
while True:
    client, _ = listener.accept()
    clients.append(client)
    if not pathlib.Path(sys.argv[2]).exists():
        client.recv(1000)
        client.sendall(b"HTTP/1.1 301 Moved\\r\\nContent-Length: 0\\r\\n\\r\\n")
"""


class Liveness(SimpleTestCase):
    def setUp(self) -> None:
        place = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.socket, self.hang = place / "web.sock", place / "hang"
        for module, name, value in (
            (liveness, "ASK_EVERY_S", 0.05),
            (liveness, "ANSWER_WITHIN_S", 0.3),
            (supervisor, "FIRST_PROBE_AFTER_S", 1.5),
        ):
            self.enterContext(mock.patch.object(module, name, value))

    def supervise(self, *, database_answers: bool = True) -> Supervisor:
        command = [sys.executable, "-c", SERVER, str(self.socket), str(self.hang)]
        service = Service("web 1", command, dict(os.environ), socket=self.socket, probe=LivenessProbe(self.socket))
        watch = Supervisor([service], may_blame=lambda: database_answers)
        watch.start()
        self.addCleanup(watch.stop)
        return watch

    def pids_within(self, watch: Supervisor, seconds: float) -> list[int]:
        """The process ids of the service, each once."""
        pids: list[int] = []
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            watch.check()
            process = watch.services[0].process
            if process is not None and process.pid not in pids:
                pids.append(process.pid)
            time.sleep(0.02)
        return pids

    def test_one_that_answers_is_left_alone(self) -> None:
        self.assertEqual(len(self.pids_within(self.supervise(), 4)), 1)

    def test_one_that_hangs_is_restarted(self) -> None:
        watch = self.supervise()
        self.hang.touch()
        with self.assertLogs("supervisor", "WARNING") as said:
            self.assertGreater(len(self.pids_within(watch, 5)), 1)
        self.assertIn("web 1 did not answer 3 times; killing it", said.output[0])

    def test_one_that_hangs_with_the_database_is_left_alone(self) -> None:
        watch = self.supervise(database_answers=False)
        self.hang.touch()
        self.assertEqual(len(self.pids_within(watch, 5)), 1)


class TheProbe(SimpleTestCase):
    def test_counts_in_a_row_that_nobody_listens(self) -> None:
        probe = LivenessProbe(Path("/nonexistent/web.sock"))
        probe.begin(0)
        for now in (0, 1, 5, 10):
            probe.step(now)
        self.assertEqual(probe.misses, 3)  # at 0, 5 and 10
        probe.begin(20)
        self.assertEqual(probe.misses, 0)
