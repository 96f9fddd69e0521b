"""What will happen if it is confirmed: stored, shown on the review page, and booked as it stands."""

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
from ledger.exchange import converted
from ledger.models import Transfer, Wallet
from ledger.settlement import settle
from payments.errors import ToOneself
from payments.owners import wallet_of

from .models import Quote
from .payable import Payable, payable_of, pays


def quote_transfer(*, maker: User, payee: Wallet, amount: Money, note: str, key: UUID, at_once: bool = False) -> Quote:
    """`amount` leaves the maker's wallet; what arrives is converted, rounded down.

    `at_once` is for who confirms without looking: standing and funds are asked in the transaction alone, so that a
    decline is told again, and a first try that led nowhere is begun again at today's rate. Raises ToOneself,
    AccountFrozen, NotPositive, InsufficientFunds, TooSmallToConvert, ServiceDown, KeyReused.
    """
    source = wallet_of(maker)
    if source == payee:
        raise ToOneself
    if amount.minor <= 0:
        raise NotPositive
    if not at_once:
        require_payable(maker, source, payee, amount)
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


def renew(*, quote: Quote, key: UUID) -> Quote:
    """The same thing at today's rate, under a new key."""
    return payable_of(quote).renew(key)


@pays("")
class PlainTransfer(Payable):
    """A payment that settles nothing else."""

    def renew(self, key: UUID) -> Quote:
        quote = self.quote
        return quote_transfer(
            maker=quote.maker, payee=quote.target, amount=quote.source_amount, note=quote.note, key=key
        )


def require_payable(maker: User, source: Wallet, target: Wallet, amount: Money) -> None:
    """An early, friendly no. Both are asked again in the money transaction. Raises AccountFrozen, InsufficientFunds."""
    require_may_move(maker.pk, payers=[maker.pk], payees=[target.owner_id])
    settle(source)
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
    """INSERT first: a form sent twice finds the quote of the first time."""
    is_exchange = source.currency_code != target.currency_code
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
    Quote.objects.bulk_create([asked], ignore_conflicts=True)
    quote = Quote.objects.select_related("source", "target", "maker", "payment_request").get(maker=maker, key=key)
    _require_same(quote, asked)
    if at_once and quote.reference != asked.reference:
        _begin_again(quote, asked)
    return quote


def _begin_again(quote: Quote, asked: Quote) -> None:
    """One that nobody was shown, and whose time ran out while a service was down: its key is told to be tried again."""
    fresh = {name: getattr(asked, name) for name in ("source_minor", "target_minor", "rate", "expires_at")}
    booked = Transfer.objects.filter(made_by=OuterRef("maker"), key=OuterRef("key"))
    if Quote.objects.filter(~Exists(booked), pk=quote.pk, expires_at__lte=Now()).update(**fresh):
        quote.refresh_from_db(fields=fresh)


def _require_same(quote: Quote, asked: Quote) -> None:
    """The rate may have moved between two sendings of one form; what the person typed may not."""
    typed = "target_minor" if asked.payment_request_id else "source_minor"
    same = (("payment_request_id", "request"), ("target_id", "payee"), (typed, "amount"), ("note", "note"))
    for name, field in same:
        if getattr(quote, name) != getattr(asked, name):
            raise KeyReused(field)
