"""Acts of the demo's people: payments to one another and purchases at the kiosk."""

from __future__ import annotations

from accounts.models import User
from conversion import client as conversion
from conversion.money import Money, currency
from ledger.models import Transfer
from payments.acting import PIN, Act, Stage
from payments.owners import wallet_of

from .quotes import quote_transfer
from .service import send_money

GOODS = ("club mate", "filter coffee", "crisps", "sandwich", "screws M3", "notebook", "lemonade", "apple cake")


def pay(stage: Stage) -> Transfer:
    payer, payee = stage.two()
    return send(stage, payer, payee, stage.some(payer), note=stage.note())


def _buy(stage: Stage) -> Transfer:
    payer, _ = stage.two()
    price = Money(stage.chance.randint(4, 40) * 20, currency("GBP"))
    amount = conversion.convert(price, to=currency(payer.currency)).target
    return send(stage, payer, stage.people["kiosk"], amount, note=stage.chance.choice(GOODS))


def send(stage: Stage, payer: User, payee: User, amount: Money, *, note: str) -> Transfer:
    quote = quote_transfer(maker=payer, payee=wallet_of(payee), amount=amount, note=note, key=stage.key())
    return send_money(payer=payer, quote=quote, pin=PIN)


ACTS = [Act(pay, often=16), Act(_buy, often=3)]
