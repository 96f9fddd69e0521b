"""The notice kind of access tokens."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import SECURITY, NoticeKind

TOKEN_MADE = NoticeKind(
    "token_made", _("An access token was made for your account"), page="tokens", of_its_subject=False, mail=SECURITY
)

NOTICE_KINDS = [TOKEN_MADE]
