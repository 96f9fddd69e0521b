"""The laws of tills, for the audit."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "a deposit return is one booked transfer of its amount, from its seller to its wallet, and undone as it says",
        """SELECT format('deposit return %s', d.reference) FROM shop_depositreturn d
             LEFT JOIN ledger_transfer t ON t.id = d.transfer_id
             LEFT JOIN ledger_transfer u ON u.reverses_id = d.transfer_id AND u.outcome = 'booked'
            WHERE (t.outcome = 'booked' AND t.kind = 'deposit_back' AND t.made_by_id = d.by_id AND t.key = d.key
                   AND t.source_id = d.seller_wallet_id AND t.target_id = d.target_wallet_id
                   AND t.legs[3] = d.quantity * d.unit_minor AND d.undone_id IS NOT DISTINCT FROM u.id) IS NOT TRUE
           UNION ALL
           SELECT format('transfer %s has no deposit return', t.id) FROM ledger_transfer t
            WHERE t.kind = 'deposit_back' AND t.outcome = 'booked'
              AND NOT EXISTS (SELECT FROM shop_depositreturn d WHERE d.transfer_id = t.id)""",
    ),
    Law(
        "a deposit came back as what it is, to its own seller, for no more than its price",
        """SELECT format('deposit return %s', d.reference) FROM shop_depositreturn d
             LEFT JOIN shop_revision r ON r.id = d.revision_id
             LEFT JOIN shop_variant v ON v.id = d.variant_id
             LEFT JOIN shop_product p ON p.id = v.product_id
            WHERE (r.variant_id = d.variant_id AND p.kind = 'deposit' AND p.seller_id = d.seller_wallet_id
                   AND d.unit_minor <= r.unit_minor) IS NOT TRUE""",
    ),
    Law(
        "nobody gave a deposit back to themselves",
        """SELECT format('deposit return %s', d.reference) FROM shop_depositreturn d
             JOIN ledger_wallet w ON w.id = d.target_wallet_id
            WHERE w.purpose <> 'drawer' AND d.by_id = w.owner_id""",
    ),
    Law(
        "what was paid from a drawer was sold for cash, by its cashier, at a till; other sales are from a member",
        """SELECT format('order %s', o.reference) FROM shop_order o
             JOIN ledger_wallet w ON w.id = o.buyer_wallet_id
             LEFT JOIN shop_tillsale s ON s.order_id = o.id
             LEFT JOIN shop_salepoint p ON p.id = s.sale_point_id
            WHERE (w.purpose = 'drawer' OR s.order_id IS NOT NULL)
              AND (s.is_cash = (w.purpose = 'drawer') AND s.cashier_id = o.maker_id AND p.kind = 'till'
                   AND s.sale_point_id = o.sale_point_id AND (w.owner_id = o.maker_id) = s.is_cash) IS NOT TRUE""",
    ),
    Law(
        "at a till, the cashier has seen the age of who buys what asks for one",
        """SELECT format('order %s', o.reference) FROM shop_tillsale s
             JOIN shop_order o ON o.id = s.order_id JOIN shop_line l ON l.order_id = o.id
             JOIN shop_revision r ON r.id = l.revision_id AND r.minimum_age IS NOT NULL
            WHERE o.age_confirmed_by_id IS DISTINCT FROM s.cashier_id""",
    ),
)
