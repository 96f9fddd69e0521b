"""The notice kinds of a PIN reset by staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind

RESET_AGREED = NoticeKind(
    "pin_reset_agreed",
    _("Staff gave out a code for a new PIN of yours. Was it not you?"),
    page="pin_reset",
    of_its_subject=False,
)
RESET_USED = NoticeKind(
    "pin_reset_used",
    _("Your PIN was set with a code from staff. Was it not you?"),
    page="pin_reset",
    of_its_subject=False,
)
RESET_STOPPED = NoticeKind(
    "pin_reset_stopped",
    _("I did not ask for a new PIN, and have stopped it"),
    page="staff:pin_resets",
    of_its_subject=False,
)

NOTICE_KINDS = [RESET_AGREED, RESET_USED, RESET_STOPPED]
