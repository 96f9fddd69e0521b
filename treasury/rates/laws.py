"""What a constraint cannot say of rates, for the audit. No law depends on which rate counts today."""

from __future__ import annotations

from ledger.audit import Law

LAWS = (
    Law(
        "a confirmed rate says what the refused one said, and who set that one did not confirm it",
        """SELECT format('rate %s', c.id) FROM conversion_rate c JOIN conversion_rate r ON r.id = c.confirms_id
            WHERE NOT r.is_refused OR c.made_by IS NOT DISTINCT FROM r.made_by
               OR (c.currency, c.units, c.pivot_units, c.source, c.dated)
                  IS DISTINCT FROM (r.currency, r.units, r.pivot_units, r.source, r.dated)""",
    ),
    Law(
        "a fetched rate is newer than the one whose place it takes",
        """SELECT format('rate %s', id)
             FROM (SELECT *, max(dated) OVER (PARTITION BY currency ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING
                                                                              AND 1 PRECEDING) AS before
                     FROM conversion_rate WHERE NOT is_refused) counting
            WHERE made_by IS NULL AND dated <= before""",
    ),
)
