"""Every code a problem can have: a promise to programs, so none of them ever changes its meaning."""

from __future__ import annotations

from typing import NamedTuple


class Meaning(NamedTuple):
    status: int
    text: str


CODES = {
    "bad_request": Meaning(400, "The request could not be understood at all."),
    "idempotency_key_missing": Meaning(400, "A POST came without the header Idempotency-Key."),
    "idempotency_key_malformed": Meaning(400, "The Idempotency-Key is not a UUID."),
    "json_unreadable": Meaning(
        400,
        "The body is not well-formed JSON in UTF-8, has a key twice, NaN or Infinity, half a character, or is nested"
        " too deeply.",
    ),
    "token_invalid": Meaning(
        401, "No token came, or it is unknown, expired or revoked, or its owner's account is closed or frozen."
    ),
    "scope_missing": Meaning(403, "The token was not given the `scope` that the problem names."),
    "account_frozen": Meaning(403, "The account on the other side is frozen."),
    "not_found": Meaning(404, "There is nothing there, or it is not yours: nobody can tell which."),
    "method_not_allowed": Meaning(405, "The address does not know this method; Allow says which it knows."),
    "role_missing": Meaning(403, "Mass payments are made by treasurers and administrators."),
    "rows_have_problems": Meaning(409, "Some rows have problems; nothing is paid until none has."),
    "mass_payment_closed": Meaning(409, "The mass payment was already confirmed or cancelled."),
    "request_closed": Meaning(409, "The request was already paid, declined or cancelled, or has expired."),
    "hold_ended": Meaning(409, "The hold was already captured or released, or has expired."),
    "cannot_undo": Meaning(409, "Only one's own transfers can be undone, within an hour, unless partly refunded."),
    "already_undone": Meaning(409, "The transfer was already undone."),
    "recipient_lacks_funds": Meaning(409, "It cannot be undone: the other side has spent the money."),
    "cannot_refund": Meaning(409, "Only payments that one received, and that were not undone, can be refunded."),
    "length_required": Meaning(411, "The body came in pieces, without its Content-Length."),
    "body_too_large": Meaning(413, "The body is larger than 64 kB."),
    "not_json": Meaning(415, "The Content-Type is not application/json."),
    "invalid": Meaning(422, "Something is missing, unknown or of the wrong kind; `errors` names each `field`."),
    "amount_unreadable": Meaning(422, "The amount is not text of digits with at most one point."),
    "amount_too_precise": Meaning(422, "The amount has more decimals than its currency."),
    "amount_not_positive": Meaning(422, "The amount is not more than zero."),
    "amount_too_large": Meaning(422, "The amount is beyond what can be booked."),
    "amount_too_small": Meaning(422, "So little would arrive as nothing in the other currency."),
    "other_currency": Meaning(422, "The amount is in another currency than it must be."),
    "recipient_unknown": Meaning(422, "Nobody has this username or address."),
    "recipient_is_sender": Meaning(422, "Money is not sent to oneself."),
    "payer_is_requester": Meaning(422, "Money is not asked of oneself."),
    "insufficient_funds": Meaning(422, "There is not enough money. Decided under a key, it stays so under that key."),
    "quote_expired": Meaning(422, "The quote's time is over. Ask for a new one; nothing was booked."),
    "more_than_paid": Meaning(422, "More than was paid and not yet refunded."),
    "more_than_held": Meaning(422, "More than is set aside."),
    "total_too_large": Meaning(422, "All amounts together are beyond what can be booked."),
    "only_as_a_whole": Meaning(422, "An offer is accepted whole."),
    "key_reused": Meaning(422, "The Idempotency-Key was used with other content; `field` says which part differs."),
    "cursor_unknown": Meaning(422, "The cursor is not one that this list gave out."),
    "internal_error": Meaning(500, "Something went wrong on our side. The same key may be sent again."),
    "busy": Meaning(503, "Nothing was booked; send the same again after Retry-After seconds."),
    "outcome_unknown": Meaning(
        503, "The database went away at the last moment. Send the same again: it is booked once at most."
    ),
    "database_down": Meaning(
        503,
        "The database does not answer. Send the same again after Retry-After seconds: a key is booked once at most.",
    ),
    "clock_down": Meaning(503, "The timestamp service does not answer. Nothing was booked; send the same again."),
    "clock_wrong": Meaning(503, "Timestamp service and database disagree. Nothing was booked; send the same again."),
    "conversion_down": Meaning(503, "The conversion service does not answer. Nothing was booked; send the same again."),
}

# Which of them an operation answers with. Any address may say bad_request, method_not_allowed or internal_error, too.
EVERY = ("token_invalid", "scope_missing", "not_found", "database_down")
EVERY_POST = (
    *EVERY,
    "idempotency_key_missing",
    "idempotency_key_malformed",
    "key_reused",
    "length_required",
    "body_too_large",
    "invalid",
    "account_frozen",
    "busy",
    "outcome_unknown",
)
BODY = ("json_unreadable", "not_json")
AMOUNT = (
    *BODY,
    "amount_unreadable",
    "amount_too_precise",
    "amount_not_positive",
    "amount_too_large",
    "other_currency",
)
TO_SOMEBODY = (*AMOUNT, "amount_too_small", "recipient_unknown", "recipient_is_sender", "conversion_down")
STAMPED = ("clock_down", "clock_wrong")

OF_OPERATION: dict[str, tuple[str, ...]] = {
    "read_wallet": EVERY,
    "read_balance": (*EVERY, "invalid"),
    "list_entries": (*EVERY, "invalid", "cursor_unknown"),
    "create_quote": (*EVERY_POST, *TO_SOMEBODY, "insufficient_funds"),
    "read_quote": EVERY,
    "create_transfer": (
        *EVERY_POST,
        *TO_SOMEBODY,
        *STAMPED,
        "insufficient_funds",
        "quote_expired",
        "request_closed",
    ),
    "read_transfer": EVERY,
    "reverse_transfer": (*EVERY_POST, *STAMPED, "cannot_undo", "already_undone", "recipient_lacks_funds"),
    "refund_transfer": (
        *EVERY_POST,
        *AMOUNT,
        *STAMPED,
        "amount_too_small",
        "cannot_refund",
        "more_than_paid",
        "insufficient_funds",
    ),
    "list_requests": (*EVERY, "invalid", "cursor_unknown"),
    "create_request": (*EVERY_POST, *AMOUNT, *STAMPED, "recipient_unknown", "payer_is_requester"),
    "read_request": EVERY,
    "pay_request": (
        *EVERY_POST,
        *STAMPED,
        "conversion_down",
        "amount_too_large",
        "insufficient_funds",
        "quote_expired",
        "request_closed",
    ),
    "decline_request": (*EVERY_POST, "request_closed"),
    "cancel_request": (*EVERY_POST, "request_closed"),
    "list_holds": (*EVERY, "invalid", "cursor_unknown"),
    "create_hold": (*EVERY_POST, *TO_SOMEBODY, *STAMPED, "insufficient_funds"),
    "read_hold": EVERY,
    "capture_hold": (
        *EVERY_POST,
        *AMOUNT,
        *STAMPED,
        "amount_too_small",
        "conversion_down",
        "more_than_held",
        "only_as_a_whole",
        "hold_ended",
    ),
    "release_hold": (*EVERY_POST, "hold_ended"),
    "list_mass_payments": (*EVERY, "invalid", "cursor_unknown"),
    "create_mass_payment": (*EVERY_POST, *BODY, "role_missing", "total_too_large"),
    "read_mass_payment": EVERY,
    "list_mass_payment_rows": (*EVERY, "invalid"),
    "confirm_mass_payment": (*EVERY_POST, "role_missing", "rows_have_problems", "mass_payment_closed"),
    "cancel_mass_payment": (*EVERY_POST, "role_missing", "mass_payment_closed"),
}


def by_status(operation: str) -> dict[int, list[str]]:
    """The codes of an operation, by their status, both in order."""
    statuses = sorted({CODES[code].status for code in OF_OPERATION[operation]})
    return {
        status: [code for code in CODES if code in OF_OPERATION[operation] and CODES[code].status == status]
        for status in statuses
    }
