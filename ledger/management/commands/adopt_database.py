"""`./wallet adopt_database`: makes a database that belongs to another installation belong to this one, on purpose."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.backends.signals import connection_created

from ledger import audit, installations


class Command(BaseCommand):
    help = "Takes over a database that belongs to another installation. Asks first."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, yes: bool, **_: Any) -> None:
        connection_created.disconnect(installations.require_own)  # it would refuse what is to be adopted
        own = settings.INSTALLATION_ID
        with connection.cursor() as cursor:
            owner = installations.owner(cursor)
        if owner is None:
            raise CommandError("This database is empty. ./wallet migrate prepares it for this installation.")
        if owner == own:
            self.stdout.write("This database belongs to this installation already. Nothing was changed.")
            return
        transfers, _entries = audit.size()
        self.stdout.write(
            f"The database has {transfers} transfers and belongs to installation {owner[:8]}; this one is {own[:8]}.\n"
            "  Stop the other installation first: two of them would book with two clocks and two witnesses.\n"
            "  PIN_PEPPER is another one here, so nobody's PIN is valid any more: each person makes a new one.\n"
            "  Copy the other installation's witness directory, or its signatures can only be compared with what the\n"
            "  database says of them; then start the timestamp service once with --adopt."
        )
        if not yes and input("Write the first eight characters of its name to take it over: ").strip() != owner[:8]:
            raise CommandError("Nothing was changed.")
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO ledger_installation (code) VALUES (%s)", [own])
        self.stdout.write(f"The database belongs to installation {own[:8]} now.")
