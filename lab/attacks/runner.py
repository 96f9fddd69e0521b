"""Runs the chosen attacks on one scratch installation, one after the other."""

from __future__ import annotations

import contextlib
import random
import shutil
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from accounts.models import User
from lab.scratch import NotMeasured, databases, outcomes
from lab.scratch.installation import Installation, clock_running, collect_static_files, running
from ledger import audit
from wallet_site.demo.people import ADMINISTRATOR, PASSWORD, PIN

from .figure import Cast, Figure, Means, Result
from .https_door import HttpsDoor
from .mailbox import Mailbox
from .people import forget_tries

DATABASE = "attack"
NAMES = {
    "member": "alice",
    "other": "bob",
    "outsider": "carla",
    "merchant": "kiosk",
    "cashier": "cass",
    "treasurer": "tess",
    "auditor": "audrey",
    "administrator": ADMINISTRATOR,
    "bank": "bank",
    "frozen": "emeka",
    "target": "noah",
}
CAST = Cast(NAMES, dict.fromkeys(NAMES.values(), PASSWORD) | {ADMINISTRATOR: ADMINISTRATOR}, PIN)


Outcome = outcomes.Outcome[Figure, Result]


def run(
    figures: Sequence[Figure], *, place: Path, seed: int, scale: float, tell: Callable[[str], None]
) -> Iterator[Outcome]:
    """Runs the figures' attacks and yields their outcomes. After each, the books must still balance."""
    tell("starting a scratch installation with the demo's people")
    with scratch_installation(place) as (installation, mailbox):
        for figure in figures:
            tell(f"{figure.id}: {figure.what}")
            began = time.monotonic()
            means = Means(
                HttpsDoor(installation.port, installation.trust()),
                CAST,
                mailbox.letters_to,
                random.Random(f"{seed}/{figure.id}"),  # noqa: S311 - the same seed makes the same attack
                seed,
                scale,
            )
            forget_tries()
            result, reason = attacked(figure, means, tell)
            yield Outcome(figure, result, reason, time.monotonic() - began)


def attacked(figure: Figure, means: Means, tell: Callable[[str], None]) -> tuple[Result | None, str]:
    """The result of the attack and of the audit after it; or None and why it could not be measured."""
    result = Result()
    try:
        figure.attack(means, result)
    except NotMeasured as reason:
        return None, str(reason)
    except Exception as error:  # the other figures are still worth their time
        tell(traceback.format_exc())
        result.findings.append(f"the attack failed: {type(error).__name__}: {error}"[:500])
    breaches = audit.breaches()
    result.check(not breaches, f"the books do not balance any more: {breaches}")
    return result, ""


@contextlib.contextmanager
def scratch_installation(place: Path) -> Iterator[tuple[Installation, Mailbox]]:
    """Runs the demo, with sign-up as in production. Meanwhile Django's connection is to its database, as the web role.

    New people confirm their address, and letters are files.
    """
    collect_static_files(place)
    mailbox = Mailbox(place / "letters")
    for directory in (place / "witness", mailbox.directory):  # of an earlier database
        shutil.rmtree(directory, ignore_errors=True)
    (place / "fingerprints.json").unlink(missing_ok=True)  # it says that the demo was made
    mailbox.directory.mkdir()
    with databases.scratch(DATABASE) as database, databases.connected_to(database):
        started = running(
            place=place,
            web_url=databases.url_of("DATABASE_URL", database),
            owner_url=databases.url_of("DATABASE_OWNER_URL", database),
            more={"EMAIL_URL": f"filemail:///{mailbox.directory}", "EMAIL_VERIFICATION": "mandatory"},
        )
        with started as installation, clock_running(place):  # some of what is attacked is made in this process
            installation.wait_until_it_welcomes()
            User.objects.filter(username=NAMES["frozen"]).update(frozen=True)
            yield installation, mailbox
