"""Acts of the demo's people: payment requests that are paid, declined, cancelled, or left open."""

from __future__ import annotations

from conversion.money import Money
from payments.acting import PIN, Act, Stage
from payments.transfers.service import send_money

from .service import ask_for_money, cancel_request, decline_request, quote_request

STILL_OPEN = (  # requester, payer, amount in the requester's currency, note
    ("bob", "alice", "12.50", "pizza on Friday"),
    ("carla", "alice", "8.00", "concert"),
    ("alice", "jonas", "20.00", "train ticket"),
)


def _ask(stage: Stage) -> None:
    requester, payer = stage.two()
    amount = stage.some(requester)
    asked = ask_for_money(requester=requester, payer=payer, amount=amount, note=stage.note(), key=stage.key())
    answer = stage.chance.random()
    if answer < 0.65:
        quote = quote_request(payer=payer, payment_request=asked, key=stage.key())
        send_money(payer=payer, quote=quote, pin=PIN)
    elif answer < 0.85:
        decline_request(payer=payer, payment_request=asked)
    else:
        cancel_request(requester=requester, payment_request=asked)


def _leave_some_open(stage: Stage) -> None:
    for requester, payer, amount, note in STILL_OPEN:
        asker = stage.people[requester]
        money = Money.of(amount, asker.currency)
        ask_for_money(requester=asker, payer=stage.people[payer], amount=money, note=note, key=stage.key())


ACTS = [Act(_ask, often=6)]
LAST = [_leave_some_open]
