"""The notice kinds of a PIN: a new one, a locked one, and its reset by staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import SECURITY, NoticeKind, NotMailed

PIN_CHANGED = NoticeKind("pin_changed", _("Your PIN was changed"), page="security", of_its_subject=False, mail=SECURITY)
PIN_LOCKED = NoticeKind(
    "pin_locked",
    _("Your PIN was locked, because a wrong one was typed too often"),
    page="security",
    of_its_subject=False,
    mail=SECURITY,
)
RESET_AGREED = NoticeKind(
    "pin_reset_agreed",
    _("Staff gave out a code for a new PIN of yours. Was it not you?"),
    page="pin_reset",
    of_its_subject=False,
    mail=SECURITY,
)
RESET_USED = NoticeKind(
    "pin_reset_used",
    _("Your PIN was set with a code from staff. Was it not you?"),
    page="pin_reset",
    of_its_subject=False,
    mail=NotMailed("the page that sets the PIN sends a letter of its own, with a link that stops it"),
)
RESET_STOPPED = NoticeKind(
    "pin_reset_stopped",
    _("I did not ask for a new PIN, and have stopped it"),
    page="staff:pin_resets",
    of_its_subject=False,
    mail=SECURITY,
)

NOTICE_KINDS = [PIN_CHANGED, PIN_LOCKED, RESET_AGREED, RESET_USED, RESET_STOPPED]
