"""What staff are told of rates, and who wants letters about it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import TREASURY
from events.kinds import SECURITY, NoticeKind, Topic

REFUSED = Topic("rates", _("Exchange rates that wait for an administrator"), roles=TREASURY)

RATES_REFUSED = NoticeKind(
    "rates_refused",
    _("An exchange rate moved too far and waits"),
    page="staff:rates",
    of_its_subject=False,
    mail=REFUSED,
)
# Always a letter: who sets a rate can gain by it.
RATE_SET = NoticeKind("rate_set", _("A colleague set an exchange rate"), page="staff:rate_row", mail=SECURITY)

NOTICE_KINDS = [RATES_REFUSED, RATE_SET]
MAIL_TOPICS = [REFUSED]
