"""X6, for GET and HEAD: opening any address changes nothing, whoever opens it, and whatever its query says."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import uuid4

from . import people
from .addresses import places
from .browser import Letter
from .figure import Means, Result
from .fingerprint import HARMLESS, HARMLESS_COLUMNS, changed, fingerprint
from .people import SIGNED_IN, STRANGER
from .references import made, path_of

IDLE_S = 3.0  # how long the installation is watched while nobody asks it for anything
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def open_everything(means: Means, result: Result) -> None:
    own = frozenset(changing_anyway())
    values = made(means)
    statuses: Counter[int] = Counter()
    for role in (STRANGER, *SIGNED_IN):
        letters = list(_letters(means, role, values))
        before = fingerprint(without=own)
        for letter in letters:
            [answer] = means.door.send([letter])
            statuses[answer.status] += 1
        result.checks += len(letters) - 1
        tables = changed(before, fingerprint(without=own))
        culprits = _culprits(means, letters, tables, own) if tables else []
        result.check(not tables, f"{role} changed {tables} by {culprits or 'requests that cannot be told'}")
    result.notes.append(f"answers to GET and HEAD by status: {dict(sorted(statuses.items()))}")
    result.notes.append(f"the worker changes these tables by itself, so they were not compared: {sorted(own)}")
    harmless = [*HARMLESS, *(f"{table}.{', '.join(columns)}" for table, columns in HARMLESS_COLUMNS.items())]
    result.notes.append(f"decided as harmless: {', '.join(harmless)}")


def changing_anyway() -> Iterator[str]:
    """The tables that change while nobody asks for anything: the worker's."""
    before = fingerprint()
    time.sleep(IDLE_S)
    yield from (name for name in changed(before, fingerprint()))
    yield from WORKERS_OWN


# The worker and the messenger write to these from time to time.
WORKERS_OWN = (
    "wallet_site_jobmemory",
    "events_mail",
    "ledger_seal",
    "ledger_signature",
    "ledger_auditrun",
    "ledger_verificationrun",
)


def _culprits(means: Means, letters: Sequence[Letter], tables: Sequence[str], own: frozenset[str]) -> list[str]:
    """Which of the requests changed these tables: asked again, each by itself."""
    found = []
    for letter in letters:
        before = fingerprint(without=own)
        means.door.send([letter])
        if set(changed(before, fingerprint(without=own))) & set(tables):
            found.append(f"{letter.method} {letter.path.partition('?')[0]}")
    return found


def _letters(means: Means, role: str, values: dict[str, str]) -> Iterator[Letter]:
    browser = people.browser(means, role)
    browser.get("/")
    browser.cookies.pop("messages", None)
    program = people.program(means, role)
    for place in places():
        path = path_of(place, values)
        if place.is_operation:
            yield program.letter("GET", path)
            yield program.letter("HEAD", path)
            continue
        yield browser.letter("GET", path)
        yield browser.letter("HEAD", path)
        yield browser.letter("GET", f"{path}?{_query(means)}")
        yield browser.letter("GET", path, headers=dict(zip(OVERRIDES, itertools.repeat("POST"), strict=False)))


def _query(means: Means) -> str:
    """What would be a form of this site, had it been posted."""
    token = "a" * 32
    return (
        f"csrfmiddlewaretoken={token}&pin={means.cast.pin}&key={uuid4()}&confirmed=yes&decision=confirm&action=delete"
        f"&recipient=bob&payee=bob&payer=bob&member=alice&amount=1.00&note=x&purpose=two_step&_method=POST&method=POST"
        f"&login=alice&password=demo&oldpassword=demo&password1=new-Pass-4&password2=new-Pass-4&email=x%40example.org"
        f"&first_name=Changed&last_name=Changed&name=x&scopes=wallet:read&days=30&post=yes"
    )
