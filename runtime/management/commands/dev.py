"""`./wallet dev`: this installation for developers, over plain HTTP, with DEBUG and reloading."""

from __future__ import annotations

import importlib.util
import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from runtime.installation import InstallationCommand
from runtime.services import manage, services_beside
from runtime.supervisor import Service

HOST = "127.0.0.1"  # never another: the debugger's page runs any Python code that its visitor types


class Command(InstallationCommand):
    help = "Runs the demo for developers: over plain HTTP on this machine, with DEBUG, reloading and every service."
    word, scheme = "dev", "http"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, port: int, **_: Any) -> None:
        os.environ.setdefault("SITE_ADDRESS", f"http://localhost:{port}")
        if not settings.DEMO:
            raise CommandError(
                "./wallet dev shows code and settings to every visitor: it is for demo mode only (DEMO=true)."
            )
        if importlib.util.find_spec("werkzeug") is None:
            raise CommandError("The packages in requirements-dev.txt are missing; the script ./wallet installs them.")
        self.complete_environment(port)
        self.serve(host=HOST)

    def services(self, environment: dict[str, str]) -> list[Service]:
        """Only the web process has DEBUG. In the others, DEBUG would only make Django keep every query in memory."""
        web = environment | {"DEBUG": "true", "DJANGO_SETTINGS_MODULE": "wallet_site.dev_settings"}
        pages = manage("runserver_plus", f"{HOST}:{self.port}", "--startup-messages", "never")
        return [*services_beside(environment), Service("web", pages, web)]

    def hints(self) -> list[str]:
        return [
            "After a change of Python code or a template, reload the page.",
            "After a change of SQL, a migration, the worker or another service, start ./wallet dev again.",
        ]
