"""The laws of imports, for the audit."""

from __future__ import annotations

from ledger.audit import Law

_OPENING = "coalesce(r.recomputed_minor, r.claimed_minor)"
_DIFFERENCE = f"CASE WHEN r.takes = 'claimed' THEN r.claimed_minor - {_OPENING} ELSE 0 END"

# What was booked of a row: which column names the transfer, its kind, the purpose of the other wallet, and the amount.
_PARTS = f"""
    SELECT r.id, r.number, r.of_import_id, r.target_id, r.outcome, p.kind, p.purpose, p.transfer_id,
           CASE WHEN r.outcome IN ('booked', 'undone') THEN p.amount ELSE 0 END AS amount
      FROM treasury_importrow r
     CROSS JOIN LATERAL (VALUES ('opening_balance', 'imports', r.opening_id, {_OPENING}),
                                ('import_difference', 'import_differences', r.difference_id, {_DIFFERENCE}))
                        p (kind, purpose, transfer_id, amount)"""  # noqa: S608 - the names are written in this module

LAWS = (
    Law(
        "an imported row has booked its opening and its confirmed difference once each, and no other row has",
        f"""SELECT format('row %s of import %s: %s', p.number, i.reference, p.kind) FROM ({_PARTS}) p
              JOIN treasury_import i ON i.id = p.of_import_id
              LEFT JOIN ledger_transfer t ON t.id = p.transfer_id
              LEFT JOIN ledger_wallet s ON s.id = t.source_id LEFT JOIN ledger_wallet g ON g.id = t.target_id
             WHERE CASE WHEN p.amount = 0 THEN p.transfer_id IS NOT NULL ELSE
                   (t.outcome = 'booked' AND t.kind = p.kind AND t.legs[3] = abs(p.amount)
                    AND t.made_by_id IN (i.confirmed_by_id, i.approved_by_id)
                    AND CASE WHEN p.amount > 0 THEN s.purpose ELSE g.purpose END = p.purpose
                    AND CASE WHEN p.amount > 0 THEN g.owner_id ELSE s.owner_id END = p.target_id
                    AND s.currency = i.currency_code) IS NOT TRUE END""",  # noqa: S608
    ),
    Law(
        "a transfer of an import belongs to one of its rows",
        """SELECT format('transfer %s', t.id) FROM ledger_transfer t
            WHERE t.kind IN ('opening_balance', 'import_difference') AND t.outcome = 'booked'
              AND CASE t.kind
                  WHEN 'opening_balance' THEN NOT EXISTS (SELECT FROM treasury_importrow r WHERE r.opening_id = t.id)
                  ELSE NOT EXISTS (SELECT FROM treasury_importrow r WHERE r.difference_id = t.id) END""",
    ),
    Law(
        "the recomputed balance of an imported row is the sum of its lines, and no line is missing",
        """SELECT format('row %s of import %s', r.number, i.reference) FROM treasury_importrow r
             JOIN treasury_import i ON i.id = r.of_import_id
             LEFT JOIN treasury_importline l ON l.row_id = r.id
            GROUP BY r.id, i.id
           HAVING r.recomputed_minor <> coalesce(sum(l.amount_minor) FILTER (WHERE NOT l.is_void), 0)
           UNION ALL
           SELECT format('import %s has %s lines', i.reference, count(l.id)) FROM treasury_import i
             LEFT JOIN treasury_importrow r ON r.of_import_id = i.id
             LEFT JOIN treasury_importline l ON l.row_id = r.id
            GROUP BY i.id HAVING count(l.id) <> i.line_count""",
    ),
    Law(
        "an import has all its rows, a finished one has decided them, and it moved no more than was confirmed",
        f"""SELECT format('import %s is %s', i.reference, i.status) FROM treasury_import i
              LEFT JOIN treasury_importrow r ON r.of_import_id = i.id
             GROUP BY i.id
            HAVING count(r.id) <> i.row_count
                OR i.status IN ('finished', 'undoing', 'undone') AND bool_or(r.outcome = 'waiting')
                OR i.status IN ('draft', 'proposed', 'cancelled') AND bool_or(r.outcome <> 'waiting')
                OR i.total_minor <> coalesce(sum(abs({_OPENING}) + abs({_DIFFERENCE}))
                                             FILTER (WHERE r.action <> 'skip'), 0)
                OR i.status = 'undone' AND bool_or(r.outcome = 'booked' AND r.outcome_text = '')""",  # noqa: S608
    ),
    Law(
        "what was booked of an undone row is reversed, and of no other row",
        f"""SELECT format('row %s of import %s: %s', p.number, p.of_import_id, p.kind) FROM ({_PARTS}) p
             WHERE p.transfer_id IS NOT NULL
               AND (p.outcome = 'undone') <> EXISTS (
                   SELECT FROM ledger_transfer t WHERE t.reverses_id = p.transfer_id AND t.outcome = 'booked')""",  # noqa: S608
    ),
    Law(
        "the wallets of imports are minus what was booked of rows that are not undone",
        f"""SELECT format('wallet %s', w.id) FROM ledger_wallet w
             WHERE w.purpose IN ('imports', 'import_differences')
               AND (SELECT coalesce(sum(e.amount), 0) FROM ledger_entry e WHERE e.wallet_id = w.id)
                <> -(SELECT coalesce(sum(p.amount), 0) FROM ({_PARTS}) p JOIN treasury_import i ON i.id = p.of_import_id
                      WHERE p.outcome = 'booked' AND p.purpose = w.purpose AND i.currency_code = w.currency)""",  # noqa: S608
    ),
    Law(
        "an import has all its products, a finished one has decided them, and none is made without a seller",
        """SELECT format('import %s has %s products', i.reference, count(p.id)) FROM treasury_import i
             LEFT JOIN treasury_importproduct p ON p.of_import_id = i.id
            GROUP BY i.id
           HAVING count(p.id) <> i.product_count
               OR i.status IN ('finished', 'undoing', 'undone') AND bool_or(p.outcome = 'waiting')
               OR i.status IN ('draft', 'proposed', 'cancelled') AND bool_or(p.outcome <> 'waiting')
               OR i.seller_id IS NULL AND bool_or(p.outcome = 'made')""",
    ),
)
