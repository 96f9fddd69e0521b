"""The demo's example of this app: Alice makes a pledge."""

from __future__ import annotations

from conversion.money import Money
from payments.acting import Stage
from payments.owners import wallet_of

from .service import pledge


def _pledge(stage: Stage) -> None:
    amount = Money.of("3.00", "GBP")
    pledge(payer=stage.people["alice"], payee=wallet_of(stage.people["bob"]), amount=amount, key=stage.key())


LAST = [_pledge]
