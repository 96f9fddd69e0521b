"""The scopes that the programs of a treasurer and of a bank need in their access tokens."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import BANKS, TREASURY
from api.access import Scope

MASS_PAYMENTS = Scope("mass_payments:write", _("Pay many people at once"), roles=TREASURY)
DEPOSITS = Scope("deposits:write", _("Book your bank's deposits"), roles=BANKS)
WITHDRAWALS = Scope("withdrawals:write", _("Withdraw to your bank accounts"))
SETTLEMENTS = Scope("withdrawals:settle", _("Say what your bank paid out"), roles=BANKS)

SCOPES = [MASS_PAYMENTS, DEPOSITS, WITHDRAWALS, SETTLEMENTS]
