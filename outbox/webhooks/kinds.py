"""The notice kinds and the topic of letters of webhooks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import SECURITY, NoticeKind, Topic

FAILURES = Topic("webhooks", _("Webhooks that fail"))
WEBHOOK_MADE = NoticeKind(
    "webhook_made", _("A webhook was made for your account"), page="outbox:webhook", mail=SECURITY
)
SECRET_ROLLED = NoticeKind(
    "webhook_secret_rolled", _("The secret of a webhook was changed"), page="outbox:webhook", mail=SECURITY
)
ADDRESS_MOVED = NoticeKind(
    "webhook_moved", _("The address of a webhook was changed"), page="outbox:webhook", mail=SECURITY
)
WEBHOOK_FAILS = NoticeKind(
    "webhook_fails", _("A webhook of yours fails, and is tried again"), page="outbox:webhook", mail=FAILURES
)
WEBHOOK_OFF = NoticeKind("webhook_off", _("A webhook of yours was switched off"), page="outbox:webhook", mail=FAILURES)

NOTICE_KINDS = [WEBHOOK_MADE, SECRET_ROLLED, ADDRESS_MOVED, WEBHOOK_FAILS, WEBHOOK_OFF]
MAIL_TOPICS = [FAILURES]
