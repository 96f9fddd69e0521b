-- Who may move money, in a narrow table of its own. Money transactions read it at SERIALIZABLE, and read no row of a person: a scan
-- of that small table would be a lock on all of it, against every SERIALIZABLE transaction that ever writes to it.

CREATE OR REPLACE FUNCTION accounts_keep_standing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO accounts_standing AS s (user_id, frozen, active, role) VALUES (NEW.id, NEW.frozen, NEW.is_active, NEW.role)
    ON CONFLICT (user_id) DO UPDATE SET frozen = NEW.frozen, active = NEW.is_active, role = NEW.role;
    RETURN NULL;
END $$;

-- UPDATE OF fires for the columns a statement names, whether or not they change: the second trigger looks.
CREATE OR REPLACE TRIGGER standing_begins AFTER INSERT ON accounts_user FOR EACH ROW EXECUTE FUNCTION accounts_keep_standing();
CREATE OR REPLACE TRIGGER standing_follows AFTER UPDATE ON accounts_user FOR EACH ROW
    WHEN (OLD.frozen <> NEW.frozen OR OLD.is_active <> NEW.is_active OR OLD.role <> NEW.role)
    EXECUTE FUNCTION accounts_keep_standing();
ALTER TABLE accounts_user ENABLE ALWAYS TRIGGER standing_begins;
ALTER TABLE accounts_user ENABLE ALWAYS TRIGGER standing_follows;

-- Those of these people who may not: who asks, whom money would leave, whom it would reach. The same rule holds for all three, and who
-- asks must also have one of `p_roles` (NULL: any role will do).
-- Plainly read, not locked: a freeze that commits meanwhile comes after the transfer, one that was committed before the snapshot is
-- seen. FOR SHARE would make a popular merchant's row everybody's lock.
DROP FUNCTION IF EXISTS accounts_may_not_move(bigint, bigint[], bigint[]);      -- as it was before it knew roles
CREATE OR REPLACE FUNCTION accounts_may_not_move(p_asker bigint, p_roles text[], p_payers bigint[], p_payees bigint[]) RETURNS bigint[]
LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN ARRAY(
        SELECT user_id FROM accounts_standing
         WHERE user_id = ANY (p_asker || p_payers || p_payees)
           AND (frozen OR NOT active OR (user_id = p_asker AND p_roles IS NOT NULL AND role <> ALL (p_roles)))
    );
END $$;
ALTER FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) SET enable_seqscan = off;      -- scanning a small table is a SIREAD lock on all of it
ALTER FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) SET enable_bitmapscan = off;
ALTER FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) SET search_path = public, pg_temp;
ALTER FUNCTION accounts_keep_standing() SET search_path = public, pg_temp;

INSERT INTO accounts_standing (user_id, frozen, active, role) SELECT id, frozen, is_active, role FROM accounts_user ON CONFLICT DO NOTHING;

REVOKE ALL ON FUNCTION accounts_keep_standing() FROM PUBLIC;
REVOKE ALL ON FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounts_may_not_move(bigint, text[], bigint[], bigint[]) TO wallet_web;
REVOKE ALL ON accounts_standing FROM wallet_web;
GRANT SELECT ON accounts_standing TO wallet_web;
