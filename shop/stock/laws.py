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
    Law(
        "a stock-take compared what was counted with the moves of its moment, and moved the stock by the difference",
        """SELECT format('count %s', c.id) FROM shop_stockcount c
             JOIN shop_stocktake t ON t.id = c.stock_take_id
             LEFT JOIN shop_stockmove d ON d.variant_id = c.variant_id AND d.xid = c.xid AND d.reason = 'count'
            WHERE c.counted - c.expected <> coalesce(d.change, 0)
               OR c.expected <> (SELECT coalesce(sum(m.change), 0) FROM shop_stockmove m
                                  WHERE m.variant_id = c.variant_id AND pg_visible_in_snapshot(m.xid, t.snapshot))
           UNION ALL
           SELECT format('move %s', d.id) FROM shop_stockmove d
            WHERE d.reason = 'count'
              AND NOT EXISTS (SELECT FROM shop_stockcount c WHERE c.variant_id = d.variant_id AND c.xid = d.xid)""",
    ),
)
