"""A worker process: it has its own PostgreSQL cluster, clock and conversion service, so that workers do not interfere.

It reads one mutant a line on standard input and writes one result a line on standard output, both as JSON. Only
`tests.mutants` starts it.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

from runtime import roles
from runtime.embedded_postgres import EmbeddedPostgres, place_of

from .covered import module_of
from .mutant import PROJECT, Mutant

DATABASE, TEMPLATE = "mutant", "mutant_template"


def main() -> None:
    _join_cluster(sys.argv[1])
    import django

    django.setup()
    from tests.runner import WalletRunner

    runner = WalletRunner(verbosity=0, parallel=1)
    runner.setup_test_environment()
    try:
        runner.setup_databases()
        print("ready", flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            print(
                json.dumps(_tried(Mutant(**asked["mutant"]), tests=asked["tests"], within_s=asked["within_s"])),
                flush=True,
            )
    finally:
        runner.teardown_test_environment()


def _join_cluster(name: str) -> None:
    server = EmbeddedPostgres(place_of(f"mutants{name}"), throwaway=True, owner_makes_databases=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # SIGTERM skips atexit; SystemExit does not
    server.join()
    atexit.register(server.leave)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": server.url(roles.WEB),
        "DATABASE_OWNER_URL": server.url(roles.OWNER),
        "WALLET_PLACE": str(server.place),
        **{name: server.secrets[name] for name in ("SECRET_KEY", "PIN_PEPPER")},
        "DEMO": "true",
    }


def _tried(mutant: Mutant, *, tests: list[str], within_s: float) -> dict[str, Any]:
    """Tries one mutant; returns the fields of `crew.Tried`. Stillborn means that the database refused the SQL."""
    began = time.monotonic()
    try:
        _prepare_template(mutant)
    except Exception as error:  # mutated SQL may fail in any way
        return {"result": "stillborn", "by": str(error).splitlines()[0], "took_s": time.monotonic() - began}
    result, by = _run(mutant, tests, within_s)
    return {"result": result, "by": by, "took_s": round(time.monotonic() - began, 2)}


def _prepare_template(mutant: Mutant) -> None:
    """Makes a new template; for a mutant in SQL, installs all SQL files with the mistake in it.

    Raises the database's error where it refuses the mutated SQL.
    """
    from tests import runner
    from wallet_site.install_sql import files

    for database in (DATABASE, TEMPLATE):
        runner.drop(database)
    runner.as_owner("postgres", [f"CREATE DATABASE {TEMPLATE} TEMPLATE {runner.TEMPLATE} STRATEGY FILE_COPY"])
    runner.as_owner(TEMPLATE, roles.database_statements(TEMPLATE)[:2])
    if mutant.path.endswith(".sql"):
        mutated = PROJECT / mutant.path
        sql = "\n".join(mutant.text if path == mutated else path.read_text() for path in files())
        runner.as_owner(TEMPLATE, [sql])


def _run(mutant: Mutant, tests: list[str], within_s: float) -> tuple[str, str | None]:
    is_python = mutant.path.endswith(".py")
    asked = {
        "module": module_of(mutant.path) if is_python else None,
        "path": str(PROJECT / mutant.path),
        "text": mutant.text if is_python else None,
        "database": DATABASE,
        "template": TEMPLATE,
        "tests": tests,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.mutants.trial"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said, wrong = process.communicate(json.dumps(asked), timeout=within_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return "timeout", None
    if process.returncode:
        return "killed", f"at once: {(wrong.strip().splitlines() or ['?'])[-1][:150]}"
    failed = json.loads(said.strip().splitlines()[-1])
    return ("killed", failed) if failed else ("survived", None)


if __name__ == "__main__":
    main()
