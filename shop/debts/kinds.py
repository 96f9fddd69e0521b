"""The notice kinds and the topics of letters of debts, and of the month in the shop."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind, Topic

DEBTS = Topic("debts", _("Your debts in the shop"))
MONTH = Topic("month", _("Your month in the shop"), is_monthly=True)
PAGE = "shop:my_limit"
LIMIT_SET = NoticeKind(
    "debt_limit_set", _("How much you may owe was changed"), page=PAGE, of_its_subject=False, mail=DEBTS
)
OWING = NoticeKind("owing", _("You have owed money for a while"), page=PAGE, of_its_subject=False, mail=DEBTS)

NOTICE_KINDS = [LIMIT_SET, OWING]
MAIL_TOPICS = [DEBTS, MONTH]
