"""The notice kinds of what an administrator does to another person's account."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind

PAGE = "security"  # My account

FROZEN = NoticeKind("account_frozen", _("Your account was frozen"), page=PAGE, of_its_subject=False)
UNFROZEN = NoticeKind("account_unfrozen", _("Your account is no longer frozen"), page=PAGE, of_its_subject=False)
DEACTIVATED = NoticeKind("account_deactivated", _("Your account was closed"), page=PAGE, of_its_subject=False)
REACTIVATED = NoticeKind("account_reactivated", _("Your account was opened again"), page=PAGE, of_its_subject=False)
ROLE_CHANGED = NoticeKind("role_changed", _("Your role was changed"), page=PAGE, of_its_subject=False)
RENAMED = NoticeKind("renamed", _("Your name was changed"), page=PAGE, of_its_subject=False)
ADDRESS_CHANGED = NoticeKind("address_changed", _("Your e-mail address was changed"), page=PAGE, of_its_subject=False)
RESET_SENT = NoticeKind(
    "reset_sent", _("A link to set a new password was sent to your address"), page=PAGE, of_its_subject=False
)
ROLE_GIVEN = NoticeKind("role_given", _("A colleague has a new role"), page="staff:roles", of_its_subject=False)

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
]
