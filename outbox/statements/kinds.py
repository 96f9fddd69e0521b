"""The topic of the monthly statement."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import Topic

STATEMENT = Topic("statement", _("Monthly statement"), is_monthly=True)

MAIL_TOPICS = [STATEMENT]
