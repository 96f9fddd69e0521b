"""The notice kinds of an account's card."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import SECURITY, NoticeKind

PAGE = "security"  # My account

MADE = NoticeKind(
    "card_made", _("Your account was made, and a card printed"), page=PAGE, of_its_subject=False, mail=SECURITY
)
PRINTED = NoticeKind(
    "card_printed", _("A new card with a new PIN was printed"), page=PAGE, of_its_subject=False, mail=SECURITY
)
CLAIMED = NoticeKind(
    "account_claimed", _("Your account was claimed with its card"), page=PAGE, of_its_subject=False, mail=SECURITY
)

NOTICE_KINDS = [MADE, PRINTED, CLAIMED]
