"""`./wallet run`: this installation for its members, over HTTPS and with several web processes."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings

from runtime.certificates import certificates
from runtime.installation import InstallationCommand, hash_of
from runtime.services import services_of
from runtime.supervisor import Service

STATIC = ("static/**/*", "requirements.txt")


class Command(InstallationCommand):
    help = "Runs the whole installation: database, conversion service, timestamp service, worker and web processes."
    word, scheme = "run", "https"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, default=8443)
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 2, help="the number of web processes")
        parser.add_argument("--no-demo", action="store_true", help="no demo people, and production rules")

    def handle(self, *, host: str, port: int, processes: int, no_demo: bool, **_: Any) -> None:
        self.host, self.processes = host, processes
        self.serve(host=host, port=port, demo=settings.DEMO and not no_demo)

    def prepare_more(self, environment: dict[str, str]) -> None:
        self.tls = certificates(self.place / "tls")
        static = hash_of(STATIC, str(settings.STATIC_ROOT))
        if self.fingerprint("static") != static or not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            self.step("Collecting static files", environment, "collectstatic", "--no-input", "--verbosity=0")
            self.set_fingerprint("static", static)
        if not self.demo:
            self.step("Checking production rules", environment, "check", "--deploy", "--database=default")
            (self.place / "no-demo").touch()  # manage.py reads this file, so from now on the flag is not needed

    def services(self, environment: dict[str, str]) -> list[Service]:
        return services_of(environment, self.tls, self.host, self.port, self.processes)

    def authority(self) -> Path:
        return self.tls.authority

    def hints(self) -> list[str]:
        return [f"The browser warns about the certificate until it trusts {self.tls.authority}"]
