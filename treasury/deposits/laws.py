"""The laws of deposits, for the audit."""

from __future__ import annotations

from ledger.audit import Law

_SUM_OF_CLEARING = "(SELECT coalesce(sum(e.amount), 0) FROM ledger_entry e WHERE e.wallet_id = c.wallet_id)"

LAWS = (
    Law(
        "a deposit has one booked transfer of its amount, from its bank's clearing wallet into its wallet",
        """SELECT format('deposit %s', d.reference) FROM treasury_deposit d
             JOIN treasury_bank b ON b.id = d.bank_id
             LEFT JOIN ledger_transfer t ON t.id = d.transfer_id
             LEFT JOIN treasury_clearing c ON c.wallet_id = t.source_id
            WHERE (t.outcome = 'booked' AND t.kind = 'deposit' AND t.made_by_id = b.user_id AND c.bank_id = d.bank_id
                   AND t.target_id = d.wallet_id AND t.legs[3] = d.amount_minor) IS NOT TRUE
           UNION ALL
           SELECT format('transfer %s has no deposit', t.id) FROM ledger_transfer t
            WHERE t.kind = 'deposit' AND t.outcome = 'booked'
              AND NOT EXISTS (SELECT FROM treasury_deposit d WHERE d.transfer_id = t.id)""",
    ),
    Law(
        "a returned deposit has one booked transfer of its amount, back into its bank's clearing wallet",
        """SELECT format('deposit %s', d.reference) FROM treasury_deposit d
             JOIN treasury_bank b ON b.id = d.bank_id
             LEFT JOIN ledger_transfer t ON t.id = d.returned_by_id
             LEFT JOIN treasury_clearing c ON c.wallet_id = t.target_id
            WHERE d.returned_by_id IS NOT NULL
              AND (t.outcome = 'booked' AND t.kind = 'deposit_return' AND t.made_by_id = b.user_id
                   AND c.bank_id = d.bank_id AND t.source_id = d.wallet_id AND t.legs[3] = d.amount_minor) IS NOT TRUE
           UNION ALL
           SELECT format('transfer %s returns no deposit', t.id) FROM ledger_transfer t
            WHERE t.kind = 'deposit_return' AND t.outcome = 'booked'
              AND NOT EXISTS (SELECT FROM treasury_deposit d WHERE d.returned_by_id = t.id)""",
    ),
    Law(
        "a clearing wallet is minus what its bank holds: deposits not given back, less orders that did not come back",
        f"""SELECT format('clearing %s', c.wallet_id) FROM treasury_clearing c
              JOIN ledger_wallet w ON w.id = c.wallet_id
             WHERE {_SUM_OF_CLEARING} <> -(
                 SELECT coalesce(sum(d.amount_minor) FILTER (WHERE d.returned_by_id IS NULL), 0)
                   FROM treasury_deposit d JOIN ledger_wallet m ON m.id = d.wallet_id
                  WHERE d.bank_id = c.bank_id AND m.currency = w.currency
                 ) + (
                 SELECT coalesce(sum(x.amount_minor) FILTER (WHERE x.status IN ('filed', 'settled')), 0)
                   FROM treasury_withdrawal x WHERE x.clearing_id = c.id)""",  # noqa: S608 - no input
    ),
    Law(
        "a bank's clearing wallets are its own, and what counts in its cap is the sum of its deposits of that day",
        """SELECT format('clearing %s', c.wallet_id) FROM treasury_clearing c
             JOIN treasury_bank b ON b.id = c.bank_id
             JOIN ledger_wallet w ON w.id = c.wallet_id
            WHERE w.owner_id <> b.user_id OR w.purpose <> 'bank_clearing'
               OR c.counted_minor <> (
                 SELECT coalesce(sum(d.amount_minor), 0)
                   FROM treasury_deposit d JOIN ledger_wallet m ON m.id = d.wallet_id
                  WHERE d.bank_id = c.bank_id AND m.currency = w.currency AND d.day = c.day)
           UNION ALL
           SELECT format('wallet %s belongs to no bank', w.id) FROM ledger_wallet w
            WHERE w.purpose = 'bank_clearing'
              AND NOT EXISTS (SELECT FROM treasury_clearing c WHERE c.wallet_id = w.id)""",
    ),
)
