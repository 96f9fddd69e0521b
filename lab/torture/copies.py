"""Copies of the scratch cluster, and the attack's people on an installation that uses such a copy.

Faults that ruin a cluster or its disk have a copy of their own. What is booked there is in no other ledger, so the copy
has a history of its own, which begins with what was done before it was made.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.db import connection

from lab.scratch import NotMeasured
from runtime import roles
from runtime.binaries import binary
from runtime.embedded_postgres import SUPERUSER, EmbeddedPostgres
from runtime.server_user import as_server, give_to_server
from wallet_site.settings import env

from .faults import suspended
from .figure import Attack
from .history import History
from .installation import DATABASE, ScratchInstallation
from .members import Person, people_of

NAME = f"bench_{DATABASE}"


def copy_of_cluster(installation: ScratchInstallation, place: Path, *, witness: Path) -> EmbeddedPostgres:
    """A copy in `place`, which does not run yet. The memory of its witness is copied, too. Raises NotMeasured."""
    with suspended(installation.processes("worker")):  # no seal is made and signed meanwhile
        copy = base_backup(EmbeddedPostgres(installation.place), place)
        shutil.rmtree(witness, ignore_errors=True)
        shutil.copytree(installation.place / "witness", witness)
    return copy


def base_backup(server: EmbeddedPostgres, place: Path, *options: str) -> EmbeddedPostgres:
    """A copy of a running server in `place`, by pg_basebackup with these options. Raises NotMeasured."""
    place.mkdir(mode=0o711, parents=True, exist_ok=True)
    place.chmod(0o711)
    shutil.copy2(server.place / "secrets.json", place)
    data = place / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    give_to_server(data)
    source = f"{server.url(SUPERUSER, 'postgres')}&application_name={place.name}"
    command = [str(binary("pg_basebackup")), "-d", source, "-D", str(data), "--checkpoint=fast", "--no-sync", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **as_server())
    if done.returncode:
        raise NotMeasured(f"the cluster could not be copied: {done.stderr.strip()}")
    return EmbeddedPostgres(place)


def web_url(server: EmbeddedPostgres) -> str:
    return server.url(roles.WEB, NAME)


@contextlib.contextmanager
def connected(url: str) -> Iterator[None]:
    """Meanwhile, Django's connection is to this address, as the web role."""
    before, there = dict(connection.settings_dict), env.db_url_config(url)
    connection.close()
    options = {**before["OPTIONS"], **there["OPTIONS"]}
    connection.settings_dict.update(NAME=there["NAME"], PASSWORD=there["PASSWORD"], OPTIONS=options)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def moved(attack: Attack, installation: ScratchInstallation) -> Attack:
    """The attack on this installation, by the same people. Django's connection is to its database."""
    history = History()
    history.operations += attack.history.operations

    def there(people: Sequence[Person]) -> list[Person]:
        members = [person.member for person in people]
        return people_of(members, port=installation.web.port, trust=installation.web.trust())

    return dataclasses.replace(
        attack,
        installation=installation,
        history=history,
        loaders=there(attack.loaders),
        racers=there(attack.racers),
        spenders=there(attack.spenders),
    )
