"""The scope that a treasurer's program needs in its access token."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from api.access import Scope

MASS_PAYMENTS = Scope("mass_payments:write", _("Pay many people at once"))

SCOPES = [MASS_PAYMENTS]
