"""The laws of refunds, for the audit: money, lines and stock of what was given back agree."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "an order gave back what its refunds say: in money, in its lines, and in what the ledger booked",
        """SELECT format('order %s', o.reference) FROM shop_order o
             JOIN shop_ordermoney m ON m.order_id = o.id
             JOIN (SELECT order_id, sum(refunded_quantity * unit_minor) AS amount,
                          bool_and(refunded_quantity = quantity) AS is_all
                     FROM shop_line GROUP BY order_id) lines ON lines.order_id = o.id
             LEFT JOIN (SELECT order_id, sum(amount_minor) AS amount FROM shop_refund GROUP BY order_id) told
                    ON told.order_id = o.id
             LEFT JOIN (SELECT refunds_id, sum(legs[3]) AS amount FROM ledger_transfer
                         WHERE refunds_id IS NOT NULL AND outcome = 'booked' GROUP BY refunds_id) booked
                    ON booked.refunds_id = m.transfer_id
            WHERE o.refunded_minor <> coalesce(told.amount, 0) OR o.refunded_minor <> coalesce(booked.amount, 0)
               OR o.refunded_minor <> lines.amount OR (o.status = 'refunded') <> lines.is_all""",
    ),
    Law(
        "a refund is one booked refund of its order's purchase, of what its lines cost",
        """SELECT format('refund %s', r.reference) FROM shop_refund r
             LEFT JOIN shop_ordermoney m ON m.order_id = r.order_id
             LEFT JOIN ledger_transfer t ON t.id = r.transfer_id
             LEFT JOIN (SELECT x.refund_id, sum(x.quantity * l.unit_minor) AS amount, min(l.order_id) AS lowest,
                               max(l.order_id) AS highest
                          FROM shop_refundline x JOIN shop_line l ON l.id = x.line_id GROUP BY x.refund_id) lines
                    ON lines.refund_id = r.id
            WHERE (t.outcome = 'booked' AND t.kind = 'refund' AND t.refunds_id = m.transfer_id
                   AND t.made_by_id = r.made_by_id AND t.legs[3] = r.amount_minor AND lines.amount = r.amount_minor
                   AND lines.lowest = r.order_id AND lines.highest = r.order_id) IS NOT TRUE""",
    ),
    Law(
        "what was refunded of a line is the sum of its refunds, and its goods came back to stock where they say so",
        """SELECT format('line %s', l.id) FROM shop_line l
             LEFT JOIN (SELECT x.line_id, sum(x.quantity) AS many,
                               sum(x.quantity) FILTER (WHERE r.restocked) AS with_goods
                          FROM shop_refundline x JOIN shop_refund r ON r.id = x.refund_id GROUP BY x.line_id) told
                    ON told.line_id = l.id
             LEFT JOIN (SELECT line, sum(change) AS many FROM shop_stockmove WHERE reason = 'return' GROUP BY line) came
                    ON came.line = l.id
             LEFT JOIN shop_stockmove s ON s.line = l.id AND s.reason = 'sale'
            WHERE l.refunded_quantity <> coalesce(told.many, 0)
               OR coalesce(came.many, 0) > coalesce(told.with_goods, 0)
               OR (s.id IS NOT NULL AND coalesce(came.many, 0) <> coalesce(told.with_goods, 0))""",
    ),
)
