-- What is written stays, for every role, also under session_replication_role (ENABLE ALWAYS).

DO $$
DECLARE
    v_table text;
    v_event text;
BEGIN
    FOR v_table, v_event IN VALUES
        ('payments_transfer', 'UPDATE OR DELETE OR TRUNCATE'),
        ('payments_entry', 'UPDATE OR DELETE OR TRUNCATE'),
        ('payments_topup', 'UPDATE OR DELETE OR TRUNCATE'),
        ('payments_closing', 'UPDATE OR DELETE OR TRUNCATE'),
        ('payments_seal', 'UPDATE OR DELETE OR TRUNCATE'),
        ('payments_stamp', 'UPDATE OR DELETE OR TRUNCATE'),
        ('payments_answer', 'UPDATE OR DELETE OR TRUNCATE'),
        ('payments_wallet', 'DELETE OR TRUNCATE'),
        ('payments_hold', 'DELETE OR TRUNCATE'),
        ('payments_paymentrequest', 'DELETE OR TRUNCATE')
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER what_is_written_stays BEFORE %s ON %I FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()',
                       v_event, v_table);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER what_is_written_stays', v_table);
    END LOOP;

    FOR v_table, v_event IN VALUES
        ('payments_transfer', 'INSERT'),
        ('payments_entry', 'INSERT'),
        ('payments_topup', 'INSERT'),
        ('payments_hold', 'INSERT OR UPDATE'),
        ('payments_paymentrequest', 'INSERT OR UPDATE')
    LOOP
        EXECUTE format('CREATE OR REPLACE TRIGGER only_serializable BEFORE %s ON %I FOR EACH STATEMENT'
                       ' WHEN (current_setting(''transaction_isolation'') <> ''serializable'')'
                       ' EXECUTE FUNCTION ledger_refuse_isolation()', v_event, v_table);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_serializable', v_table);
    END LOOP;
END $$;

-- A payment request ends exactly once, and never changes what it asked for.
CREATE OR REPLACE TRIGGER ends_exactly_once BEFORE UPDATE ON payments_paymentrequest FOR EACH ROW
    WHEN (OLD.status <> 'open' OR OLD.amount_minor <> NEW.amount_minor OR OLD.wallet_id <> NEW.wallet_id
          OR OLD.payer_id <> NEW.payer_id OR OLD.requester_id <> NEW.requester_id)
    EXECUTE FUNCTION ledger_refuse();
ALTER TABLE payments_paymentrequest ENABLE ALWAYS TRIGGER ends_exactly_once;

-- A hold ends exactly once, and never changes what it set aside.
CREATE OR REPLACE TRIGGER ends_exactly_once BEFORE UPDATE ON payments_hold FOR EACH ROW
    WHEN (OLD.status <> 'open' OR OLD.amount <> NEW.amount OR OLD.source_id <> NEW.source_id OR OLD.target_id <> NEW.target_id
          OR OLD.expires_at <> NEW.expires_at)
    EXECUTE FUNCTION ledger_refuse();
ALTER TABLE payments_hold ENABLE ALWAYS TRIGGER ends_exactly_once;
