"""The law that the audit checks about pledges."""

from __future__ import annotations

from ledger.audit import Law

LAWS = [
    Law(
        "a pledge has one booked transfer of its amount",
        """SELECT format('pledge %s', p.id) FROM plugged_in_pledge p
             LEFT JOIN ledger_transfer t ON t.id = p.transfer_id
            WHERE t.outcome IS DISTINCT FROM 'booked' OR t.kind <> 'pledge' OR t.legs[3] <> p.amount_minor""",
    ),
]
