-- Rows that are written cannot be changed or deleted: triggers refuse it for every role (wallet_site/sql/guards.sql).
CALL guard_what_is_written('ledger_transfer', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('ledger_entry', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('ledger_closing', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('ledger_floor', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('ledger_seal', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('ledger_signature', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('ledger_cut', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('ledger_installation', 'UPDATE OR DELETE OR TRUNCATE');
-- A wallet's owner, purpose and currency cannot change either. Otherwise two wallets could be swapped.
CALL guard_what_is_written('ledger_wallet', 'DELETE OR TRUNCATE OR UPDATE OF owner_id, purpose, currency, reference');
CALL guard_what_is_written('ledger_hold', 'DELETE OR TRUNCATE');

-- At a lower isolation level two transactions could spend the same money.
CALL guard_only_serializable('ledger_transfer', 'INSERT');
CALL guard_only_serializable('ledger_entry', 'INSERT');
CALL guard_only_serializable('ledger_hold', 'INSERT OR UPDATE');
CALL guard_only_serializable('ledger_floor', 'INSERT');

-- A hold ends exactly once. Its amount, wallets and expiry never change.
CREATE OR REPLACE TRIGGER ends_exactly_once BEFORE UPDATE ON ledger_hold FOR EACH ROW
    WHEN (OLD.status <> 'open' OR OLD.amount <> NEW.amount OR OLD.source_id <> NEW.source_id OR OLD.target_id <> NEW.target_id
          OR OLD.expires_at <> NEW.expires_at)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE ledger_hold ENABLE ALWAYS TRIGGER ends_exactly_once;
