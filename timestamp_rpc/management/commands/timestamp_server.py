"""The process of the timestamp service."""

from __future__ import annotations

import datetime as dt
import signal
from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from timestamp_rpc.server import TimestampServer
from timestamp_rpc.witness import Witness


class Command(BaseCommand):
    help = "Runs the timestamp service (Thrift) until it is stopped."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=10000)
        parser.add_argument("--start-at", type=dt.datetime.fromisoformat, help="begin at this time (demo only)")
        parser.add_argument("--adopt", action="store_true", help="take over the key of another installation's witness")

    def handle(self, *, host: str, port: int, start_at: dt.datetime | None, adopt: bool, **_: object) -> None:
        if start_at and not settings.DEMO:
            raise CommandError("--start-at is for the demo only: in production the clock must show the real time")
        if start_at and start_at.tzinfo is None:
            start_at = start_at.replace(tzinfo=dt.UTC)
        try:
            directory = Path(settings.TIMESTAMP_KEY_DIR) if settings.TIMESTAMP_KEY_DIR else None
            witness = Witness(directory, settings.INSTALLATION_ID, adopt=adopt) if directory else None
        except (OSError, ValueError) as error:
            raise CommandError(f"cannot use the witness's key in {settings.TIMESTAMP_KEY_DIR}: {error}") from error
        try:
            server = TimestampServer(host, port, start_at=start_at, witness=witness)
        except OSError as error:
            raise CommandError(f"cannot listen on {host}:{port}: {error.strerror}") from error
        self.stdout.write(f"timestamp service on {host}:{server.port}")
        self.stdout.flush()  # a process that asked for port 0 reads the port from this line
        try:
            server.serve(signal.SIGTERM, signal.SIGINT)
        finally:
            server.stop()
