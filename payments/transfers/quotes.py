"""Making quotes. A quote is stored, shown on the review page, and booked exactly as it stands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from accounts.models import User
from accounts.people.standing import require_may_move
from conversion.errors import KeyReused, NotPositive
from conversion.money import Money
from ledger.errors import InsufficientFunds, TooSmallToConvert
from ledger.exchange import converted, cost_of
from ledger.models import Transfer, Wallet
from ledger.settlement import settle
from payments.errors import ToOneself
from payments.owners import wallet_of

from .models import Quote
from .payable import Payable, payable_of, pays


def quote_transfer(*, maker: User, payee: Wallet, amount: Money, note: str, key: UUID, at_once: bool = False) -> Quote:
    """Quotes a payment of `amount` from the maker's wallet. What the payee receives is converted, rounded down.

    `at_once` is for programs, which book the quote without looking at it. Standing and funds are then checked in the
    money transaction alone, so that a known key gets its stored decline again. An expired quote whose first try booked
    nothing is renewed at today's rate.

    Raises ToOneself, AccountFrozen, NotPositive, InsufficientFunds, TooSmallToConvert, AmountTooLarge, Busy,
    ServiceDown, KeyReused.
    """
    source = wallet_of(maker)
    if source == payee:
        raise ToOneself
    if amount.minor <= 0:
        raise NotPositive
    if not at_once:
        require_can_pay(maker, source, payee, amount)
    conversion = converted(amount, to=payee.currency)
    if conversion.target.minor <= 0:
        raise TooSmallToConvert
    return store_quote(
        maker,
        source,
        payee,
        paid=amount,
        received=conversion.target,
        rate=conversion.rate,
        note=note,
        key=key,
        at_once=at_once,
    )


def quote_receiving(*, maker: User, payee: Wallet, amount: Money, note: str, key: UUID) -> Quote:
    """As `quote_transfer` with `at_once`, but the payee receives exactly `amount`, and the payer's cost is rounded up.

    Raises ToOneself, AmountTooLarge, ConversionDown, KeyReused.
    """
    source = wallet_of(maker)
    if source == payee:
        raise ToOneself
    cost = cost_of(amount, in_=source.currency)
    return store_quote(
        maker, source, payee, paid=cost.source, received=amount, rate=cost.rate, note=note, key=key, at_once=True
    )


def renew(*, quote: Quote, key: UUID) -> Quote:
    """Returns a new quote of the same thing at today's rate, under a new key. Raises what quoting it raises."""
    return payable_of(quote).renew(key)


@pays("")
class PlainTransfer(Payable):
    """A quote that pays for nothing but the transfer itself."""

    def renew(self, key: UUID) -> Quote:
        quote = self.quote
        return quote_transfer(
            maker=quote.maker, payee=quote.target, amount=quote.source_amount, note=quote.note, key=key
        )


def require_can_pay(maker: User, source: Wallet, target: Wallet, amount: Money) -> None:
    """Checks standing and funds before the payer sees the quote, so that a refusal comes early.

    The money transaction checks both again. Raises AccountFrozen, InsufficientFunds, Busy.
    """
    require_may_move(maker.pk, payers=[maker.pk], payees=[target.owner_id])
    settle(source)  # a merchant can spend only what is settled
    if source.available < amount:
        raise InsufficientFunds(amount - source.available)


def store_quote(
    maker: User,
    source: Wallet,
    target: Wallet,
    *,
    paid: Money,
    received: Money,
    rate: Decimal,
    note: str,
    key: UUID,
    payment_request_id: int | None = None,
    at_once: bool,
) -> Quote:
    """Stores a quote, or returns the one that the maker's key stored before. Raises KeyReused.

    `paid` and `received` are in the currencies of source and target. `at_once` as in `quote_transfer`.
    """
    is_exchange = source.currency_code != target.currency_code
    # A quote with a rate is short, because the rate becomes stale; without a rate nothing does.
    life_s = settings.EXCHANGE_QUOTE_LIFE_S if is_exchange else settings.PLAIN_QUOTE_LIFE_S
    asked = Quote(
        key=key,
        maker=maker,
        source=source,
        target=target,
        source_minor=paid.minor,
        target_minor=received.minor,
        rate=rate,
        note=note,
        payment_request_id=payment_request_id,
        expires_at=Now() + dt.timedelta(seconds=life_s),
    )
    # INSERT first and SELECT afterwards: of two submissions of one form, the second finds the quote of the first.
    Quote.objects.bulk_create([asked], ignore_conflicts=True)
    quote = Quote.objects.select_related("source", "target", "maker", "payment_request").get(maker=maker, key=key)
    _require_same(quote, asked)
    if at_once and quote.reference != asked.reference:  # the key stored a quote before
        _begin_again(quote, asked)
    return quote


def _begin_again(quote: Quote, asked: Quote) -> None:
    """Renews an expired quote at today's rate if its key has decided no transfer.

    Nobody was shown this quote. Its first try ended before the ledger decided, for example because a service was down,
    and the program was told to send the same key again.
    """
    fresh = {name: getattr(asked, name) for name in ("source_minor", "target_minor", "rate", "expires_at")}
    booked = Transfer.objects.filter(made_by=OuterRef("maker"), key=OuterRef("key"))
    if Quote.objects.filter(~Exists(booked), pk=quote.pk, expires_at__lte=Now()).update(**fresh):
        quote.refresh_from_db(fields=fresh)


def _require_same(quote: Quote, asked: Quote) -> None:
    """Raises KeyReused if the maker's input differs from that of the stored quote.

    The converted amount may differ, because the rate may change between two submissions of one form.
    """
    # Of a request the amount that arrives is fixed; of a plain transfer, the amount that leaves.
    typed = "target_minor" if asked.payment_request_id else "source_minor"
    same = (("payment_request_id", "request"), ("target_id", "payee"), (typed, "amount"), ("note", "note"))
    for name, field in same:
        if getattr(quote, name) != getattr(asked, name):
            raise KeyReused(field)
