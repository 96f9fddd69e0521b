"""The law of stocks, for the audit."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "what is on hand is the sum of the moves that are not pending",
        """SELECT format('variant %s says %s, its moves %s', s.variant_id, s.on_hand, coalesce(sum(m.change), 0))
             FROM shop_stock s
             LEFT JOIN shop_stockmove m ON m.variant_id = s.variant_id AND (NOT m.pending OR m.xid < s.upto)
            GROUP BY s.variant_id HAVING s.on_hand <> coalesce(sum(m.change), 0)""",
    ),
)
