"""The scopes that the programs of a treasurer and of a bank need in their access tokens."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from api.access import Scope

MASS_PAYMENTS = Scope("mass_payments:write", _("Pay many people at once"))
DEPOSITS = Scope("deposits:write", _("Book a bank's deposits (of use to banks alone)"))

SCOPES = [MASS_PAYMENTS, DEPOSITS]
