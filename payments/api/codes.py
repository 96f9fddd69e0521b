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
    "request_closed": Meaning(409, "The request was already paid, declined or cancelled, or has expired."),
    "hold_ended": Meaning(409, "The hold was already captured or released, or has expired."),
    "cannot_undo": Meaning(409, "Only one's own transfers can be undone, within an hour, unless partly refunded."),
    "already_undone": Meaning(409, "The transfer was already undone."),
    "recipient_lacks_funds": Meaning(409, "It cannot be undone: the other side has spent the money."),
    "cannot_refund": Meaning(409, "Only payments that one received, and that were not undone, can be refunded."),
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
    "only_as_a_whole": Meaning(422, "An offer is accepted whole."),
    "key_reused": Meaning(422, "The Idempotency-Key was used with other content; `field` says which part differs."),
    "cursor_unknown": Meaning(422, "The cursor is not one that this list gave out."),
    "internal_error": Meaning(500, "Something went wrong on our side. The same key may be sent again."),
    "busy": Meaning(503, "Nothing was booked; send the same again after Retry-After seconds."),
    "clock_down": Meaning(503, "The timestamp service does not answer. Nothing was booked; send the same again."),
    "clock_wrong": Meaning(503, "Timestamp service and database disagree. Nothing was booked; send the same again."),
    "conversion_down": Meaning(503, "The conversion service does not answer. Nothing was booked; send the same again."),
}
