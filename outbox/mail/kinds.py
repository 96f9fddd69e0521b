"""The notice kind of an address that takes no letters."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind, NotMailed

ADDRESS_BOUNCES = NoticeKind(
    "address_bounces",
    _("Your e-mail address refuses letters"),
    page="outbox:preferences",
    of_its_subject=False,
    mail=NotMailed("it is about an address that takes no letters"),
)

NOTICE_KINDS = [ADDRESS_BOUNCES]
