"""`./wallet dev`: this installation for those who change it, over plain http, with DEBUG and reload."""

from __future__ import annotations

import importlib.util
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from runtime.installation import InstallationCommand
from runtime.services import manage, services_beside
from runtime.supervisor import Service

HOST = "127.0.0.1"  # never another: a page of the debugger runs any Python that its reader types


class Command(InstallationCommand):
    help = "For developers: DEBUG and reload over plain http on this machine, with the demo and every service."
    word, scheme = "dev", "http"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, port: int, **_: Any) -> None:
        if not settings.DEMO:
            raise CommandError("./wallet dev shows its inside to everybody, so it is for demo mode only (DEMO=true).")
        if importlib.util.find_spec("werkzeug") is None:
            raise CommandError("./wallet dev needs what requirements-dev.txt lists; ./wallet installs it.")
        self.serve(host=HOST, port=port, demo=True)

    def services(self, environment: dict[str, str]) -> list[Service]:
        """Only the web process has DEBUG: elsewhere it would only remember every query."""
        web = environment | {"DEBUG": "true", "DJANGO_SETTINGS_MODULE": "wallet_site.dev_settings"}
        pages = manage("runserver_plus", f"{HOST}:{self.port}", "--startup-messages", "never")
        return [*services_beside(environment), Service("web", pages, web)]

    def hints(self) -> list[str]:
        return [
            "A change of Python or a template is seen with the next page.",
            "Start it again after a change of SQL, of a migration, or of the worker, the clock or conversion.",
        ]
