"""Figures R5, R6 and R7: many requests at the same moment, of which only some may succeed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

from lab.scratch.world import PIN
from ledger.models import Hold, Transfer, Wallet
from payments.models import PaymentRequest, Quote
from web.models import Allowance

from .figure import Attack, Result
from .members import RECEIPT, REVIEW, NoAnswer, Person, Quoted, hold_over_http, quote_over_http
from .volley import Shot, fire

BURST = 12  # identical forms in one burst
SPENDERS, COINS = 100, 10


def until(seconds: float, race: Callable[[], list[str]]) -> Result:
    """Repeats `race` for some seconds, at least once. Stops after more than 20 violations."""
    result, give_up_at = Result(), time.monotonic() + seconds
    while not result.reached or time.monotonic() < give_up_at:
        try:
            result.violations += race()
        except NoAnswer as error:
            result.violations.append(f"no answer, though nothing was broken: {error}")
        result.reached += 1
        if len(result.violations) > 20:
            break
    return result


def hundred_spends(attack: Attack, seconds: float) -> Result:
    """R5: 100 spends of 1.00 from a wallet with 10.00, at once over all web processes. The spenders take turns."""
    pair = attack.spenders

    def race() -> list[str]:
        pair.reverse()
        spender, other = pair
        _leave(spender, other, minor=100 * COINS)
        quotes = [quote_over_http(spender, other, 100) for _ in range(SPENDERS)]
        answers = fire([_confirm(spender, quote) for quote in quotes if quote])
        told = sum(answer.names(RECEIPT) is not None for answer in answers)
        refused = sum("/payments/send/?" in answer.location for answer in answers)
        there = booked(spender, [quote.key for quote in quotes if quote])
        if (told, refused, there) != (COINS, SPENDERS - COINS, COINS):
            return [f"of {SPENDERS}, {told} got a receipt and {refused} were refused; {there} are in the ledger"]
        return []

    return until(seconds, race)


def same_form(attack: Attack, seconds: float) -> Result:
    """R6: one form, sent many times at the same moment."""

    def race() -> list[str]:
        person, other = attack.chance.sample(attack.racers, 2)
        quote = quote_over_http(person, other, 1)
        assert quote is not None
        answers = fire([_confirm(person, quote)] * BURST)
        receipts = {answer.names(RECEIPT) for answer in answers}
        there = booked(person, [quote.key])
        if len(receipts) != 1 or None in receipts or there != 1:
            return [f"{len(receipts)} different answers, booked {there} times: {quote.key}"]
        return []

    return until(seconds, race)


def one_wins(attack: Attack, seconds: float) -> Result:
    """R7: at random two undos; or pay, pay, decline and cancel; or capture, capture and release. One may win."""
    kinds = (_two_undos, _one_answer_to_a_request, _one_end_of_a_hold)

    def race() -> list[str]:
        return attack.chance.choice(kinds)(attack.racers, attack.chance)

    return until(seconds, race)


def _two_undos(racers: Sequence[Person], chance: random.Random) -> list[str]:
    person, other = chance.sample(list(racers), 2)
    quote = quote_over_http(person, other, 50)
    assert quote is not None
    sent = person.post(f"/payments/send/{quote.reference}/", pin=PIN).names(RECEIPT)
    answers = fire([Shot(person, f"/payments/{sent}/undo/", {"key": uuid4()}) for _ in range(2)])
    won = sum(answer.names(RECEIPT) not in (None, sent) for answer in answers)
    assert sent is not None
    there = Transfer.objects.filter(reverses__reference=sent, outcome=Transfer.Outcome.BOOKED).count()
    return [] if (won, there) == (1, 1) else [f"{won} undos got a receipt, {there} are booked: {sent}"]


def _one_answer_to_a_request(racers: Sequence[Person], chance: random.Random) -> list[str]:
    asker, payer = chance.sample(list(racers), 2)
    key = uuid4()
    Allowance.objects.all().delete()  # the same twelve people ask each other more often than the limits allow
    asker.post("/payments/requests/new/", payer=payer.username, amount="0.70", note="", key=key)
    asked = PaymentRequest.objects.get(key=key)
    here = f"/payments/requests/{asked.reference}/"
    quotes = [_named(payer.post(f"{here}pay/").names(REVIEW)) for _ in range(2)]
    answers = fire(
        [
            *(_confirm(payer, quote) for quote in quotes),
            Shot(payer, f"{here}decline/", {}),
            Shot(asker, f"{here}cancel/", {}),
        ]
    )
    paid = sum(answer.names(RECEIPT) is not None for answer in answers)
    there = booked(payer, [quote.key for quote in quotes])
    asked.refresh_from_db()
    if (paid, there) != ((1, 1) if asked.status == "paid" else (0, 0)) or asked.is_open:
        return [f"request {asked.reference} is {asked.status}; {paid} payments got a receipt, {there} are booked"]
    return []


def _one_end_of_a_hold(racers: Sequence[Person], chance: random.Random) -> list[str]:
    payer, payee = chance.sample(list(racers), 2)
    reference = hold_over_http(payer, payee, "0.90")
    assert reference is not None
    here = f"/payments/holds/{reference}/"
    keys = [uuid4(), uuid4()]
    captures = [Shot(payee, f"{here}capture/", {"key": key, "amount": "0.40"}) for key in keys]
    answers = fire([*captures, Shot(payee, f"{here}release/", {})])
    captured = sum(answer.names(RECEIPT) is not None for answer in answers)
    there, status = booked(payee, keys), Hold.objects.get(reference=reference).status
    if (captured, there) != ((1, 1) if status == "captured" else (0, 0)) or status == "open":
        return [f"hold {reference} is {status}; {captured} captures got a receipt, {there} are booked"]
    return []


def _leave(person: Person, other: Person, *, minor: int) -> None:
    """Sends all of the person's money except `minor` to the other person."""
    rest = Wallet.objects.get(pk=person.member.wallet).settled_minor - minor
    quote = quote_over_http(person, other, rest)
    assert quote is not None and person.post(f"/payments/send/{quote.reference}/", pin=PIN).names(RECEIPT)


def _confirm(person: Person, quote: Quoted) -> Shot:
    return Shot(person, f"/payments/send/{quote.reference}/", {"pin": PIN})


def _named(reference: UUID | None) -> Quoted:
    """The quote of a payment request, whose form has no key."""
    assert reference is not None
    return Quoted(reference, Quote.objects.get(reference=reference).key)


def booked(person: Person, keys: Sequence[UUID]) -> int:
    mine = Transfer.objects.filter(made_by=person.member.user, key__in=keys)
    return mine.filter(outcome=Transfer.Outcome.BOOKED).count()
