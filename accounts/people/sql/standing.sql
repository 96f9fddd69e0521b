-- Who may move money, in a narrow table of its own. Money transactions read this table at SERIALIZABLE, and no row of accounts_user:
-- a scan of that small table would put a SIREAD lock on all of it, in conflict with every SERIALIZABLE transaction that writes to it.

CREATE OR REPLACE FUNCTION accounts_keep_standing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO accounts_standing AS s (user_id, frozen, active, role, role_since, role_given_by)
    VALUES (NEW.id, NEW.frozen, NEW.is_active, NEW.role, clock_timestamp(), NEW.role_given_by_id)
    ON CONFLICT (user_id) DO UPDATE SET frozen = NEW.frozen, active = NEW.is_active, role = NEW.role,
        role_since = CASE WHEN s.role = NEW.role THEN s.role_since ELSE clock_timestamp() END,
        role_given_by = CASE WHEN s.role = NEW.role THEN s.role_given_by ELSE NEW.role_given_by_id END;
    RETURN NULL;
END $$;

-- The second trigger compares the values. UPDATE OF would fire whenever a statement names one of the columns, changed or not.
CREATE OR REPLACE TRIGGER standing_begins AFTER INSERT ON accounts_user FOR EACH ROW EXECUTE FUNCTION accounts_keep_standing();
CREATE OR REPLACE TRIGGER standing_follows AFTER UPDATE ON accounts_user FOR EACH ROW
    WHEN (OLD.frozen <> NEW.frozen OR OLD.is_active <> NEW.is_active OR OLD.role <> NEW.role)
    EXECUTE FUNCTION accounts_keep_standing();
ALTER TABLE accounts_user ENABLE ALWAYS TRIGGER standing_begins;
ALTER TABLE accounts_user ENABLE ALWAYS TRIGGER standing_follows;

-- The ids of those among the asker, the payers and the payees who may not move money. The rule is the same for all three. The asker
-- must also have one of `p_roles` (NULL: any role will do).
-- The rows are read without a lock. A freeze that was committed before the snapshot is seen; one that commits during the transaction
-- counts as after the transfer. With FOR SHARE, everybody who pays a popular merchant would write a lock to the same row.
DROP FUNCTION IF EXISTS accounts_may_not_move(bigint, bigint[], bigint[]);      -- the former version, without roles
CREATE OR REPLACE FUNCTION accounts_may_not_move(p_asker bigint, p_roles text[], p_payers bigint[], p_payees bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN ARRAY(
        SELECT user_id FROM accounts_standing
         WHERE user_id = ANY (p_asker || p_payers || p_payees)
           AND (frozen OR NOT active OR (user_id = p_asker AND p_roles IS NOT NULL AND role <> ALL (p_roles)))
    );
END $$;
ALTER FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) SET enable_seqscan = off;      -- scanning a small table takes a SIREAD lock on all of it
ALTER FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) SET enable_bitmapscan = off;
ALTER FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) SET search_path = public, pg_temp;
ALTER FUNCTION accounts_keep_standing() SET search_path = public, pg_temp;

-- Whether two people may decide together what one of them may not alone. The roles of both are older than `p_age`, and neither got the
-- role from the other within `p_given`: otherwise an administrator would give a second account of their own a role, and agree with it.
CREATE OR REPLACE FUNCTION accounts_may_decide_together(p_one bigint, p_other bigint, p_age interval, p_given interval) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN p_one <> p_other AND NOT EXISTS (
        SELECT FROM accounts_standing
         WHERE user_id IN (p_one, p_other)
           AND (role_since > clock_timestamp() - p_age
                OR (role_given_by IN (p_one, p_other) AND role_since > clock_timestamp() - p_given))
    );
END $$;
ALTER FUNCTION accounts_may_decide_together(bigint, bigint, interval, interval) SET enable_seqscan = off;       -- as above
ALTER FUNCTION accounts_may_decide_together(bigint, bigint, interval, interval) SET enable_bitmapscan = off;
ALTER FUNCTION accounts_may_decide_together(bigint, bigint, interval, interval) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION accounts_may_decide_together(bigint, bigint, interval, interval) SET search_path = public, pg_temp;

-- Everybody's role, for statements of other rooms, which name no table of people. PostgreSQL puts its body in place of the call.
CREATE OR REPLACE FUNCTION accounts_roles() RETURNS TABLE (user_id bigint, role text) LANGUAGE sql STABLE AS $$
    SELECT s.user_id, s.role::text FROM accounts_standing s
$$;

INSERT INTO accounts_standing (user_id, frozen, active, role, role_since, role_given_by)
SELECT id, frozen, is_active, role, clock_timestamp(), role_given_by_id FROM accounts_user ON CONFLICT DO NOTHING;

REVOKE ALL ON FUNCTION accounts_keep_standing() FROM PUBLIC;
REVOKE ALL ON FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) TO wallet_web;
REVOKE ALL ON FUNCTION accounts_may_decide_together(bigint, bigint, interval, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_may_decide_together(bigint, bigint, interval, interval) TO wallet_web;
REVOKE ALL ON FUNCTION accounts_roles() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_roles() TO wallet_web;
REVOKE ALL ON accounts_standing FROM wallet_web;
GRANT SELECT ON accounts_standing TO wallet_web;
