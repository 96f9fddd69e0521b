"""The reasons why a person may not move or receive money, or act as staff."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy, ngettext

from conversion.errors import Conflict, NotAllowed


class AccountFrozen(NotAllowed):
    code = "account_frozen"
    meaning = "Your account or the other party's account is frozen."
    message = gettext_lazy("This account is frozen. Please ask an administrator.")

    def __init__(self, *, is_own: bool = False) -> None:
        """`is_own`: the account belongs to the person who reads the message."""
        super().__init__(gettext_lazy("Your account is frozen. Please ask an administrator.") if is_own else None)


class PasswordWrong(NotAllowed):
    code = "password_wrong"
    meaning = "The password is wrong."
    field = "password"
    message = gettext_lazy("This is not your password.")


class OwnAccount(NotAllowed):
    code = "own_account"
    meaning = "Nobody acts as staff on their own account. Another person with the role must do it."
    message = gettext_lazy("You cannot do this for your own account. Please ask somebody else who has the role.")


class RoleMissing(NotAllowed):
    code = "role_missing"
    meaning = "Your role does not allow this, or no longer does."
    message = gettext_lazy("Your role does not allow this. Please ask an administrator.")


class RoleIsFixed(Conflict):
    code = "role_is_fixed"
    meaning = "A bank stays a bank, and no other account becomes one."
    message = gettext_lazy("A bank stays a bank, and no other account becomes one.")


class RoleTooNew(NotAllowed):
    code = "role_too_new"
    meaning = (
        "Two people decide this. One has the role since a short time, or was given it by the other a month ago or less."
    )

    def __init__(self) -> None:
        text = ngettext(
            "One of you two has had the role for less than %(hours)s hour, or was given it by the other within the last"
            " 30 days. Please ask another colleague.",
            "One of you two has had the role for less than %(hours)s hours, or was given it by the other within the"
            " last 30 days. Please ask another colleague.",
            settings.SECOND_PERSON_AFTER_HOURS,
        )
        super().__init__(text % {"hours": settings.SECOND_PERSON_AFTER_HOURS})


class AddressIsTheirs(Conflict):
    code = "address_is_theirs"
    meaning = "The person has signed in before. Only they can change their e-mail address."
    field = "email"
    message = gettext_lazy("This person has signed in before. Only they can change their e-mail address.")


class NoAddress(Conflict):
    code = "no_address"
    meaning = "The person has no confirmed e-mail address to which a letter could be sent."
    message = gettext_lazy("This person has no confirmed e-mail address, so a link cannot be sent.")
