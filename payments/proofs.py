"""How a payer has proven themselves, and what that lets them pay.

A PIN that was set with a code from staff pays small amounts only (`accounts/pins/service.py`). The amount is compared
before the money transaction, for the page, and the day's sum is counted inside it. An access token is another proof,
which was made with a full PIN, and has no such limit.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.models import User
from accounts.pins import service as pin_resets
from accounts.pins.errors import OverPinLimit
from accounts.pins.pin import needs_pin
from conversion.money import Currency, Money
from ledger.exchange import converted


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof for one payment of `amount`. `per_day` is None if no limit applies."""

    payer: int
    amount: Money
    per_day: Money | None = None

    def spend(self) -> None:
        """Counts the payment against the limit of the day. Call it in the money transaction, for what was booked anew.

        Raises OverPinLimit, which rolls the booking back.
        """
        if self.per_day is None:
            return
        spent = pin_resets.spend(self.payer, self.amount.minor, zone=settings.TIME_ZONE)
        if spent is not None and spent > self.per_day.minor:
            raise OverPinLimit(self.per_day, is_of_the_day=True)


def prove(payer: User, amount: Money, pin: str | None) -> Proof:
    """Verifies the PIN, if this amount needs one. `pin` None: the caller has authenticated the payer otherwise.

    Call it before the money transaction: a wrong try must stay counted if the rest is rolled back.
    Raises PinMissing, PinWrong, PinLocked, OverPinLimit, ConversionDown.
    """
    if pin is None or not needs_pin(amount) or not payer.verify_pin(pin):
        return Proof(payer.pk, amount)
    per_payment, per_day = limits_in(amount.currency)
    if amount > per_payment:
        raise OverPinLimit(per_payment, is_of_the_day=False)
    return Proof(payer.pk, amount, per_day)


def limits_in(unit: Currency) -> tuple[Money, Money]:
    """What a limited PIN pays at once, and in a day, in this currency at today's rate. Raises ConversionDown."""
    per_payment, per_day = (
        converted(Money.of(*text.split()), to=unit).target
        for text in (settings.RESET_PIN_PER_PAYMENT, settings.RESET_PIN_PER_DAY)
    )
    return per_payment, per_day
