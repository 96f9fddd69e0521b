"""Adding and removing a payout account. Only a person at a page adds one, with the PIN: no program can."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from accounts.models import User
from accounts.people.standing import require_may_move
from accounts.pins.errors import PinLimited
from events import letters
from events.letters import Contents, Typed
from events.notices import tell

from .errors import IbanWrong, TooManyPayoutAccounts
from .kinds import PAYOUT_ACCOUNT_ADDED
from .models import PayoutAccount, masked
from .queries import accounts_of

MOST = 10


def add_account(*, user: User, holder: str, iban: str, pin: str) -> PayoutAccount:
    """Adds a bank account of the member, who can withdraw to it after PAYOUT_ACCOUNT_AFTER_HOURS.

    The member is told at once, by a letter, too. An account that is there already is returned as it is. A limited PIN
    adds none. Raises IbanWrong, TooManyPayoutAccounts, AccountFrozen, PinMissing, PinWrong, PinLocked, PinLimited.
    """
    plain = validated(iban)
    require_may_move(user.pk)
    if user.verify_pin(pin):
        raise PinLimited
    with transaction.atomic():
        # The member's row: of two forms at once, the second sees what the first one added.
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        if known := accounts_of(user).filter(iban=plain).first():
            return known
        if accounts_of(user).count() >= MOST:
            raise TooManyPayoutAccounts
        wait = dt.timedelta(hours=settings.PAYOUT_ACCOUNT_AFTER_HOURS)
        added = PayoutAccount.objects.create(user=user, holder=holder, iban=plain, usable_at=Now() + wait)
        added.refresh_from_db()
        _tell(added)
    return added


def remove_account(account: PayoutAccount) -> None:
    """The member can no longer withdraw to it. Withdrawals that were requested go on. A second call changes nothing."""
    PayoutAccount.objects.filter(pk=account.pk, removed_at__isnull=True).update(removed_at=Now())


def validated(iban: str) -> str:
    """The IBAN without spaces, in capital letters. Raises IbanWrong."""
    try:
        return str(ibans.validate(iban))
    except ValidationError as error:
        raise IbanWrong from error


def _tell(account: PayoutAccount) -> None:
    """By a notification, and by a letter with what somebody else would have typed."""
    user, kind = account.user, PAYOUT_ACCOUNT_ADDED
    tell(user.pk, kind, actor=user.pk, mail=False)
    if user.email:
        facts = (
            (_("Account"), user.username),
            (_("Account holder"), Typed(account.holder)),
            (_("IBAN"), masked(account.iban)),
            (_("Can be used from"), date_format(localtime(account.usable_at), "j F Y, H:i e")),
        )
        contents = Contents(kind.label, facts=facts, link=(_("Look at it"), letters.address_of(kind.page)))
        letters.write(letters.about_security(contents), user=user.pk, address=user.email, kind=kind)
