"""X5: what is booked is what the review page showed, once, in time, and by the one who saw it.

Each attack changes something between the review page and the confirmation, and then compares the books.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from functools import partial
from uuid import uuid4

from django.db.models.functions import Now

from ledger.transactions import in_one_transaction
from payments.models import PaymentRequest, Quote
from treasury.models import CashProposal

from . import people
from .books import Moved, moved_by, of_people, shown
from .browser import Answer, Browser, sign_in
from .figure import Means, Result
from .paid_files import paid_twice

ROUNDS = 10
TABS = 8
LONG_AGO = dt.timedelta(days=2)


def attack(means: Means, result: Result) -> None:
    for number in range(means.times(ROUNDS)):
        payee = ("other", "outsider")[number % 2]  # the outsider has another currency
        for act in ATTACKS:
            act(means, result, partial(people.new_quote, means, payee=payee, amount=_amount(means.chance)))
    for _ in range(means.times(ROUNDS)):
        for more in (request_twice, cancelled_request, cash_twice, own_cash):
            more(means, result)
    paid_twice(means, result)
    result.notes.append("a hold and the cash desk have no stored quote: their review forms carry what was shown")


def changed_fields(means: Means, result: Result, quoted: Callable[[], Quote]) -> None:
    """The confirmation names another payee, amount, currency, quote or payer, in its form or its address."""
    for name, value in _changes(means, quoted()).items():
        for by_address in (False, True):
            quote = quoted()
            query = f"?{name}={value}" if by_address else ""
            form = {"pin": means.cast.pin} | ({} if by_address else {name: value})
            _, moved = moved_by(partial(_confirm, means, quote, form=form, query=query))
            _require_as_shown(result, quote, moved, f"changed {name}", at_least=0)


def changed_quote(means: Means, result: Result, quoted: Callable[[], Quote]) -> None:
    """The form before the review page is sent again under the same key, with another payee and amount."""
    quote = quoted()
    for who, amount in (("outsider", "500.00"), ("merchant", "1.23"), ("other", "0.01")):
        form = {"recipient": means.cast.names[who], "amount": amount, "note": "changed", "key": quote.key}
        _, moved = moved_by(partial(people.browser(means, "member").post, "/payments/send/", form))
        result.check(not moved, f"sending the form again moved money: {moved}")
    after = Quote.objects.get(pk=quote.pk)
    result.check(shown(after) == shown(quote), "a quote changed after it was shown")
    _, moved = moved_by(partial(_confirm, means, quote))
    _require_as_shown(result, quote, moved, "changed the form under its key")


def somebody_else(means: Means, result: Result, quoted: Callable[[], Quote]) -> None:
    """Another person confirms it, with any session, and also with the payer's PIN or token's quote."""
    quote = quoted()
    for role in ("other", "outsider", "administrator", "treasurer", "frozen", people.STRANGER):
        browser = people.browser(means, role)
        _, moved = moved_by(partial(_confirm, means, quote, browser=browser))
        result.check(not moved, f"{role} confirmed the quote of another person: {moved}")
    program = people.program(means, "other")
    _, moved = moved_by(partial(program.ask, "POST", "/api/v1/transfers", {"quote": str(quote.reference)}))
    result.check(not moved, f"a token of another person booked the quote: {moved}")


def late(means: Means, result: Result, quoted: Callable[[], Quote]) -> None:
    """After the quote expired, on its page and by the JSON API."""
    quote = quoted()
    Quote.objects.filter(pk=quote.pk).update(expires_at=Now() - dt.timedelta(seconds=1))
    for _ in range(2):
        answer, moved = moved_by(partial(_confirm, means, quote))
        result.check(not moved, f"an expired quote was booked: {moved}")
        again = f"/payments/send/{quote.reference}/"
        result.check(answer.location not in ("", again), "an expired quote leads to no new review page")
    program = people.program(means, "member")
    _, moved = moved_by(partial(program.ask, "POST", "/api/v1/transfers", {"quote": str(quote.reference)}))
    result.check(not moved, f"an expired quote was booked by the JSON API: {moved}")


def many_tabs(means: Means, result: Result, quoted: Callable[[], Quote]) -> None:
    """Confirmed in several tabs of two browsers at one moment, by the JSON API as well, and then once more."""
    quote = quoted()
    second = Browser(means.door)
    sign_in(second, means.cast.names["member"], means.cast.password("member"))
    tabs = [people.browser(means, "member"), second]
    path = f"/payments/send/{quote.reference}/"
    program, body = people.program(means, "member"), {"quote": str(quote.reference)}
    letters = [tabs[number % 2].form(path, {"pin": means.cast.pin}) for number in range(TABS)]
    letters += [program.letter("POST", "/api/v1/transfers", body) for _ in range(2)]
    _, moved = moved_by(lambda: [means.door.send(letters), _confirm(means, quote)])
    _require_as_shown(result, quote, moved, f"{len(letters)} confirmations at one moment")


ATTACKS = (changed_fields, changed_quote, somebody_else, late, many_tabs)


def request_twice(means: Means, result: Result) -> None:
    """A payment request is quoted twice, and both quotes are confirmed at one moment."""
    asked = people.new_request(means, amount=_amount(means.chance))
    payer = people.browser(means, "member")
    quotes = [_quote_at(payer.post(f"/payments/requests/{asked.reference}/pay/")) for _ in range(2)]
    letters = [payer.form(f"/payments/send/{quote.reference}/", {"pin": means.cast.pin}) for quote in quotes]
    _, moved = moved_by(lambda: means.door.send(letters))
    _require_as_shown(result, quotes[0], moved, "two quotes of one payment request")


def cancelled_request(means: Means, result: Result) -> None:
    """The request is cancelled, or expires, while its payer looks at the review page."""
    for end in ("cancel", "expiry"):
        asked = people.new_request(means, amount=_amount(means.chance))
        payer = people.browser(means, "member")
        quote = _quote_at(payer.post(f"/payments/requests/{asked.reference}/pay/"))
        if end == "cancel":
            people.browser(means, "other").post(f"/payments/requests/{asked.reference}/cancel/")
        else:
            only = PaymentRequest.objects.filter(pk=asked.pk)
            in_one_transaction(partial(only.update, expires_at=Now() - LONG_AGO))
        _, moved = moved_by(partial(_confirm, means, quote))
        result.check(not moved, f"a payment request was paid after its {end}: {moved}")


def cash_twice(means: Means, result: Result) -> None:
    """Cash that waits for a second person is confirmed several times at once, and declined at the same moment."""
    people.new_cash(means, "600.00")
    proposal = CashProposal.objects.latest("pk")
    path, second = f"/staff/cash/waiting/{proposal.reference}/", people.browser(means, "administrator")
    letters = [second.form(path, {"decision": decision}) for decision in ("confirm", "confirm", "decline", "confirm")]
    _, moved = moved_by(lambda: means.door.send(letters))
    proposal.refresh_from_db()
    expected = proposal.amount_minor if proposal.status == CashProposal.Status.CONFIRMED else 0
    result.check(moved.get(proposal.wallet_id, 0) == expected, f"cash was booked other than decided: {moved}")


def own_cash(means: Means, result: Result) -> None:
    """The cashier who proposed it confirms it himself."""
    people.new_cash(means, "600.00")
    proposal = CashProposal.objects.latest("pk")
    own = people.browser(means, "cashier")
    confirm = partial(own.post, f"/staff/cash/waiting/{proposal.reference}/", {"decision": "confirm"})
    _, moved = moved_by(confirm)
    result.check(not moved, f"a cashier confirmed his own cash alone: {moved}")
    people.browser(means, "administrator").post(f"/staff/cash/waiting/{proposal.reference}/", {"decision": "decline"})


def _confirm(
    means: Means,
    quote: Quote,
    *,
    form: dict[str, str] | None = None,
    query: str = "",
    browser: Browser | None = None,
) -> Answer:
    browser = browser or people.browser(means, "member")
    return browser.post(f"/payments/send/{quote.reference}/{query}", form or {"pin": means.cast.pin})


def _quote_at(review: Answer) -> Quote:
    return Quote.objects.get(reference=review.location.split("/")[-2])


def _require_as_shown(result: Result, quote: Quote, moved: Moved, what: str, *, at_least: int = 1) -> None:
    """Exactly what was shown, once; with `at_least` 0 also nothing."""
    allowed = [shown(quote)] + ([{}] if at_least == 0 else [])
    found = of_people(moved, quote)
    result.check(found in allowed, f"{what}: booked {found}, and the page showed {shown(quote)}")


def _changes(means: Means, another: Quote) -> dict[str, str]:
    """Names of fields that a programmer could have read, each with another value than was shown."""
    outsider = means.cast.names["outsider"]
    return {
        "recipient": outsider,
        "payee": outsider,
        "target": str(another.target_id),
        "target_id": str(another.target_id),
        "amount": "999.00",
        "source_minor": "99900",
        "target_minor": "99900",
        "currency": "JPY",
        "quote": str(another.reference),
        "reference": str(another.reference),
        "key": str(uuid4()),
        "payer": means.cast.names["other"],
        "maker": str(another.maker_id),
        "source": str(another.target_id),
        "rate": "1000",
        "note": "changed",
        "expires_at": "2999-01-01",
        "payment_request": "1",
    }


def _amount(chance: random.Random) -> str:
    return f"{chance.randint(1, 3)}.{chance.randint(10, 99)}"
