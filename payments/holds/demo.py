"""Acts of the demo's people: holds, one of which the kiosk captures in part."""

from __future__ import annotations

from conversion.money import Money
from payments.acting import PIN, Stage
from payments.owners import wallet_of

from .service import capture_hold, place_hold

HOLDS = (  # payer, payee, amount in the payer's currency, purpose, note
    ("bob", "alice", "14.00", "two_step", "your half of the tent"),
    ("alice", "bob", "25.00", "authorization", "key of the workshop"),
    ("emeka", "kiosk", "20.00", "authorization", "deposit on the coffee urn"),
)
TAKEN = ("kiosk", "6.50")  # the kiosk captures this part of the last hold, for a broken cup


def _place_holds(stage: Stage) -> None:
    for payer, payee, amount, purpose, note in HOLDS:
        hold = place_hold(
            payer=stage.people[payer],
            payee=wallet_of(stage.people[payee]),
            amount=Money.of(amount, stage.people[payer].currency),
            note=note,
            purpose=purpose,
            key=stage.key(),
            pin=PIN,
        )
    taker, amount = TAKEN
    part = Money.of(amount, hold.amount.code)
    capture_hold(payee=stage.people[taker], hold=hold, amount=part, key=stage.key())


LAST = [_place_holds]
