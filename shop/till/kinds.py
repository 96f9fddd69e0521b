"""The kind of transfer of deposits on bottles and cups that are given back, and its notice.

Only the shop undoes it, or the bottles would stay counted. Banks return deposits of another sort.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind, NotMailed
from ledger.kinds import TransferKind
from payments.transfers.kinds import MONEY_IN

DEPOSIT_RETURN = TransferKind("deposit_back", _("Deposit returned"))
DEPOSIT_BACK = NoticeKind("deposit_back", _("Deposit returned"), page="payments:receipt", mail=MONEY_IN)

BOUGHT_AT_TILL = NoticeKind(
    "bought_at_till",
    _("Bought at the till"),
    page="shop:order",
    mail=NotMailed("the member was there, and the letter of the month has it"),
)

TRANSFER_KINDS = [DEPOSIT_RETURN]
NOTICE_KINDS = [DEPOSIT_BACK, BOUGHT_AT_TILL]
