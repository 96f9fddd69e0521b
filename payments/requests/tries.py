"""The limits on asking people for money. Each request is a notice that its payer has to answer.

By asker: a hundred at once, since a club's treasurer asks all members for their fee on one day, and then one a minute.
By asker and payer: five at once, as for a shared holiday, and then one an hour. An honest person who is asked for the
sixth time that day answers the five first. A payer has no limit of their own: strangers could use it up, and nobody
could ask that person any more.
"""

from __future__ import annotations

from uuid import UUID

from accounts.models import User
from web.limits import Limit, take_all

from .models import PaymentRequest

BY = Limit("payment requests by", 100, 60)
BETWEEN = Limit("payment requests between", 5, 3600)


def count_request(*, requester: User, payer: User, key: UUID) -> None:
    """Counts a payment request, unless this key has made one already. Raises TooManyTries.

    The same request sent several times at once counts once.
    """
    if not PaymentRequest.objects.filter(requester=requester, key=key).exists():
        take_all((BY, requester.pk), (BETWEEN, f"{requester.pk}:{payer.pk}"), key=str(key))
