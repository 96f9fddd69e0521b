"""`manage.py timestamp_server`: its process, its one-line errors, and no false time outside the demo."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
from pathlib import Path

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase

from timestamp_rpc import client
from timestamp_rpc.server import TimestampServer

PROJECT = Path(__file__).resolve().parent.parent.parent


class TheProcess(SimpleTestCase):
    def start(self, *arguments: str) -> tuple[subprocess.Popen[str], str]:
        """Starts the command; returns its process, and the address that it prints."""
        process = subprocess.Popen(
            [sys.executable, "manage.py", "timestamp_server", "--port", "0", *arguments],
            cwd=PROJECT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "wallet_site.settings", "DEMO": "true"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        assert process.stdout
        return process, process.stdout.readline().split()[-1]

    def test_tells_the_time_until_it_is_told_to_stop(self) -> None:
        for end in (signal.SIGTERM, signal.SIGINT):
            process, address = self.start("--start-at", "2026-03-01T12:00")
            with self.subTest(end), self.settings(TIMESTAMP_SERVERS=[address], TIMESTAMP_TIMEOUT_S=2):
                self.assertEqual(client.now().date(), dt.date(2026, 3, 1))
                process.send_signal(end)
                self.assertEqual(process.wait(5), 0)
                self.assertEqual(process.communicate()[1], "")

    def test_a_port_in_use_is_one_clear_line(self) -> None:
        server = TimestampServer()
        self.addCleanup(server.stop)
        with self.assertRaisesRegex(CommandError, f"cannot listen on 127.0.0.1:{server.port}"):
            call_command("timestamp_server", port=server.port)

    def test_production_refuses_to_start_at_another_time(self) -> None:
        with self.settings(DEMO=False), self.assertRaisesRegex(CommandError, "demo"):
            call_command("timestamp_server", port=0, start_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC))
