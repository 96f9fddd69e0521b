"""`./wallet run`: this installation for its members, over HTTPS and with several web processes."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from runtime.forks import share
from runtime.front import Front, front_directory, names_of
from runtime.installation import InstallationCommand, hash_of
from runtime.services import services_behind_proxy, services_of
from runtime.supervisor import Service

OWN_NAMES = ",".join(Front.names)  # the default of ALLOWED_HOSTS, which is not read yet where --domain is added to it
STATIC = ("static/**/*", "requirements.txt")


class Command(InstallationCommand):
    help = "Runs the whole installation: database, conversion, timestamp, worker, messenger and web processes."
    word, scheme = "run", "https"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, help="the port to listen on (8443; with --domain 443)")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 2, help="the number of web processes")
        parser.add_argument("--no-demo", action="store_true", help="no demo people, and production rules")
        parser.add_argument("--domain", default="", help="a real name, with a certificate by ACME (also uses port 80)")
        parser.add_argument("--certificate", type=Path, help="a PEM file of your own, with --key")
        parser.add_argument("--key", type=Path, help="the key of --certificate")
        parser.add_argument("--caddy", type=Path, help="a Caddy of your own instead of the one that was installed")
        parser.add_argument("--behind-proxy", action="store_true", help="plain HTTP for a proxy of your own, no front")

    def handle(self, *, host: str, port: int | None, processes: int, no_demo: bool, **options: Any) -> None:
        self.host, self.processes, self.options = host, processes, options
        port = port or (443 if options["domain"] else 8443)
        if bool(options["certificate"]) != bool(options["key"]):
            raise CommandError("--certificate and --key belong together.")
        self.complete_environment(port)
        os.environ["BEHIND_PROXY"] = "true"  # the front is one
        if no_demo:
            os.environ["DEMO"] = "false"
        if options["domain"]:
            os.environ["ALLOWED_HOSTS"] = ",".join([options["domain"], os.environ.get("ALLOWED_HOSTS") or OWN_NAMES])
        self.set_address(port)
        if not names_of(settings.ALLOWED_HOSTS):
            raise CommandError("ALLOWED_HOSTS has only wildcards. Name the hosts that people type, or use --domain.")
        self.name = names_of(settings.ALLOWED_HOSTS)[0]
        if options["behind_proxy"]:
            self.scheme = "http"
        self.serve(host=host)

    def set_address(self, port: int) -> None:
        """Sets SITE_ADDRESS, unless it is set: what people type. Behind a proxy of their own, its port is not known."""
        names = names_of((os.environ.get("ALLOWED_HOSTS") or OWN_NAMES).split(","))
        if names and not self.options["behind_proxy"]:
            os.environ.setdefault("SITE_ADDRESS", f"https://{names[0]}{'' if port == 443 else f':{port}'}")

    def prepare_more(self, environment: dict[str, str]) -> None:
        static = hash_of(STATIC, str(settings.STATIC_ROOT))
        if self.fingerprint("static") != static or not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            self.step("Collecting static files", environment, "collectstatic", "--no-input", "--verbosity=0")
            self.set_fingerprint("static", static)
        if not settings.DEMO:
            self.step("Checking production rules", environment, "check", "--deploy", "--database=default")
            (self.place / "no-demo").touch()  # manage.py reads this file, so from now on the flag is not needed

    def services(self, environment: dict[str, str]) -> list[Service]:
        if self.options["behind_proxy"]:
            return services_behind_proxy(environment, self.host, self.port, self.processes, launch=share)
        return services_of(environment, self._front(), self.processes, launch=share)

    def hints(self) -> list[str]:
        front = self._front()
        if self.options["behind_proxy"] or not front.has_own_authority:
            return []
        return [f"The browser warns about the certificate until it trusts {front.authority}"]

    def _front(self) -> Front:
        return Front(
            front_directory(self.place),
            self.host,
            self.port,
            names=names_of(settings.ALLOWED_HOSTS),
            domain=self.options["domain"],
            certificate=self.options["certificate"],
            key=self.options["key"],
            binary=self.options["caddy"],
        )
