"""Why somebody may not move money."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import NotAllowed


class AccountFrozen(NotAllowed):
    code = "account_frozen"
    meaning = "The account on the other side is frozen."
    message = gettext_lazy("This account is frozen. Please ask an administrator.")
