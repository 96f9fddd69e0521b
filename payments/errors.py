"""Refusals that several features share."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Refused


class NoSuchUser(Refused):
    code = "user_unknown"
    meaning = "No active account has this username or e-mail address."
    field = "recipient"
    message = gettext_lazy("User does not exist.")


class ToOneself(Refused):
    code = "payee_is_payer"
    meaning = "Payer and payee are the same person."
    field = "recipient"
    message = gettext_lazy("You cannot transfer money to yourself.")
