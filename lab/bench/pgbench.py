"""The program that S1 and S7 compare with: PostgreSQL's own pgbench, moving money in plain tables at SERIALIZABLE."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from lab.scratch import NotMeasured, databases
from runtime.binaries import binary

from .figure import Plan, Readings, Side

CLIENTS = 8

SCHEMA = """
    CREATE TABLE wallet (id bigint PRIMARY KEY, balance bigint NOT NULL CHECK (balance >= 0)) WITH (fillfactor = 70);
    CREATE TABLE transfer (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, source bigint NOT NULL,
                           target bigint NOT NULL, amount bigint NOT NULL CHECK (amount > 0),
                           booked_at timestamptz NOT NULL DEFAULT now());
    CREATE TABLE entry (transfer bigint, line smallint, wallet bigint NOT NULL, amount bigint NOT NULL,
                        PRIMARY KEY (transfer, line));
    INSERT INTO wallet SELECT n, 1000000000 FROM generate_series(1, {wallets}) n;
"""

# Six statements and nothing else: no key, no lock set, no history, no decline.
SCRIPT = r"""
\set source random(1, {wallets})
\set target 1 + (:source + random(0, {wallets} - 2)) % {wallets}
BEGIN ISOLATION LEVEL SERIALIZABLE;
UPDATE wallet SET balance = balance - 1 WHERE id = :source;
UPDATE wallet SET balance = balance + 1 WHERE id = :target;
INSERT INTO transfer (source, target, amount) VALUES (:source, :target, 1) RETURNING id \gset
INSERT INTO entry (transfer, line, wallet, amount) VALUES (:id, 0, :source, -1), (:id, 1, :target, 1);
COMMIT;
"""


@contextlib.contextmanager
def plain_transfers(plan: Plan, *, wallets: int) -> Iterator[Side]:
    """A side: eight clients run the script, prepared; failed ones are retried. Raises NotMeasured without pgbench."""
    program = binary("pgbench")
    if not program.exists():
        raise NotMeasured(f"there is no {program}")
    script = plan.place / "plain_transfers.sql"
    script.write_text(SCRIPT.format(wallets=wallets))
    with databases.scratch("plain", migrated=False) as database:
        databases.as_owner(database, SCHEMA.format(wallets=wallets), "VACUUM ANALYZE")
        yield lambda: _run(program, script, database, plan)


def _run(program: Path, script: Path, database: str, plan: Plan) -> Readings:
    owner = databases.owner_address()
    how = ["--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", f"--jobs={min(CLIENTS, os.cpu_count() or 1)}"]
    how += [f"--time={max(1, round(plan.seconds))}", "--max-tries=1000", f"--random-seed={plan.seed}"]
    where = ["--host", databases.host_of(owner), "--username", owner["USER"], database]
    done = subprocess.run(
        [str(program), *how, "--file", str(script), *where],
        env={"PGPASSWORD": owner["PASSWORD"], "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotMeasured(f"pgbench: {done.stderr.strip().splitlines()[-1]}")
    return readings_of(done.stdout)


def readings_of(report: str) -> Readings:
    """The readings in pgbench's report. Raises NotMeasured where transactions failed or a line is missing."""
    failed = _number(r"number of failed transactions: (\d+)", report)
    if failed:
        raise NotMeasured(f"pgbench gave up on {failed:.0f} transactions")
    return {
        "count": _number(r"number of transactions actually processed: (\d+)", report),
        "rate": _number(r"tps = ([\d.]+) \(without initial connection time\)", report),
        "retries": _number(r"total number of retries: (\d+)", report),
    }


def _number(pattern: str, report: str) -> float:
    found = re.search(pattern, report)
    if found is None:
        raise NotMeasured(f"pgbench's report has no {pattern!r}")
    return float(found[1])
