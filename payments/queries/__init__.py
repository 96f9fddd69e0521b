"""What people see. Every question starts from a person, so nobody meets what is not theirs."""

from .activity import PAGE, Activity, BadCursor, Curve, activity, balance_curve, wallet_and_activity
from .notifications import notifications_of, unread_notifications
from .promises import (
    capture_of,
    hold_for,
    holds,
    holds_for,
    holds_of,
    open_holds_for,
    open_requests_to,
    request_for,
    requests_by,
    requests_to,
    with_captures,
)
from .receipts import Receipt, receipt_code, receipt_with_code
from .transfers import is_undone, quote_for, quote_to_confirm, refunded, transfer_for, transfers_of
from .wallets import (
    PERSONAL,
    arriving,
    books,
    name_of,
    recent_contacts,
    wallet_by_handle,
    wallet_of,
    wallets_by_handles,
)

__all__ = [
    "PAGE",
    "PERSONAL",
    "Activity",
    "BadCursor",
    "Curve",
    "Receipt",
    "activity",
    "arriving",
    "balance_curve",
    "books",
    "capture_of",
    "hold_for",
    "holds",
    "holds_for",
    "holds_of",
    "is_undone",
    "name_of",
    "notifications_of",
    "open_holds_for",
    "open_requests_to",
    "quote_for",
    "quote_to_confirm",
    "receipt_code",
    "receipt_with_code",
    "recent_contacts",
    "refunded",
    "request_for",
    "requests_by",
    "requests_to",
    "transfer_for",
    "transfers_of",
    "unread_notifications",
    "wallet_and_activity",
    "wallet_by_handle",
    "wallet_of",
    "wallets_by_handles",
    "with_captures",
]
