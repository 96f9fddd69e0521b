"""The law of cash that a second person confirmed, for the audit."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "confirmed cash has a booked transfer of its amount to its member, made by its cashier",
        """SELECT format('cash proposal %s', p.reference) FROM treasury_cashproposal p
             LEFT JOIN ledger_transfer t ON t.id = p.transfer_id
            WHERE p.status = 'confirmed'
              AND (t.outcome = 'booked' AND t.kind = 'cash_top_up' AND t.made_by_id = p.cashier_id AND t.key = p.key
                   AND t.target_id = p.wallet_id AND t.legs[3] = p.amount_minor) IS NOT TRUE""",
    ),
)
