"""The laws of debts, for the audit: a wallet may owe what somebody allowed it, and nobody allowed it to themselves."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "a wallet's floor is what its limit says, and its limit is its owner's, or that of a role or of the rules",
        """SELECT format('wallet %s', a.wallet_id) FROM shop_appliedlimit a
             JOIN ledger_wallet w ON w.id = a.wallet_id
             LEFT JOIN shop_limit l ON l.id = a.limit_id
             LEFT JOIN LATERAL (SELECT f.wished FROM ledger_floor f WHERE f.wallet_id = a.wallet_id
                                 ORDER BY f.after_seq DESC, f.id DESC LIMIT 1) f ON true
            WHERE f.wished IS DISTINCT FROM -a.limit_minor OR w.purpose <> 'member'
               OR (a.currency_code = w.currency AND a.asked_minor <> a.limit_minor)
               OR (a.limit_id IS NOT NULL
                   AND (coalesce(l.user_id, w.owner_id) = w.owner_id AND l.limit_minor = a.asked_minor
                        AND l.currency_code = a.currency_code) IS NOT TRUE)""",
    ),
    Law(
        "a limit was set by another than its member",
        "SELECT format('limit %s', l.id) FROM shop_limit l WHERE l.user_id = l.made_by_id",
    ),
)
