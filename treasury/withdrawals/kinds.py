"""The kinds of transfers and notifications of withdrawals, and the purpose of their holds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import BANKS, TREASURY
from events.kinds import NoticeKind
from ledger.kinds import TransferKind

# Such a hold is captured by a file to the bank alone. The pages and operations of holds do not know it.
WITHDRAWAL_HOLD = "withdrawal"

WITHDRAWAL = TransferKind("withdrawal", _("Withdrawal"), made_by_roles=TREASURY)
WITHDRAWAL_RETURN = TransferKind("withdrawal_return", _("Withdrawal returned by the bank"), made_by_roles=BANKS)

PAGE = "treasury:withdrawal"
APPROVED = NoticeKind("withdrawal_approved", _("Your withdrawal was approved"), page=PAGE)
DECLINED = NoticeKind("withdrawal_declined", _("Your withdrawal was declined"), page=PAGE)
FILED = NoticeKind("withdrawal_filed", _("Your withdrawal was sent to the bank"), page=PAGE)
SETTLED = NoticeKind("withdrawal_settled", _("The bank has paid your withdrawal"), page=PAGE)
RETURNED = NoticeKind("withdrawal_returned", _("The bank could not pay your withdrawal: the money is back"), page=PAGE)
EXPIRED = NoticeKind("withdrawal_expired", _("Your withdrawal expired: nobody approved it in time"), page=PAGE)

TRANSFER_KINDS = [WITHDRAWAL, WITHDRAWAL_RETURN]
NOTICE_KINDS = [APPROVED, DECLINED, FILED, SETTLED, RETURNED, EXPIRED]
