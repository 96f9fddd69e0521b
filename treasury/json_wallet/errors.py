"""Refusals of the JSON wallet that no other page or operation has. `texts.py` has its words for all refusals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, NotAllowed, Refused
from treasury.deposits.errors import PayeeUnknown


class LoginRequired(NotAllowed):
    code = "login_required"
    meaning = "The JSON wallet's call needs a session from /api/login, or an access token."
    message = gettext_lazy("Please sign in first.")


class SecondFactorRequired(NotAllowed):
    code = "mfa_required"
    meaning = "The account has a second factor, which /api/login cannot ask for. Use an access token."
    message = gettext_lazy("Your account has a second factor. Please use an access token for this program.")


class EmailNotVerified(NotAllowed):
    code = "email_not_verified"
    meaning = "The e-mail address was not confirmed yet."
    message = gettext_lazy("Please confirm your e-mail address first.")


class SignUpOnPage(NotAllowed):
    code = "sign_up_on_page"
    meaning = "People sign up on this installation's page, which confirms addresses or asks an administrator."
    message = gettext_lazy("Please sign up on this installation's page.")


class EmailTaken(Conflict):
    code = "email_taken"
    meaning = "Another account has this e-mail address."
    field = "email"
    message = gettext_lazy("A user with that e-mail address already exists.")


class FieldMissing(Refused):
    code = "field_missing"
    meaning = "A field of the body is missing. `field` names it."

    def __init__(self, name: str) -> None:
        self.field = name
        super().__init__(gettext_lazy("A field is missing."))


class FieldWrong(Refused):
    code = "field_wrong"
    meaning = "A field of the body is not valid. `field` names it, and `error` says why."

    def __init__(self, name: str, why: str) -> None:
        self.field = name
        super().__init__(why)


class NoWallet(NotAllowed):
    code = "wallet_missing"
    meaning = "The account has no wallet of its own."
    message = gettext_lazy("This account has no wallet.")


class PayerLacksWallet(NoWallet):
    """As NoWallet, where the account was to pay."""


class OnlyForPeople(NotAllowed):
    code = "not_for_banks"
    meaning = "A bank pays nobody. It deposits."
    message = gettext_lazy("A bank pays nobody.")


class TargetUnknown(PayeeUnknown):
    """As PayeeUnknown, where somebody pays."""
