"""The command `webhook_receiver`: receives webhooks on this machine, verifies them, and prints them."""

from __future__ import annotations

import json
import os
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from outbox.webhooks.signing import PREFIX, is_signed

FRESH_S = 300
MOST = 65_536


class Command(BaseCommand):
    help = "Receives webhooks on this machine, verifies their signatures and prints them. SECRET has the secret."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8090)
        parser.add_argument("--secret", default=os.environ.get("SECRET", ""), help="whsec_…; better in SECRET")
        parser.add_argument("--status", type=int, default=204, help="the status to answer with, to try failures")

    def handle(self, *, port: int, secret: str, status: int, **_: Any) -> None:
        if not secret.startswith(PREFIX):
            raise CommandError("The secret of the webhook is missing. Put it into SECRET; it begins with whsec_.")
        command = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), MOST))
                is_good, said = command.told(self.headers, body, secret)
                self.send_response(status if is_good else 400)
                self.send_header("Content-Length", "0")
                self.end_headers()
                command.stdout.write(said)
                command.stdout.flush()

            def log_message(self, *_: Any) -> None:
                pass

        with HTTPServer(("127.0.0.1", port), Handler) as server:
            self.stdout.write(f"Listening on http://127.0.0.1:{server.server_address[1]}/ – Ctrl-C ends it.")
            self.stdout.flush()
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("")

    def told(self, headers: Any, body: bytes, secret: str) -> tuple[bool, str]:
        """Whether the event is genuine and fresh, and what to print of it."""
        names = "webhook-id", "webhook-timestamp", "webhook-signature"
        message_id, timestamp, signature = (headers.get(name, "") for name in names)
        if not is_signed(message_id, timestamp, body, signature, secret):
            return False, "REFUSED: the signature is wrong. Is this the secret of this webhook?"
        if abs(time.time() - int(timestamp)) > FRESH_S:
            return False, "REFUSED: the timestamp is more than five minutes away."
        event = json.loads(body)
        return True, f"{event['type']} (number {event['seq']}, {event['id']})\n{json.dumps(event['data'], indent=2)}"
