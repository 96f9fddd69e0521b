-- Events are written by the database, in the transaction that makes them true. Triggers of the rooms above call this function, so a
-- service can neither forget an event nor write one for what was rolled back.

-- Writes an event for those of `p_users` who listen, and none if nobody does.
CREATE OR REPLACE FUNCTION events_write(p_kind text, p_subject uuid, p_users bigint[]) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO events_event (kind, subject, users)
    SELECT p_kind, p_subject, array_agg(user_id) FROM events_listener WHERE user_id = ANY (p_users) HAVING count(*) > 0;
END $$;

-- For the trigger functions (SECURITY DEFINER) of tables that the web role writes itself. The ledger's functions have these settings.
CREATE OR REPLACE PROCEDURE events_of_web_role(p_function regprocedure) LANGUAGE plpgsql AS $$ BEGIN
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', p_function);
    EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', p_function);
    EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', p_function);   -- a scan of a small table takes a SIREAD lock on all of it
    EXECUTE format('ALTER FUNCTION %s SET enable_bitmapscan = off', p_function);
    EXECUTE format('ALTER FUNCTION %s SET plan_cache_mode = force_generic_plan', p_function);
END $$;

REVOKE ALL ON PROCEDURE events_of_web_role(regprocedure) FROM PUBLIC;
REVOKE ALL ON FUNCTION events_write(text, uuid, bigint[]) FROM PUBLIC;
REVOKE INSERT ON events_event FROM wallet_web;
