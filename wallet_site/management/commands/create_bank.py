"""`./wallet create_bank` adds a bank at the terminal, by the rules of staff's page for it.

The password is asked twice, or read from BANK_PASSWORD: on the command line, every user of the machine could read it.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from payments.registration.service import NameTaken
from treasury.banks.forms import BankForm
from treasury.banks.service import create_bank

OPTIONS = ("username", "name", "email", "currency", "daily_cap", "holder", "iban", "bic")


class Command(BaseCommand):
    help = "Adds a bank, which may credit members with what came to it. Staff's page makes its access tokens."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in OPTIONS:
            parser.add_argument(f"--{name.replace('_', '-')}", default="")
        parser.add_argument(
            "--no-reference", action="store_true", help="deposits may come without a reference of the bank's own"
        )

    def handle(self, **options: Any) -> None:
        form = BankForm(
            {name: options[name] for name in OPTIONS}
            | dict(zip(("password1", "password2"), _passwords(), strict=True))
            | ({} if options["no_reference"] else {"needs_reference": "on"})
        )
        if not form.is_valid():
            lines = [f"{form.fields[name].label}: {' '.join(map(str, why))}" for name, why in form.errors.items()]
            raise CommandError("\n".join(lines))
        try:
            bank = create_bank(**form.as_bank())
        except NameTaken as taken:
            raise CommandError(f"Another account took this {taken.field} a moment ago.") from taken
        except ProgrammingError as error:
            raise CommandError("The database has no tables yet. First: ./wallet run --no-demo") from error
        self.stdout.write(f"{bank} can sign in as {bank.user.username}.")
        self.stdout.write("Staff → Banks makes an access token for its program.")


def _passwords() -> tuple[str, str]:
    if password := os.environ.get("BANK_PASSWORD"):
        return password, password
    if not sys.stdin.isatty():
        raise CommandError("There is no terminal to ask at. Missing: BANK_PASSWORD")
    return getpass("Password: "), getpass("Password (again): ")
