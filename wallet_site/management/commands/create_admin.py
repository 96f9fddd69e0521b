"""`./wallet create_admin` registers an administrator at the terminal. An installation gets its first one in this way.

The fields and their rules are those of the sign-up form. The password is asked twice, or read from ADMIN_PASSWORD: on
the command line, every user of the machine could read it.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError

from accounts.models import User
from accounts.people.service import announce_role
from conversion.errors import PaymentError
from payments.registration.forms import SignUpForm
from payments.registration.service import NameTaken, register

ASKED = ("username", "first_name", "last_name", "email", "currency")
PASSWORDS = ("password1", "password2")


class Command(BaseCommand):
    help = "Registers an administrator, with a confirmed address, a wallet and a PIN. Asks for what is not given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        for name in ASKED:
            parser.add_argument(f"--{name.replace('_', '-')}", default="")

    def handle(self, **options: Any) -> None:
        given = {name: options[name] for name in ASKED if options[name]}
        if password := os.environ.get("ADMIN_PASSWORD"):
            given |= dict.fromkeys(PASSWORDS, password)
        try:
            person = self._completed(given).as_person()
            # Without an opening grant, since no other service need run yet.
            user, pin = register(**person, role=User.Role.ADMINISTRATOR, is_confirmed=True, with_grant=False)
        except NameTaken as taken:
            raise CommandError(f"Another person took this {taken.field} a moment ago.") from taken
        except PaymentError as error:
            raise CommandError(str(error)) from error
        except ProgrammingError as error:
            raise CommandError("The database has no tables yet. First: ./wallet run --no-demo") from error
        except (EOFError, KeyboardInterrupt) as error:
            raise CommandError("Nobody was registered.") from error
        announce_role(user, by=None)
        self.stdout.write(f"{user.username} is an administrator and can sign in.")
        if settings.STAFF_SECOND_FACTOR:
            self.stdout.write("The first page of staff leads to setting up a second factor: have a telephone at hand.")
        self.stdout.write(f"The PIN for payments is {pin}. It is shown only this once.")

    def _completed(self, given: dict[str, str]) -> SignUpForm:
        """The valid form with what was given and what was asked. Raises CommandError where what was given is wrong."""
        typed = dict(given)
        while True:
            self._ask_missing(typed)
            form = SignUpForm(typed)
            if form.is_valid():
                return form
            for name, errors in form.errors.items():
                text = f"{_label(name)}: {' '.join(map(str, errors))}"
                if name in given or not sys.stdin.isatty():
                    raise CommandError(text)
                self.stderr.write(text)
                for again in PASSWORDS if name in PASSWORDS else (name,):
                    typed.pop(again, None)

    def _ask_missing(self, typed: dict[str, str]) -> None:
        missing = [name for name in (*ASKED, *PASSWORDS) if name not in typed]
        if not sys.stdin.isatty():
            typed |= {name: _default(name) for name in missing if _default(name)}
            if missing := [_option(name) for name in missing if name not in typed]:
                raise CommandError(f"There is no terminal to ask at. Missing: {', '.join(dict.fromkeys(missing))}")
            return
        for name in missing:
            if name in PASSWORDS:
                typed[name] = getpass(f"{_label(name)}: ")
            else:
                default = _default(name)
                typed[name] = input(f"{_label(name)}{f' [{default}]' if default else ''}: ") or default


def _label(name: str) -> str:
    return str(SignUpForm.base_fields[name].label)


def _default(name: str) -> str:
    return str(SignUpForm.base_fields[name].initial or "")


def _option(name: str) -> str:
    return "ADMIN_PASSWORD" if name in PASSWORDS else f"--{name.replace('_', '-')}"
