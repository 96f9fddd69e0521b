"""The cash desk's kind of transfer, and its kinds of notifications."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import CASH_DESK
from events.kinds import NoticeKind, NotMailed
from ledger.kinds import TransferKind
from payments.transfers.kinds import MONEY_IN

CASH_TOP_UP = TransferKind("cash_top_up", _("Cash top-up"), undoable=True, made_by_roles=CASH_DESK, undo_may_owe=True)
AT_WORK = NotMailed("cashiers see it on the page where they work")
TOPPED_UP = NoticeKind("topped_up", _("Topped up"), page="payments:receipt", mail=MONEY_IN)
CASH_CONFIRMED = NoticeKind(
    "cash_confirmed",
    _("Your cash was confirmed by a second person"),
    page="staff:cash",
    of_its_subject=False,
    mail=AT_WORK,
)
CASH_DECLINED = NoticeKind(
    "cash_declined", _("A second person declined your cash"), page="staff:cash", of_its_subject=False, mail=AT_WORK
)
CASH_EXPIRED = NoticeKind(
    "cash_expired", _("Nobody confirmed your cash in time"), page="staff:cash", of_its_subject=False, mail=AT_WORK
)

TRANSFER_KINDS = [CASH_TOP_UP]
NOTICE_KINDS = [TOPPED_UP, CASH_CONFIRMED, CASH_DECLINED, CASH_EXPIRED]
