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
        ('payments_wallet', 'DELETE OR TRUNCATE OR UPDATE OF owner_id, purpose, currency, reference'),
        ('payments_hold', 'DELETE OR TRUNCATE'),
        ('payments_paymentrequest', 'DELETE OR TRUNCATE'),
        ('payments_masspayment', 'DELETE OR TRUNCATE'),
        ('payments_masspaymentrow', 'DELETE OR TRUNCATE')
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
        ('payments_paymentrequest', 'INSERT OR UPDATE'),
        ('payments_masspayment', 'INSERT OR UPDATE'),
        ('payments_masspaymentrow', 'INSERT OR UPDATE')
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

-- A mass payment never changes what is paid from where, and goes one way: draft, then running or cancelled; running, then finished.
CREATE OR REPLACE TRIGGER never_goes_back BEFORE UPDATE ON payments_masspayment FOR EACH ROW
    WHEN (NOT (OLD.status = 'draft' AND NEW.status IN ('running', 'cancelled') OR OLD.status = 'running' AND NEW.status = 'finished')
          OR OLD.maker_id <> NEW.maker_id OR OLD.source_id <> NEW.source_id OR OLD.content_digest <> NEW.content_digest
          OR OLD.title <> NEW.title OR OLD.row_count <> NEW.row_count OR OLD.total_minor <> NEW.total_minor
          OR OLD.reference <> NEW.reference)
    EXECUTE FUNCTION ledger_refuse();
ALTER TABLE payments_masspayment ENABLE ALWAYS TRIGGER never_goes_back;

-- A row of it is decided exactly once, and never changes what was typed.
CREATE OR REPLACE TRIGGER ends_exactly_once BEFORE UPDATE ON payments_masspaymentrow FOR EACH ROW
    WHEN (OLD.outcome <> 'pending' OR OLD.mass_payment_id <> NEW.mass_payment_id OR OLD.number <> NEW.number
          OR OLD.recipient <> NEW.recipient OR OLD.amount_typed <> NEW.amount_typed OR OLD.note <> NEW.note
          OR OLD.amount_minor IS DISTINCT FROM NEW.amount_minor
          OR NEW.outcome <> 'pending' AND OLD.target_id IS DISTINCT FROM NEW.target_id)
    EXECUTE FUNCTION ledger_refuse();
ALTER TABLE payments_masspaymentrow ENABLE ALWAYS TRIGGER ends_exactly_once;

-- Rows come, and are judged, in a draft alone; they are paid while it is running.
CREATE OR REPLACE FUNCTION ledger_require_mass_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted text := CASE WHEN NEW.outcome = 'pending' THEN 'draft' ELSE 'running' END;
BEGIN
    IF NOT EXISTS (SELECT FROM payments_masspayment m WHERE m.id = NEW.mass_payment_id AND m.status = wanted) THEN
        RAISE EXCEPTION 'this row''s mass payment is not %', wanted USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER at_its_time BEFORE INSERT OR UPDATE ON payments_masspaymentrow FOR EACH ROW
    EXECUTE FUNCTION ledger_require_mass_payment();
ALTER TABLE payments_masspaymentrow ENABLE ALWAYS TRIGGER at_its_time;
