"""The laws of kiosks, for the audit: what was done in a visit is its member's, and its sum without a PIN is right."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "what a visit bought without a PIN is the sum of those purchases",
        """SELECT format('visit %s says %s, its purchases %s', v.id, v.without_pin_minor,
                         coalesce(sum(a.without_pin_minor), 0))
             FROM shop_visit v LEFT JOIN shop_visitact a ON a.visit_id = v.id
            GROUP BY v.id HAVING v.without_pin_minor <> coalesce(sum(a.without_pin_minor), 0)""",
    ),
    Law(
        "what was done in a visit is a booked purchase or top-up of its member, made by them, at its sale point",
        """SELECT format('transfer %s in visit %s', a.transfer_id, a.visit_id) FROM shop_visitact a
             LEFT JOIN shop_visit v ON v.id = a.visit_id
             LEFT JOIN shop_kioskdevice d ON d.id = v.device_id
             LEFT JOIN ledger_transfer t ON t.id = a.transfer_id
             LEFT JOIN shop_ordermoney m ON m.order_id = a.order_id
             LEFT JOIN shop_order o ON o.id = a.order_id
            WHERE (t.outcome = 'booked' AND t.made_by_id = v.member_id AND CASE WHEN a.order_id IS NULL
                   THEN t.kind = 'trust_top_up' AND a.without_pin_minor = 0
                   ELSE m.transfer_id = t.id AND o.buyer_id = v.member_id AND o.sale_point_id = d.sale_point_id
                        AND a.without_pin_minor IN (0, m.paid_minor) END) IS NOT TRUE""",
    ),
)
