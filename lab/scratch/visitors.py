"""Signed-in members who open pages and confirm transfers, in this process or over HTTP."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.db.models.functions import Now
from django.test import Client
from django.test.client import ClientHandler
from django.urls import reverse
from django.utils.crypto import get_random_string

from accounts.models import User
from payments.models import Quote

from .world import PIN, Member

RECEIPT = re.compile(r"/payments/[0-9a-f-]{36}/")
ORIGIN = "https://localhost/"
FORM = "application/x-www-form-urlencoded"  # as browsers send one without files
QUOTE_LIFE = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Visitor:
    """A signed-in member. `browser` sends requests as over HTTPS, with CSRF checks; `token` is its CSRF token."""

    member: Member
    browser: Client
    token: str

    @property
    def cookies(self) -> str:
        """The cookies as the value of a Cookie header."""
        return "; ".join(f"{name}={morsel.value}" for name, morsel in self.browser.cookies.items())

    @property
    def confirmation(self) -> dict[str, str]:
        """The fields of the review page's form."""
        return {"csrfmiddlewaretoken": self.token, "pin": PIN}

    def look_at(self, path: str) -> bytes:
        """The page at `path`. Raises AssertionError where the status is not 200."""
        answer = self.browser.get(path, secure=True)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return answer.content

    def confirm(self, quote: Quote) -> None:
        """Sends the form of the review page. Raises AssertionError where the answer is no receipt."""
        answer = self.browser.post(
            address_of(quote), urlencode(self.confirmation), FORM, secure=True, headers={"Referer": ORIGIN}
        )
        assert is_receipt(answer.status_code, answer.headers.get("Location", "")), f"{answer.status_code}: not booked"


def signed_in(member: Member) -> Visitor:
    """The member as a visitor. The session is made directly, since signing in is not measured."""
    browser = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    browser.handler = _web_process()
    browser.force_login(User.objects.get(pk=member.user))
    token = get_random_string(32)
    browser.cookies[settings.CSRF_COOKIE_NAME] = token
    return Visitor(member, browser, token)


@cache
def _web_process() -> ClientHandler:
    """One handler for all visitors, as a web process has: it loads the middleware once."""
    return ClientHandler(enforce_csrf_checks=True)


def quoted(visitors: Sequence[Visitor], people: Sequence[Member], *, many: int, chance: random.Random) -> list[Quote]:
    """Stores `many` quotes as the send page does: one minor unit each, from the visitors in turn to random people."""
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
    """Whether this answer redirects to a receipt, which means that the transfer was booked."""
    return status == 302 and RECEIPT.fullmatch(location) is not None
