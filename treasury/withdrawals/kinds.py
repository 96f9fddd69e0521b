"""The kinds of transfers and notifications of withdrawals, and the purpose of their holds."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import BANKS, TREASURY
from events.kinds import SECURITY, ByMail, NoticeKind, Topic
from ledger.kinds import TransferKind

# Such a hold is captured by a file to the bank alone. The pages and operations of holds do not know it.
WITHDRAWAL_HOLD = "withdrawal"

WITHDRAWAL = TransferKind("withdrawal", _("Withdrawal"), made_by_roles=TREASURY)
WITHDRAWAL_RETURN = TransferKind("withdrawal_return", _("Withdrawal returned by the bank"), made_by_roles=BANKS)

PAGE = "treasury:withdrawal"
TOPIC = Topic("withdrawals", _("Your withdrawals"))


def _of_member(step: str, label: Promise, *, mail: ByMail = TOPIC) -> NoticeKind:
    return NoticeKind(f"withdrawal_{step}", label, page=PAGE, mail=mail)


# Always a letter: somebody else may have requested it.
REQUESTED = _of_member("requested", _("A withdrawal was requested"), mail=SECURITY)
APPROVED = _of_member("approved", _("Your withdrawal was approved"))
DECLINED = _of_member("declined", _("Your withdrawal was declined"))
FILED = _of_member("filed", _("Your withdrawal was sent to the bank"))
SETTLED = _of_member("settled", _("The bank has paid your withdrawal"))
RETURNED = _of_member("returned", _("The bank could not pay your withdrawal: the money is back"))
EXPIRED = _of_member("expired", _("Your withdrawal expired: nobody approved it in time"))

TRANSFER_KINDS = [WITHDRAWAL, WITHDRAWAL_RETURN]
NOTICE_KINDS = [REQUESTED, APPROVED, DECLINED, FILED, SETTLED, RETURNED, EXPIRED]
MAIL_TOPICS = [TOPIC]
