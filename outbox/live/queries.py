"""What changes on a page while somebody looks at it, in one query that is cheap enough for every few seconds."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from conversion.money import Money, currency
from ledger.prepared import Prepared


@dataclass(frozen=True, slots=True)
class News:
    """What a person can spend (None without a wallet), and how many notifications are unread.

    `version` changes with both, with what is on hold, and with each new notification. It holds nothing but numbers that
    the person may know.
    """

    available: Money | None
    unread: int
    version: str


_NEWS = Prepared(
    "news",
    """SELECT w.currency, w.balance, w.held, w.seq,
              (SELECT count(*) FROM events_notification WHERE user_id = asker.id AND read_at IS NULL),
              (SELECT extract(epoch FROM created_at)::text FROM events_notification
                WHERE user_id = asker.id ORDER BY id DESC LIMIT 1)
         FROM (SELECT $1::bigint AS id) asker
         LEFT JOIN ledger_wallet w ON w.owner_id = asker.id AND w.purpose IN ('member', 'merchant')""",
)


def news_of(user: User) -> News:
    [(code, *numbers)] = _NEWS.rows(user.pk)
    balance, held, _seq, unread, _newest = numbers
    available = None if code is None else Money(balance - held, currency(code))
    return News(available, unread, "-".join(map(str, numbers)))
