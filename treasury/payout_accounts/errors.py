"""Refusals of a payout account."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused


class IbanWrong(Refused):
    code = "iban_wrong"
    meaning = "This is not an IBAN: its country, its length or its check digits are wrong."
    field = "iban"
    message = gettext_lazy("This is not an IBAN: please check each character.")


class TooManyPayoutAccounts(Refused):
    code = "too_many_payout_accounts"
    meaning = "A member has at most ten payout accounts."
    message = gettext_lazy("You have ten bank accounts here. Please remove one that you no longer use.")


class PayoutAccountUnknown(Refused):
    code = "payout_account_unknown"
    meaning = "You have no payout account with this id, or you removed it."
    field = "payout_account"
    message = gettext_lazy("You have no such bank account here. Please add it first.")


class PayoutAccountTooNew(Conflict):
    """The account was added a short time ago. `usable_at` says from when on it can be used."""

    code = "payout_account_too_new"
    meaning = "The payout account was added less than a day ago, and can be used later."
    field = "payout_account"

    def __init__(self, usable_at: dt.datetime) -> None:
        self.usable_at = usable_at
        when = date_format(timezone.localtime(usable_at), "SHORT_DATETIME_FORMAT")
        super().__init__(_("You can withdraw to this account from %(time)s on, for your safety.") % {"time": when})
