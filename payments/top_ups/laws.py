"""The laws of top-ups, for the audit."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "a top-up is booked, with its amount, into its wallet",
        """SELECT format('top-up %s', u.id) FROM payments_topup u
             LEFT JOIN ledger_transfer t ON t.id = u.transfer_id
            WHERE t.outcome IS DISTINCT FROM 'booked' OR t.target_id <> u.wallet_id OR t.legs[3] <> u.amount_minor""",
    ),
)
