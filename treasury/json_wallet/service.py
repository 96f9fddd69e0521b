"""What the JSON wallet does besides the services it calls: usernames from names, and paying without the PIN."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import User
from accounts.people.usernames import skeleton
from accounts.pins.errors import PinMissing
from accounts.pins.pin import needs_pin
from conversion.money import Money
from ledger.exchange import converted
from ledger.models import Wallet
from ledger.posting import Posting
from ledger.transactions import WithIt
from payments.transfers.quotes import quote_receiving
from payments.transfers.service import decide_transfer, why_declined

from .models import UnpinnedDay

LONGEST_STEM = 24  # letters of a username before the digits that make it unique


def pay(
    *,
    payer: User,
    payee: Wallet,
    amount: Money,
    note: str,
    key: UUID,
    pin: str | None,
    has_token: bool,
    write: Callable[[Posting, Wallet], None],
) -> None:
    """Pays `amount`, in the payee's currency, and calls `write(posting, source)` in the money transaction.

    Without `pin` and without an access token only JSON_WITHOUT_PIN may be paid in a day. The PIN comes before the
    funds: who has it not learns nothing of them. Raises PinMissing and what `decide_transfer` raises.
    """
    quote = quote_receiving(maker=payer, payee=payee, amount=amount, note=note, key=key)
    is_unpinned = pin is None and not has_token and needs_pin(quote.source_amount)
    limit = _unpinned_limit(quote.source) if is_unpinned else None

    def with_it(posting: Posting) -> None:
        if limit is not None and not posting.repeated:
            _count_unpinned(quote.source_amount, quote.source, limit, counts=why_declined(posting) is None)
        write(posting, quote.source)

    decide_transfer(payer=payer, quote=quote, pin=pin, with_it=WithIt(with_it))


def free_username(name: str) -> str:
    """A username that nobody has, from a person's name: "Ivan Petrov" is ivan-petrov, or else ivan-petrov2."""
    stem = slugify(name)[:LONGEST_STEM].strip("-_").lstrip("0123456789-_")
    stem = stem if len(stem) >= 3 else "member"
    number = 1
    while True:
        username = stem if number == 1 else f"{stem}{number}"
        if not User.objects.filter(username_key=skeleton(username)).exists():
            return username
        number = number + 1 if number < 20 else number * 2  # a common name has many


def _unpinned_limit(source: Wallet) -> Money:
    """JSON_WITHOUT_PIN in the wallet's currency, and the row that counts. Raises PinMissing where it is 0."""
    if settings.JSON_WITHOUT_PIN == "0":
        raise PinMissing
    UnpinnedDay.objects.bulk_create([UnpinnedDay(wallet=source)], ignore_conflicts=True)
    return converted(Money.of(*settings.JSON_WITHOUT_PIN.split()), to=source.currency).target


def _count_unpinned(amount: Money, source: Wallet, limit: Money, *, counts: bool) -> None:
    """Raises PinMissing above the limit, and then nothing is booked. A declined payment does not count."""
    with connection.cursor() as cursor:
        zone = timezone.get_default_timezone_name()
        cursor.execute(
            "SELECT treasury_count_unpinned(%s, %s, %s, %s, %s)", [source.pk, amount.minor, limit.minor, zone, counts]
        )
        if cursor.fetchone() != (True,):
            raise PinMissing
