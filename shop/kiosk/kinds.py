from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import SECURITY, NoticeKind

CARD_ADDED = NoticeKind(
    "kiosk_card_added",
    _("Staff added a card for kiosks to your account. Was it not you?"),
    page="shop:kiosk",
    of_its_subject=False,
    mail=SECURITY,
)

NOTICE_KINDS = [CARD_ADDED]
