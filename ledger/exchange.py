"""Conversion between currencies: what an amount is worth, and the legs of the transfer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from conversion import client
from conversion.errors import AmountTooLarge
from conversion.money import Currency, Money

from .errors import ConversionDown, RatesTooOld
from .kinds import EXCHANGE
from .models import Wallet
from .posting import Leg
from .wallets import system_wallet

# What the functions here raise where nothing is converted: a page or a job that goes on without it catches all three.
NOT_CONVERTED = (AmountTooLarge, ConversionDown, RatesTooOld)


def converted(money: Money, *, to: Currency) -> client.Conversion:
    """What `money` is worth in `to`, rounded down, and the rate. Raises AmountTooLarge, ConversionDown, RatesTooOld."""
    with _as_refusals():
        return client.convert(money, to=to)


def cost_of(target: Money, *, in_: Currency) -> client.Conversion:
    """What the payer must pay in `in_` so that the payee receives exactly `target`, rounded up, and the rate.

    Raises AmountTooLarge, ConversionDown, RatesTooOld.
    """
    with _as_refusals():
        return client.cost_of(target, in_=in_)


def is_still_worth(received: Money, paid: Money) -> bool:
    """Whether `received` is worth `paid` today, as it was when it was converted, or more. Rounding does not count.

    Giving money back at the old rate when this is false would be an option for whoever could choose the moment.
    Raises AmountTooLarge, ConversionDown, RatesTooOld.
    """
    if received.currency == paid.currency:
        return True
    # `received` was rounded down, so `paid` is worth less than one minor unit more.
    return cost_of(Money(received.minor + 1, received.currency), in_=paid.currency).source >= paid


def legs_between(source: Wallet, target: Wallet, *, paid: Money, received: Money) -> tuple[Leg, ...]:
    """The legs of a transfer: one within a currency; two, over the system's exchange wallets, between currencies."""
    if source.currency_code == target.currency_code:
        assert paid == received
        return (Leg(source.pk, target.pk, paid),)
    return (
        Leg(source.pk, system_wallet(EXCHANGE, source.currency_code), paid),
        Leg(system_wallet(EXCHANGE, target.currency_code), target.pk, received),
    )


@contextmanager
def _as_refusals() -> Iterator[None]:
    """Raises the client's errors as errors for people.

    An amount that is too large is a refusal and not a failure of the service: the same request would fail again.
    """
    try:
        yield
    except client.TooLarge as error:
        raise AmountTooLarge from error
    except client.RatesTooOld as error:
        raise RatesTooOld from error
    except client.ConversionUnavailable as error:
        raise ConversionDown from error
