#!/usr/bin/env python
"""Runs Django's management commands with a database: the embedded one, unless DATABASE_URL names another.

Only commands that change the schema get the address of the owner role. All others get only that of the web role.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from importlib import import_module
from typing import NoReturn

OWNER_COMMANDS = {"migrate", "makemigrations", "createcachetable", "flush", "adopt_database"}
KEEPS_BOTH = {
    "test",
    "run",
    "dev",
    "torture",
    "bench",
    "attack",
}  # each passes the owner's address only to what needs it
SCRATCH = {"test", "torture", "bench", "attack"}  # each has its own PostgreSQL cluster
NEVER_ELSEWHERE = {
    "torture",
    "bench",
    "attack",
}  # they run on their scratch cluster only, since they do harm to a database
PLAIN_HTTP = {"runserver", "runserver_plus"}  # with the usual settings they redirect to HTTPS, which they do not serve
READS_SETTINGS_LATER = {"run", "dev"}  # their options decide some settings
NEEDS_NO_DATABASE = {"database_roles", "webhook_receiver", "help", "--help", "--version", "version"}


def main() -> None:
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings" if command == "test" else "wallet_site.settings")
    if command in PLAIN_HTTP and os.environ["DJANGO_SETTINGS_MODULE"] == "wallet_site.settings":
        _give_up(f"{command} would redirect every page to HTTPS, which it does not serve. Use: ./wallet dev")
    if command in NEVER_ELSEWHERE:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "WALLET_PLACE"):
            os.environ.pop(name, None)
    if "DATABASE_URL" not in os.environ:
        _use_embedded(command)
    _choose_role(command)

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        if command in READS_SETTINGS_LATER:
            import_module(f"runtime.management.commands.{command}").Command().run_from_argv(sys.argv)
        else:
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        _give_up(f"Wrong setting: {error}")


def _use_embedded(command: str) -> None:
    """Starts the embedded server, and puts its addresses and secrets into the environment."""
    from runtime import roles
    from runtime.embedded_postgres import EmbeddedPostgresError, embedded

    server = embedded(scratch=command if command in SCRATCH else "")
    if command in NEEDS_NO_DATABASE:
        # Settings demand these values, though the command connects to no database.
        unused = {"DATABASE_URL": "postgres://nobody@/none", "SECRET_KEY": "-" * 32, "PIN_PEPPER": "-" * 32}
        os.environ.update({name: value for name, value in unused.items() if name not in os.environ})
        return
    signal.signal(signal.SIGTERM, _leave)  # SIGTERM alone would skip atexit; SystemExit does not
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
    """Removes the owner's address from the environment. Commands that change the schema get it as DATABASE_URL."""
    if command in KEEPS_BOTH:
        return
    owner = os.environ.pop("DATABASE_OWNER_URL", None)
    if command in OWNER_COMMANDS:
        if owner is None:
            _give_up(f"{command} changes the schema. Set DATABASE_OWNER_URL to the address of the owner role.")
        os.environ["DATABASE_URL"] = owner


def _leave(*_: object) -> NoReturn:
    raise SystemExit(143)


def _give_up(message: str) -> NoReturn:
    raise SystemExit(message)


if __name__ == "__main__":
    main()
