"""The notice kinds of an account: what an administrator did to it, and what was done in its owner's name."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from events.kinds import SECURITY, ByMail, NoticeKind, NotMailed


def _of_account(code: str, label: str | Promise, *, page: str = "security", mail: ByMail = SECURITY) -> NoticeKind:
    return NoticeKind(code, label, page=page, of_its_subject=False, mail=mail)


FROZEN = _of_account("account_frozen", _("Your account was frozen"))
UNFROZEN = _of_account("account_unfrozen", _("Your account is no longer frozen"))
DEACTIVATED = _of_account("account_deactivated", _("Your account was closed"))
REACTIVATED = _of_account("account_reactivated", _("Your account was opened again"))
ROLE_CHANGED = _of_account("role_changed", _("Your role was changed"))
RENAMED = _of_account("renamed", _("Your name was changed"))
ADDRESS_CHANGED = _of_account("address_changed", _("Your e-mail address was changed"))
RESET_SENT = _of_account(
    "reset_sent",
    _("A link to set a new password was sent to your address"),
    mail=NotMailed("the link itself is a letter to the same address"),
)
ROLE_GIVEN = _of_account("role_given", _("A colleague has a new role"), page="staff:roles")

NEW_SIGN_IN = _of_account(
    "new_sign_in", _("Somebody signed in from a browser that was not used before"), page="usersessions_list"
)
PASSWORD_CHANGED = _of_account("password_changed", _("Your password was changed"))
PASSWORD_RESET = _of_account("password_reset", _("A new password was set with a link from a letter"))
ADDRESS_REPLACED = _of_account("address_replaced", _("Another e-mail address was confirmed for your account"))
ADDRESS_REMOVED = _of_account("address_removed", _("An e-mail address was removed from your account"))
FACTOR = "mfa_index"
APP_ADDED = _of_account("app_added", _("An authenticator app was added to your account"), page=FACTOR)
APP_REMOVED = _of_account("app_removed", _("The authenticator app was removed from your account"), page=FACTOR)
CODES_MADE = _of_account("codes_made", _("New recovery codes were made for your account"), page=FACTOR)
KEY_ADDED = _of_account("key_added", _("A security key was added to your account"), page=FACTOR)
KEY_REMOVED = _of_account("key_removed", _("A security key was removed from your account"), page=FACTOR)

NOTICE_KINDS = [
    FROZEN,
    UNFROZEN,
    DEACTIVATED,
    REACTIVATED,
    ROLE_CHANGED,
    RENAMED,
    ADDRESS_CHANGED,
    RESET_SENT,
    ROLE_GIVEN,
    NEW_SIGN_IN,
    PASSWORD_CHANGED,
    PASSWORD_RESET,
    ADDRESS_REPLACED,
    ADDRESS_REMOVED,
    APP_ADDED,
    APP_REMOVED,
    CODES_MADE,
    KEY_ADDED,
    KEY_REMOVED,
]
