"""The kind of notification that a payout account was added."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import SECURITY, NoticeKind

PAYOUT_ACCOUNT_ADDED = NoticeKind(
    "payout_account_added",
    _("A bank account was added, to which you can withdraw"),
    page="treasury:payout_accounts",
    of_its_subject=False,
    mail=SECURITY,
)

NOTICE_KINDS = [PAYOUT_ACCOUNT_ADDED]
