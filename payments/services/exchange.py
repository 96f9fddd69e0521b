"""What an amount is worth elsewhere, and which legs carry it there."""

from __future__ import annotations

from conversion import client
from conversion.money import Currency, Money
from payments import ledger
from payments.exceptions import ConversionDown
from payments.ledger import Leg
from payments.models import Wallet


def converted(money: Money, *, to: Currency) -> client.Conversion:
    """`money` in `to`, rounded in the house's favour. Raises ConversionDown."""
    try:
        return client.convert(money, to=to)
    except client.ConversionUnavailable as error:
        raise ConversionDown from error


def cost_of(target: Money, *, in_: Currency) -> client.Conversion:
    """What must be paid in `in_` so that exactly `target` arrives. Raises ConversionDown."""
    try:
        return client.cost_of(target, in_=in_)
    except client.ConversionUnavailable as error:
        raise ConversionDown from error


def legs_between(source: Wallet, target: Wallet, *, paid: Money, received: Money) -> tuple[Leg, ...]:
    """One leg within a currency, two over the house's exchange wallets between currencies."""
    if source.currency_code == target.currency_code:
        assert paid == received
        return (Leg(source.pk, target.pk, paid),)
    return (
        Leg(source.pk, ledger.house_wallet(Wallet.Purpose.EXCHANGE, source.currency_code), paid),
        Leg(ledger.house_wallet(Wallet.Purpose.EXCHANGE, target.currency_code), target.pk, received),
    )
