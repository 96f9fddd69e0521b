-- Guards for the SQL of all rooms, applied before it: triggers that keep written rows, and triggers that require SERIALIZABLE.

CREATE SCHEMA IF NOT EXISTS stripes;    -- 256 empty tables that serve as locks for money transactions

CREATE OR REPLACE FUNCTION guard_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '% on % is refused: what is written stays', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE OR REPLACE FUNCTION guard_refuse_isolation() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'money is written at SERIALIZABLE only' USING ERRCODE = 'invalid_transaction_state';
END $$;

-- ENABLE ALWAYS makes both kinds of trigger fire for every role, and for every setting of session_replication_role.

CREATE OR REPLACE PROCEDURE guard_what_is_written(p_table text, p_events text) LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER what_is_written_stays BEFORE %s ON %I FOR EACH STATEMENT EXECUTE FUNCTION guard_refuse()',
                   p_events, p_table);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER what_is_written_stays', p_table);
END $$;

CREATE OR REPLACE PROCEDURE guard_only_serializable(p_table text, p_events text) LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER only_serializable BEFORE %s ON %I FOR EACH STATEMENT'
                   ' WHEN (current_setting(''transaction_isolation'') <> ''serializable'')'
                   ' EXECUTE FUNCTION guard_refuse_isolation()', p_events, p_table);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER only_serializable', p_table);
END $$;

REVOKE ALL ON FUNCTION guard_refuse(), guard_refuse_isolation() FROM PUBLIC;
REVOKE ALL ON PROCEDURE guard_what_is_written(text, text), guard_only_serializable(text, text) FROM PUBLIC;
