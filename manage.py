#!/usr/bin/env python
"""Django's commands, with a database under them: the embedded one unless DATABASE_URL names another.

Only commands that change the schema see the owner's address; everything else holds the web role's alone.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from typing import NoReturn

OWNER_COMMANDS = {"migrate", "makemigrations", "createcachetable", "flush"}
KEEPS_BOTH = {"test", "run", "dev", "torture", "bench"}  # each hands them on itself, to what prepares its database
SCRATCH = {"test", "torture", "bench"}  # each has a cluster of its own
NEVER_ELSEWHERE = {"torture", "bench"}  # what they do to a database nobody wants done to theirs
PLAIN_HTTP = {"runserver", "runserver_plus"}  # with the usual settings they redirect to an https that nobody serves
NEEDS_NO_DATABASE = {"database_roles", "help", "--help", "--version", "version"}


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings" if command == "test" else "wallet_site.settings")
    if command in PLAIN_HTTP and os.environ["DJANGO_SETTINGS_MODULE"] == "wallet_site.settings":
        _give_up(f"{command} would redirect every page to https, where nobody answers. Use: ./wallet dev")
    if command in NEVER_ELSEWHERE:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "WALLET_PLACE"):
            os.environ.pop(name, None)
    if "DATABASE_URL" not in os.environ:
        _use_embedded(command)
    _choose_role(command)

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        _give_up(f"Wrong setting: {error}")


def _use_embedded(command: str) -> None:
    from runtime import roles
    from runtime.embedded_postgres import EmbeddedPostgresError, embedded

    server = embedded(scratch=command if command in SCRATCH else "")
    if command in NEEDS_NO_DATABASE:
        unused = {"DATABASE_URL": "postgres://nobody@/none", "SECRET_KEY": "-" * 32, "PIN_PEPPER": "-" * 32}
        os.environ.update({name: value for name, value in unused.items() if name not in os.environ})
        return
    signal.signal(signal.SIGTERM, _leave)  # SIGTERM skips atexit; SystemExit does not
    try:
        server.join()
    except EmbeddedPostgresError as error:
        _give_up(str(error))
    atexit.register(server.leave)
    os.environ["DATABASE_URL"] = server.url(roles.WEB)
    os.environ["DATABASE_OWNER_URL"] = server.url(roles.OWNER)
    os.environ.setdefault("WALLET_PLACE", str(server.place))
    for name in ("SECRET_KEY", "PIN_PEPPER"):
        os.environ.setdefault(name, server.secrets[name])
    os.environ.setdefault("DEMO", "false" if (server.place / "no-demo").exists() else "true")


def _choose_role(command: str) -> None:
    if command in KEEPS_BOTH:
        return
    owner = os.environ.pop("DATABASE_OWNER_URL", None)
    if command in OWNER_COMMANDS:
        if owner is None:
            _give_up(f"{command} changes the schema and needs the owner's address in DATABASE_OWNER_URL.")
        os.environ["DATABASE_URL"] = owner


def _leave(*_: object) -> NoReturn:
    raise SystemExit(143)


def _give_up(message: str) -> NoReturn:
    raise SystemExit(message)


if __name__ == "__main__":
    main()
