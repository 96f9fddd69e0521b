"""The laws of withdrawals, for the audit. What a clearing wallet holds is a law of deposits."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "a withdrawal and its hold agree, and no other hold is for a withdrawal",
        """SELECT format('withdrawal %s', x.reference) FROM treasury_withdrawal x
             JOIN ledger_wallet w ON w.id = x.wallet_id
             JOIN treasury_clearing c ON c.id = x.clearing_id
             LEFT JOIN ledger_hold h ON h.id = x.hold_id
            WHERE (h.purpose = 'withdrawal' AND h.made_by_id = x.member_id AND w.owner_id = x.member_id
                   AND h.source_id = x.wallet_id AND h.target_id = c.wallet_id AND h.amount = x.amount_minor
                   AND h.status = CASE WHEN x.status IN ('requested', 'approved') THEN 'open'
                                       WHEN x.status IN ('filed', 'settled', 'returned') THEN 'captured'
                                       ELSE 'released' END) IS NOT TRUE
           UNION ALL
           SELECT format('hold %s has no withdrawal', h.id) FROM ledger_hold h
            WHERE h.purpose = 'withdrawal' AND h.status <> 'declined'
              AND NOT EXISTS (SELECT FROM treasury_withdrawal x WHERE x.hold_id = h.id)""",
    ),
    Law(
        "a filed withdrawal has one booked transfer of its amount, of its hold into its bank's clearing wallet",
        """SELECT format('withdrawal %s', x.reference) FROM treasury_withdrawal x
             JOIN treasury_clearing c ON c.id = x.clearing_id
             LEFT JOIN treasury_payoutfile f ON f.id = x.file_id
             LEFT JOIN ledger_transfer t ON t.id = x.transfer_id
            WHERE x.status IN ('filed', 'settled', 'returned')
              AND (t.outcome = 'booked' AND t.kind = 'withdrawal' AND t.hold_id = x.hold_id
                   AND t.made_by_id = f.maker_id AND f.clearing_id = x.clearing_id
                   AND t.source_id = x.wallet_id AND t.target_id = c.wallet_id
                   AND t.legs[3] = x.amount_minor) IS NOT TRUE
           UNION ALL
           SELECT format('transfer %s has no withdrawal', t.id) FROM ledger_transfer t
            WHERE t.kind = 'withdrawal' AND t.outcome = 'booked'
              AND NOT EXISTS (SELECT FROM treasury_withdrawal x WHERE x.transfer_id = t.id)""",
    ),
    Law(
        "a returned withdrawal has one booked transfer of its amount, out of its bank's clearing wallet into its own",
        """SELECT format('withdrawal %s', x.reference) FROM treasury_withdrawal x
             JOIN treasury_clearing c ON c.id = x.clearing_id
             JOIN treasury_bank b ON b.id = c.bank_id
             LEFT JOIN ledger_transfer t ON t.id = x.return_transfer_id
            WHERE x.status = 'returned'
              AND (t.outcome = 'booked' AND t.kind = 'withdrawal_return' AND t.made_by_id = b.user_id
                   AND t.source_id = c.wallet_id AND t.target_id = x.wallet_id
                   AND t.legs[3] = x.amount_minor) IS NOT TRUE
           UNION ALL
           SELECT format('transfer %s returns no withdrawal', t.id) FROM ledger_transfer t
            WHERE t.kind = 'withdrawal_return' AND t.outcome = 'booked'
              AND NOT EXISTS (SELECT FROM treasury_withdrawal x WHERE x.return_transfer_id = t.id)""",
    ),
    Law(
        "no withdrawal is approved or filed by its member, nor filed before somebody else has approved it",
        """SELECT format('withdrawal %s', x.reference) FROM treasury_withdrawal x
             LEFT JOIN treasury_payoutfile f ON f.id = x.file_id
            WHERE x.approver_id = x.member_id OR f.maker_id = x.member_id
               OR f.made_at < x.approved_at OR (f.id IS NOT NULL AND x.approver_id IS NULL)""",
    ),
    Law(
        "a file for a bank has the rows and the sum that it says, and counts what its maker approved alone",
        """SELECT format('file %s', f.reference) FROM treasury_payoutfile f
             LEFT JOIN treasury_withdrawal x ON x.file_id = f.id
            GROUP BY f.id
           HAVING count(x.id) <> f.row_count OR coalesce(sum(x.amount_minor), 0) <> f.total_minor
               OR coalesce(sum(x.amount_minor) FILTER (WHERE x.approver_id = f.maker_id), 0) > f.alone_minor
               OR f.alone_minor > f.alone_limit_minor""",
    ),
    Law(
        "a withdrawal went to an account of its member, as it was when it could be used",
        """SELECT format('withdrawal %s', x.reference) FROM treasury_withdrawal x
             JOIN treasury_payoutaccount a ON a.id = x.payout_account_id
            WHERE a.user_id <> x.member_id OR a.iban <> x.iban OR a.holder <> x.holder
               OR a.usable_at > x.requested_at""",
    ),
)
