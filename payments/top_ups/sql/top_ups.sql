-- A top-up's row is written once, in the transaction that books its transfer.
CALL guard_what_is_written('payments_topup', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_only_serializable('payments_topup', 'INSERT');
REVOKE UPDATE, DELETE, TRUNCATE ON payments_topup FROM wallet_web;
