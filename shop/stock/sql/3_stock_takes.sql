-- Stock-takes. Their moment is a snapshot of the database; nobody chooses it, and counts never change.
CALL guard_what_is_written('shop_stocktake', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_stockcount', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_only_serializable('shop_stockcount', 'INSERT');
REVOKE UPDATE, DELETE, TRUNCATE ON shop_stocktake FROM wallet_web;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON shop_stockcount FROM wallet_web;

CREATE OR REPLACE FUNCTION shop_begin_stock_take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    NEW.snapshot := pg_current_snapshot();
    NEW.newest_move := coalesce((SELECT max(m.id) FROM shop_stockmove m), 0);
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER is_of_now BEFORE INSERT ON shop_stocktake FOR EACH ROW EXECUTE FUNCTION shop_begin_stock_take();
ALTER TABLE shop_stocktake ENABLE ALWAYS TRIGGER is_of_now;
CALL events_of_web_role('shop_begin_stock_take()');

-- How many of a variant were there at the moment of a stock-take, by its moves. The moves of transactions that were committed at
-- that moment are all there now, and stay, so the answer never changes. Ask outside a money transaction: at SERIALIZABLE,
-- reading the moves would make purchases abort.
CREATE OR REPLACE FUNCTION shop_expected(p_stock_take bigint, p_variant bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN (SELECT coalesce(sum(m.change), 0) FROM shop_stocktake t
              LEFT JOIN shop_stockmove m ON m.variant_id = p_variant AND pg_visible_in_snapshot(m.xid, t.snapshot)
             WHERE t.id = p_stock_take);
END $$;

-- Stores how many were counted, and moves the stock by the difference. Returns 'done', or why not: then the caller rolls back.
-- A count of another stock-take that this one does not see would be corrected a second time, so it is refused.
CREATE OR REPLACE FUNCTION shop_count(p_stock_take bigint, p_variant bigint, p_counted bigint, p_expected bigint, p_made_by bigint)
RETURNS text LANGUAGE plpgsql AS $$ BEGIN
    PERFORM ledger_require_now(NULL, NULL);
    IF EXISTS (SELECT FROM shop_stockcount c WHERE c.stock_take_id = p_stock_take AND c.variant_id = p_variant) THEN
        RETURN 'counted_before';
    END IF;
    IF EXISTS (SELECT FROM shop_stockcount c JOIN shop_stocktake t ON t.id = p_stock_take
                WHERE c.variant_id = p_variant AND NOT pg_visible_in_snapshot(c.xid, t.snapshot)) THEN
        RETURN 'counted_since';
    END IF;
    INSERT INTO shop_stockcount (stock_take_id, variant_id, counted, expected, made_by_id, xid)
    VALUES (p_stock_take, p_variant, p_counted, p_expected, p_made_by, pg_current_xact_id());
    IF p_counted <> p_expected
       AND NOT shop_move_stock(p_variant, p_counted - p_expected, 'count', NULL, p_made_by, NULL, '') THEN
        RETURN 'more_sold_since';
    END IF;
    RETURN 'done';
END $$;

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOREACH f IN ARRAY ARRAY['shop_expected(bigint, bigint)',
                             'shop_count(bigint, bigint, bigint, bigint, bigint)']::regprocedure[] LOOP
        CALL events_of_web_role(f);
        EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO wallet_web', f);
    END LOOP;
END $$;
