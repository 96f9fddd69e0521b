"""Why somebody may not move money."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Refused


class AccountFrozen(Refused):
    code = "account_frozen"
    http_status = 403
    message = gettext_lazy("This account is frozen. Please ask an administrator.")
