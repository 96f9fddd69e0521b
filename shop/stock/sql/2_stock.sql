-- Stocks. A strict one is a row that every move changes; one on trust is settled from its moves, as an append-only wallet is.
CALL guard_what_is_written('shop_stockmove', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_only_serializable('shop_stockmove', 'INSERT');
CALL guard_what_is_written('shop_stock', 'DELETE OR TRUNCATE');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON shop_stockmove FROM wallet_web;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON shop_stock FROM wallet_web;
-- Space in each page keeps a new version of a row there, so that an update writes no index.
ALTER TABLE shop_stock SET (fillfactor = 45);

-- Moves the stock of a variant, and returns whether it could: a strict stock never goes below zero. A variant whose stock is not
-- counted has no row, and nothing is written. The caller has locked 'stock:<variant>' if the stock is strict.
CREATE OR REPLACE FUNCTION shop_move_stock(
    p_variant bigint, p_change bigint, p_reason text, p_line bigint, p_made_by bigint, p_key uuid, p_note text
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_strict boolean;
BEGIN
    SELECT s.strict INTO v_strict FROM shop_stock s WHERE s.variant_id = p_variant;
    IF NOT FOUND THEN
        RETURN true;
    END IF;
    IF v_strict THEN
        UPDATE shop_stock s SET on_hand = s.on_hand + p_change WHERE s.variant_id = p_variant AND s.on_hand + p_change >= 0;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
    END IF;
    INSERT INTO shop_stockmove (variant_id, change, reason, line, pending, made_by_id, key, note, xid)
    VALUES (p_variant, p_change, p_reason, p_line, NOT v_strict, p_made_by, p_key, p_note, pg_current_xact_id());
    RETURN true;
END $$;

-- Adds the pending moves of finished transactions to the row of a stock, and returns how many they were. Moves of a stock that was
-- on trust until a moment ago may wait, too. Only at REPEATABLE READ, as ledger_settle.
CREATE OR REPLACE FUNCTION shop_settle_stock(p_variant bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    s        shop_stock;
    v_upto   xid8 := pg_snapshot_xmin(pg_current_snapshot());
    v_change bigint;
    v_moves  bigint;
BEGIN
    SELECT * INTO STRICT s FROM shop_stock x WHERE x.variant_id = p_variant FOR NO KEY UPDATE;
    SELECT coalesce(sum(m.change), 0), count(*) INTO v_change, v_moves FROM shop_stockmove m
     WHERE m.variant_id = p_variant AND m.pending AND m.xid >= s.upto AND m.xid < v_upto;
    -- A sale on trust that was on its way when its stock became strict may be more than is there: it stays pending until it fits.
    UPDATE shop_stock x SET on_hand = x.on_hand + v_change, upto = v_upto
     WHERE x.variant_id = p_variant AND v_moves > 0 AND (NOT x.strict OR x.on_hand + v_change >= 0);
    RETURN CASE WHEN FOUND THEN v_moves ELSE 0 END;
END $$;

-- How many of these variants are there, with what is pending. A variant whose stock is not counted is missing.
CREATE OR REPLACE FUNCTION shop_left(p_variants bigint[]) RETURNS TABLE (variant_id bigint, strict boolean, left_over bigint)
LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN QUERY
    SELECT s.variant_id, s.strict, s.on_hand + coalesce((
               SELECT sum(m.change) FROM shop_stockmove m
                WHERE m.variant_id = s.variant_id AND m.pending AND m.xid >= s.upto), 0)::bigint
      FROM shop_stock s WHERE s.variant_id = ANY (p_variants);
END $$;

-- Begins to count the stock of a variant, or changes how it is counted. Whatever was pending is settled by its caller before.
-- Returns whether it could: of fewer than none no stock is strict.
CREATE OR REPLACE FUNCTION shop_count_stock(p_variant bigint, p_strict boolean) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
    PERFORM ledger_require_now(NULL, NULL);
    IF p_strict AND EXISTS (SELECT FROM shop_stock s WHERE s.variant_id = p_variant AND s.on_hand < 0) THEN
        RETURN false;
    END IF;
    INSERT INTO shop_stock (variant_id, strict, on_hand) VALUES (p_variant, p_strict, 0)
    ON CONFLICT (variant_id) DO UPDATE SET strict = EXCLUDED.strict
     WHERE shop_stock.strict <> EXCLUDED.strict;
    RETURN true;
END $$;

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOREACH f IN ARRAY ARRAY['shop_move_stock(bigint, bigint, text, bigint, bigint, uuid, text)', 'shop_settle_stock(bigint)',
                             'shop_left(bigint[])', 'shop_count_stock(bigint, boolean)']::regprocedure[] LOOP
        CALL events_of_web_role(f);
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO wallet_web', f);
    END LOOP;
END $$;
