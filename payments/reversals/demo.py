"""Acts of the demo's people: a payment by mistake that is undone, and a refund by the kiosk."""

from __future__ import annotations

from conversion.money import Money
from payments.acting import PIN, Act, Stage
from payments.transfers.demo import pay, send

from . import refunds, service


def _pay_wrongly(stage: Stage) -> None:
    paid = pay(stage)
    service.undo(maker=paid.made_by, transfer=paid, key=stage.key())


def _take_some_back(stage: Stage) -> None:
    """Alice buys at the kiosk, and the kiosk refunds half of the price."""
    alice, kiosk = stage.people["alice"], stage.people["kiosk"]
    bought = send(stage, alice, kiosk, Money.of("7.00", "GBP"), note="two sandwiches")
    half = Money.of("3.50", "GBP")
    refunds.refund(payee=kiosk, transfer=bought, amount=half, key=stage.key(), pin=PIN)


ACTS = [Act(_pay_wrongly, often=1)]
LATELY = [_take_some_back]
