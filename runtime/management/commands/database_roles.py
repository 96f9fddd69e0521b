"""`./wallet database_roles`: the SQL that sets up a database server which `./wallet run` does not start."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from runtime import roles


class Command(BaseCommand):
    help = "Prints the SQL that makes the database and its two roles on a PostgreSQL server of your own."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", default="wallet")

    def handle(self, *, database: str, **_: Any) -> None:
        self.stdout.write(roles.script(database), ending="")
