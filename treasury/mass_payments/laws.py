"""The laws of mass payments, for the audit."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "a booked row of a mass payment has a booked transfer of its amount to its wallet, and no other row has one",
        """SELECT format('row %s of mass payment %s is %s', r.number, m.id, r.outcome)
             FROM treasury_masspaymentrow r JOIN treasury_masspayment m ON m.id = r.mass_payment_id
             LEFT JOIN ledger_transfer t ON t.id = r.transfer_id
            WHERE (r.outcome = 'booked') <> coalesce(t.outcome = 'booked', false)
               OR t.kind <> 'mass_payment' OR t.made_by_id <> m.maker_id OR t.source_id <> m.source_id
               OR t.target_id <> r.target_id OR t.legs[3] <> r.amount_minor""",
    ),
    Law(
        "a transfer of a mass payment belongs to one of its rows",
        """SELECT format('transfer %s', t.id) FROM ledger_transfer t
            WHERE t.kind = 'mass_payment' AND t.outcome = 'booked'
              AND NOT EXISTS (SELECT FROM treasury_masspaymentrow r WHERE r.transfer_id = t.id)""",
    ),
    Law(
        "a finished mass payment has decided every row, one that was not confirmed has decided none",
        """SELECT format('mass payment %s is %s', m.id, m.status) FROM treasury_masspayment m
             LEFT JOIN treasury_masspaymentrow r ON r.mass_payment_id = m.id
            GROUP BY m.id
           HAVING count(r.id) <> m.row_count
               OR (m.status = 'finished' AND bool_or(r.outcome = 'waiting'))
               OR (m.status IN ('draft', 'cancelled') AND bool_or(r.outcome <> 'waiting'))
               OR (m.status IN ('running', 'finished')
                   AND (bool_or(r.problem <> '') OR sum(r.amount_minor) <> m.total_minor))""",
    ),
)
