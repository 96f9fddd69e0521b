"""The laws of payment requests, for the audit."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "a paid request has one booked transfer of its amount into its wallet",
        """SELECT format('request %s', p.id) FROM payments_paymentrequest p
             LEFT JOIN ledger_transfer t ON t.id = p.transfer_id
            WHERE p.status = 'paid' AND (t.outcome IS DISTINCT FROM 'booked' OR t.target_id <> p.wallet_id
                  OR t.legs[cardinality(t.legs)] <> p.amount_minor OR t.made_by_id <> p.payer_id)""",
    ),
)
