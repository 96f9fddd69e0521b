"""The laws of orders, for the audit: money, lines and stock of a purchase agree."""

from __future__ import annotations

from ledger.audit import Law

ONLY_FOR_PURCHASES = "a wallet below zero bought something, or money that was never there went out of it again"

LAWS = (
    Law(
        "an order's money is one booked purchase, from its buyer's wallet to its seller's, of what its lines cost",
        """SELECT format('order %s', o.reference) FROM shop_order o
             LEFT JOIN shop_ordermoney m ON m.order_id = o.id
             LEFT JOIN ledger_transfer t ON t.id = m.transfer_id
             JOIN ledger_wallet w ON w.id = o.buyer_wallet_id
            WHERE (t.outcome = 'booked' AND t.kind = 'purchase' AND t.made_by_id = o.maker_id
                   AND w.owner_id = o.buyer_id AND t.source_id = o.buyer_wallet_id
                   AND t.target_id = o.seller_wallet_id AND t.legs[3] = m.paid_minor
                   AND t.legs[cardinality(t.legs)] = o.total_minor
                   AND o.total_minor = (SELECT sum(l.total_minor) FROM shop_line l WHERE l.order_id = o.id)) IS NOT TRUE
           UNION ALL
           SELECT format('transfer %s has no order', t.id) FROM ledger_transfer t
            WHERE t.kind = 'purchase' AND t.outcome = 'booked'
              AND NOT EXISTS (SELECT FROM shop_ordermoney m WHERE m.transfer_id = t.id)""",
    ),
    Law(
        "an order is undone exactly if its purchase was undone",
        """SELECT format('order %s is %s', o.reference, o.status) FROM shop_order o
             JOIN shop_ordermoney m ON m.order_id = o.id
             LEFT JOIN ledger_transfer r ON r.reverses_id = m.transfer_id AND r.outcome = 'booked'
            WHERE (o.status = 'undone') <> (r.id IS NOT NULL)""",
    ),
    Law(
        "a line was sold at a price of its variant, of this seller, and for no more than that",
        """SELECT format('line %s', l.id) FROM shop_line l
             LEFT JOIN shop_order o ON o.id = l.order_id
             LEFT JOIN shop_revision r ON r.id = l.revision_id
             LEFT JOIN shop_variant v ON v.id = l.variant_id
             LEFT JOIN shop_product p ON p.id = v.product_id
            WHERE (r.variant_id = l.variant_id AND p.seller_id = o.seller_wallet_id AND r.title = l.title
                   AND l.unit_minor <= r.unit_minor AND l.vat_permille = r.vat_permille) IS NOT TRUE""",
    ),
    Law(
        "what was sold left the stock once, and came back exactly if the order was undone",
        """SELECT format('line %s', l.id) FROM shop_line l
             JOIN shop_order o ON o.id = l.order_id
             LEFT JOIN shop_stockmove s ON s.line = l.id AND s.reason = 'sale'
             LEFT JOIN shop_stockmove u ON u.line = l.id AND u.reason = 'undo'
            WHERE s.change <> -l.quantity OR u.change <> l.quantity
               OR s.variant_id <> l.variant_id OR u.variant_id <> l.variant_id
               OR (s.id IS NOT NULL AND (o.status = 'undone') <> (u.id IS NOT NULL))""",
    ),
    Law(
        ONLY_FOR_PURCHASES,
        """SELECT format('transfer %s', t.id) FROM ledger_entry e
             JOIN ledger_wallet w ON w.id = e.wallet_id AND w.floor IS NOT NULL
             JOIN ledger_transfer t ON t.id = e.transfer_id
             LEFT JOIN ledger_transfer undone ON undone.id = t.reverses_id
            WHERE e.balance_after < 0 AND e.amount < 0 AND t.hold_id IS NULL
              AND t.kind NOT IN ('purchase', 'opening_balance', 'import_difference')  -- a debt may come from before
              AND coalesce(undone.kind, '') NOT IN (
                  'trust_top_up', 'cash_top_up', 'opening_balance', 'import_difference')""",
    ),
)
