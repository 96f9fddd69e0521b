"""Signed-in members who look at pages and confirm transfers: in this process, or over HTTP."""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.models import User
from payments.models import Quote

from .figure import Readings
from .world import PIN, Member

RECEIPT = re.compile(r"/payments/[0-9a-f-]{36}/")
ORIGIN = "https://localhost/"
FORM = "application/x-www-form-urlencoded"  # as browsers send one without files
QUOTE_LIFE = dt.timedelta(hours=1)
WARM_UP = 20


@dataclass(frozen=True)
class Visitor:
    """`browser` asks as over HTTPS and is checked for CSRF like anybody."""

    member: Member
    browser: Client
    token: str

    @property
    def cookies(self) -> str:
        """As a Cookie header."""
        return "; ".join(f"{name}={morsel.value}" for name, morsel in self.browser.cookies.items())

    @property
    def confirmation(self) -> dict[str, str]:
        """The fields of the review page's form."""
        return {"csrfmiddlewaretoken": self.token, "pin": PIN}

    def look_at(self, path: str) -> bytes:
        answer = self.browser.get(path, secure=True)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return answer.content

    def confirm(self, quote: Quote) -> None:
        answer = self.browser.post(
            address_of(quote), urlencode(self.confirmation), FORM, secure=True, headers={"Referer": ORIGIN}
        )
        assert is_receipt(answer.status_code, answer.headers.get("Location", "")), f"{answer.status_code}: not booked"


def signed_in(member: Member) -> Visitor:
    """Their session is made, not typed in: signing in is not what is measured."""
    browser = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    browser.force_login(User.objects.get(pk=member.user))
    token = get_random_string(32)
    browser.cookies[settings.CSRF_COOKIE_NAME] = token
    return Visitor(member, browser, token)


def quoted(visitors: Sequence[Visitor], people: Sequence[Member], *, many: int, chance: random.Random) -> list[Quote]:
    """One minor unit each to somebody, by turns from every visitor: stored as the send page would have stored it."""
    payers = [visitors[number % len(visitors)].member for number in range(many)]
    return Quote.objects.bulk_create([_quote(payer, _other(payer, people, chance)) for payer in payers])


def _quote(payer: Member, payee: Member) -> Quote:
    return Quote(
        key=uuid4(),
        maker_id=payer.user,
        source_id=payer.wallet,
        target_id=payee.wallet,
        source_minor=1,
        target_minor=1,
        rate=1,
        expires_at=Now() + QUOTE_LIFE,
    )


def _other(payer: Member, people: Sequence[Member], chance: random.Random) -> Member:
    while True:
        payee = chance.choice(people)
        if payee != payer:
            return payee


def address_of(quote: Quote) -> str:
    return reverse("payments:review", args=[quote.reference])


def is_receipt(status: int, location: str) -> bool:
    """Booked, and not sent back to the form."""
    return status == 302 and RECEIPT.fullmatch(location) is not None


def timed(act: Callable[[Any], Any], things: Iterable[Any], *, seconds: float) -> Readings:
    """`act` on each of `things` in turn, until the time or the things are used up."""
    rest = iter(things)
    with _own_things_set_aside():
        for thing, _ in zip(rest, range(WARM_UP), strict=False):
            act(thing)
        count, elapsed_s = 0, 0.0
        began = time.perf_counter()
        for thing in rest:
            act(thing)
            count, elapsed_s = count + 1, time.perf_counter() - began
            if elapsed_s >= seconds:
                break
    return {"count": count, "time_s": elapsed_s / count, "rate": count / elapsed_s} if count else {"count": 0}


@contextlib.contextmanager
def _own_things_set_aside() -> Iterator[None]:
    """A web process holds no ten thousand members. Searching ours for garbage took a tenth of a second at a time, on
    whichever side it fell."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
