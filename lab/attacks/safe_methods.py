"""X6, for GET and HEAD: opening any address changes nothing, whoever opens it, and whatever its query says."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from uuid import uuid4

from ledger import floors
from ledger.jobs import settle_all
from payments.holds.service import expire_due_holds
from payments.requests.service import expire_due_requests
from shop.debts.service import apply_limits
from shop.stock import service as stock

from . import people
from .addresses import places
from .browser import Letter
from .figure import Means, Result
from .fingerprint import HARMLESS, HARMLESS_COLUMNS, changed, fingerprint
from .people import SIGNED_IN, STRANGER
from .references import made, path_of

OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")


def open_everything(means: Means, result: Result) -> None:
    values = made(means)
    letters_of = {role: list(_letters(means, role, values)) for role in (STRANGER, *SIGNED_IN)}
    finish_what_waits()
    statuses: Counter[int] = Counter()
    for role, letters in letters_of.items():
        before = fingerprint(without=WORKERS_OWN)
        for letter in letters:
            [answer] = means.door.send([letter])
            statuses[answer.status] += 1
        result.checks += len(letters) - 1
        tables = changed(before, fingerprint(without=WORKERS_OWN))
        culprits = _culprits(means, letters, tables) if tables else []
        result.check(not tables, f"{role} changed {tables} by {culprits or 'requests that cannot be told'}")
    result.notes.append(f"answers to GET and HEAD by status: {dict(sorted(statuses.items()))}")
    result.notes.append(f"the worker changes these tables by itself, so they were not compared: {sorted(WORKERS_OWN)}")
    harmless = [*HARMLESS, *(f"{table}.{', '.join(columns)}" for table, columns in HARMLESS_COLUMNS.items())]
    result.notes.append(f"decided as harmless: {', '.join(harmless)}")


def finish_what_waits() -> None:
    """Does the worker's jobs now, so that what changes afterwards is the doing of requests."""
    for do in (settle_all, stock.settle_all, expire_due_requests, expire_due_holds, apply_limits, floors.follow):
        do()


# The worker and the messenger write to these from time to time.
WORKERS_OWN = frozenset(
    {
        "wallet_site_jobmemory",
        "wallet_site_jobrun",
        "events_mail",
        "events_event",
        "events_listener",
        "outbox_message",
        "outbox_delivery",
        "outbox_bouncing",
        "outbox_statementrun",
        "ledger_seal",
        "ledger_signature",
        "ledger_auditrun",
        "ledger_verificationrun",
    }
)


def _culprits(means: Means, letters: Sequence[Letter], tables: Sequence[str]) -> list[str]:
    """Which of the requests changed these tables: asked again, each by itself."""
    found = []
    for letter in letters:
        before = fingerprint(without=WORKERS_OWN)
        means.door.send([letter])
        if set(changed(before, fingerprint(without=WORKERS_OWN))) & set(tables):
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
