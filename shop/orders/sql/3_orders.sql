-- Orders. They are written by shop_store_order, in the transaction that moves their money.
CALL guard_what_is_written('shop_order', 'DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_ordermoney', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_orderstep', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_line', 'DELETE OR TRUNCATE');
CALL guard_only_serializable('shop_ordermoney', 'INSERT');
CALL guard_only_serializable('shop_order', 'INSERT');
CALL guard_only_serializable('shop_line', 'INSERT OR UPDATE');
REVOKE INSERT, DELETE, TRUNCATE ON shop_order FROM wallet_web;
REVOKE INSERT, DELETE, TRUNCATE ON shop_line FROM wallet_web;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON shop_ordermoney FROM wallet_web;
REVOKE UPDATE, DELETE, TRUNCATE ON shop_orderstep FROM wallet_web;
ALTER TABLE shop_order SET (fillfactor = 45);       -- room for one update of each row in its page

-- An order goes one way: ordered, ready, collected; then it may be undone or refunded. What was bought never changes.
CREATE OR REPLACE TRIGGER goes_one_way BEFORE UPDATE ON shop_order FOR EACH ROW
    WHEN (NOT (OLD.status = NEW.status
               OR OLD.status = 'paid' AND NEW.status IN ('ready', 'collected', 'undone', 'refunded')
               OR OLD.status = 'ready' AND NEW.status IN ('collected', 'undone', 'refunded')
               OR OLD.status = 'collected' AND NEW.status IN ('undone', 'refunded'))
          OR OLD.reference <> NEW.reference OR OLD.buyer_id <> NEW.buyer_id OR OLD.buyer_wallet_id <> NEW.buyer_wallet_id
          OR OLD.seller_wallet_id <> NEW.seller_wallet_id OR OLD.maker_id <> NEW.maker_id OR OLD.key <> NEW.key
          OR OLD.total_minor <> NEW.total_minor OR OLD.age_confirmed_by_id IS DISTINCT FROM NEW.age_confirmed_by_id
          OR OLD.made_at <> NEW.made_at OR OLD.refunded_minor > NEW.refunded_minor
          OR (OLD.status <> NEW.status AND NEW.status IN ('undone', 'refunded') OR OLD.refunded_minor <> NEW.refunded_minor)
             AND current_setting('transaction_isolation') <> 'serializable')
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_order ENABLE ALWAYS TRIGGER goes_one_way;
CREATE OR REPLACE TRIGGER stays_as_sold BEFORE UPDATE ON shop_line FOR EACH ROW
    WHEN (OLD.order_id <> NEW.order_id OR OLD.number <> NEW.number OR OLD.variant_id <> NEW.variant_id
          OR OLD.revision_id <> NEW.revision_id OR OLD.title <> NEW.title OR OLD.quantity <> NEW.quantity
          OR OLD.unit_minor <> NEW.unit_minor OR OLD.total_minor <> NEW.total_minor OR OLD.vat_permille <> NEW.vat_permille
          OR OLD.refunded_quantity > NEW.refunded_quantity)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_line ENABLE ALWAYS TRIGGER stays_as_sold;

-- An order that is undone notes which transfer goes back (shop_require_order). It is rare enough to look for it.
CREATE OR REPLACE FUNCTION shop_note_undone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    PERFORM shop_note('shop.undone', m.transfer_id) FROM shop_ordermoney m WHERE m.order_id = NEW.id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER notes_what_goes_back AFTER UPDATE ON shop_order FOR EACH ROW
    WHEN (OLD.status <> NEW.status AND NEW.status = 'undone') EXECUTE FUNCTION shop_note_undone();
ALTER TABLE shop_order ENABLE ALWAYS TRIGGER notes_what_goes_back;
CALL events_of_web_role('shop_note_undone()');

-- Whether one of these variants now costs something else at the sale point, or is not sold there any more. The arrays have one item for
-- each line. A happy hour that begins or ends changes a price, too.
CREATE OR REPLACE FUNCTION shop_prices_moved(
    p_variants bigint[], p_revisions bigint[], p_units bigint[], p_sale_point bigint, p_zone text
) RETURNS boolean LANGUAGE plpgsql STABLE AS $$ BEGIN
    RETURN EXISTS (
        SELECT FROM unnest(p_variants, p_revisions, p_units) seen (variant, revision, unit)
          LEFT JOIN shop_prices(p_variants, p_sale_point, NULL, p_zone) now ON now.variant_id = seen.variant
         WHERE (now.revision_id, now.unit_minor) IS DISTINCT FROM (seen.revision, seen.unit));
END $$;
CALL events_of_web_role('shop_prices_moved(bigint[], bigint[], bigint[], bigint, text)');
GRANT EXECUTE ON FUNCTION shop_prices_moved(bigint[], bigint[], bigint[], bigint, text) TO wallet_web;

-- Stores a paid order with its lines, its money, its first step and the moves of its stock. The arrays have one item for each line.
-- Returns the order's id as `stored`, and as `refusal` NULL, 'prices_moved' or 'sold_out' (a strict stock is too small). If it is not NULL,
-- the caller rolls back.
DROP FUNCTION IF EXISTS shop_store_order(uuid, bigint, bigint, bigint, bigint, bigint, uuid, text, bigint, bigint,
                                         bigint[], bigint[], text[], int[], bigint[], int[]);   -- the former versions
DROP FUNCTION IF EXISTS shop_store_order(uuid, bigint, bigint, bigint, bigint, bigint, uuid, text, bigint, bigint,
                                         bigint[], bigint[], text[], int[], bigint[], int[], bigint);
DROP FUNCTION IF EXISTS shop_store_order(uuid, bigint, bigint, bigint, bigint, text, bigint, uuid, text, bigint, bigint,
                                         bigint[], bigint[], text[], int[], bigint[], int[], bigint);
CREATE FUNCTION shop_store_order(
    p_reference uuid, p_buyer bigint, p_buyer_wallet bigint, p_seller_wallet bigint, p_sale_point bigint, p_zone text, p_maker bigint,
    p_key uuid, p_status text, p_transfer bigint, p_paid bigint,
    p_variants bigint[], p_revisions bigint[], p_titles text[], p_quantities int[], p_units bigint[], p_vats int[],
    p_age_confirmed_by bigint, OUT stored bigint, OUT refusal text
) LANGUAGE plpgsql AS $$
DECLARE
    v_line  bigint;
BEGIN
    PERFORM ledger_require_now(NULL, NULL);
    IF shop_prices_moved(p_variants, p_revisions, p_units, p_sale_point, p_zone) THEN
        refusal := 'prices_moved';
        RETURN;
    END IF;
    INSERT INTO shop_order (reference, buyer_id, buyer_wallet_id, seller_wallet_id, sale_point_id, maker_id, key, status, total_minor,
                            refunded_minor, age_confirmed_by_id)
    SELECT p_reference, p_buyer, p_buyer_wallet, p_seller_wallet, p_sale_point, p_maker, p_key, p_status, sum(q * u), 0, p_age_confirmed_by
      FROM unnest(p_quantities, p_units) x (q, u)
    RETURNING id INTO stored;
    INSERT INTO shop_ordermoney (order_id, transfer_id, paid_minor) VALUES (stored, p_transfer, p_paid);
    PERFORM shop_note('shop.paid', p_transfer);
    INSERT INTO shop_orderstep (order_id, status, made_by_id) VALUES (stored, p_status, p_maker);
    FOR n IN 1 .. cardinality(p_variants) LOOP
        INSERT INTO shop_line (order_id, number, variant_id, revision_id, title, quantity, unit_minor, total_minor, vat_permille,
                               refunded_quantity)
        VALUES (stored, n, p_variants[n], p_revisions[n], p_titles[n], p_quantities[n], p_units[n],
                p_quantities[n] * p_units[n], p_vats[n], 0)
        RETURNING id INTO v_line;
        IF NOT shop_move_stock(p_variants[n], -p_quantities[n], 'sale', v_line, p_maker, NULL, '') THEN
            refusal := 'sold_out';
            RETURN;
        END IF;
    END LOOP;
END $$;
CALL events_of_web_role('shop_store_order(uuid, bigint, bigint, bigint, bigint, text, bigint, uuid, text, bigint, bigint,'
                        ' bigint[], bigint[], text[], int[], bigint[], int[], bigint)');
ALTER FUNCTION shop_store_order SECURITY DEFINER;
GRANT EXECUTE ON FUNCTION shop_store_order TO wallet_web;

-- At the end of each transaction, a booked purchase has its order, and a purchase that was undone an order that says so. The functions
-- that write orders note the transfers in settings of the transaction, and these are compared. Looking for the order itself would
-- read the page of an index into which all purchases insert, and they would make each other abort: with eight processes, some gave
-- up after twelve tries. The audit looks for the orders (laws.py).
CREATE OR REPLACE FUNCTION shop_note(p_setting text, p_transfer bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    PERFORM set_config(p_setting, concat_ws(' ', nullif(current_setting(p_setting, true), ''), p_transfer), true);
END $$;
CREATE OR REPLACE FUNCTION shop_has_noted(p_setting text, p_transfer bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
    RETURN p_transfer::text = ANY (string_to_array(coalesce(current_setting(p_setting, true), ''), ' '));
END $$;
CREATE OR REPLACE FUNCTION shop_require_order() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.kind = 'purchase' AND NOT shop_has_noted('shop.paid', NEW.id)
       OR NEW.reverses_id IS NOT NULL AND NOT shop_has_noted('shop.undone', NEW.reverses_id)
          AND EXISTS (SELECT FROM ledger_transfer t WHERE t.id = NEW.reverses_id AND t.kind = 'purchase') THEN
        RAISE EXCEPTION 'a purchase and its order do not agree' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS purchase_agrees_with_its_order ON ledger_transfer;
CREATE CONSTRAINT TRIGGER purchase_agrees_with_its_order AFTER INSERT ON ledger_transfer DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.outcome = 'booked' AND (NEW.kind = 'purchase' OR NEW.reverses_id IS NOT NULL))
    EXECUTE FUNCTION shop_require_order();
ALTER TABLE ledger_transfer ENABLE ALWAYS TRIGGER purchase_agrees_with_its_order;
CALL events_of_web_role('shop_note(text, bigint)');
CALL events_of_web_role('shop_has_noted(text, bigint)');
CALL events_of_web_role('shop_require_order()');
GRANT EXECUTE ON FUNCTION shop_note(text, bigint), shop_has_noted(text, bigint) TO wallet_web;

-- Programs of the buyer and of the seller hear of each step. A cash sale is no purchase of the cashier, from whose drawer it was paid.
CREATE OR REPLACE FUNCTION shop_tell_of_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    v_step text := NEW.status;
BEGIN
    IF TG_OP = 'INSERT' THEN
        v_step := 'paid';
    ELSIF OLD.refunded_minor <> NEW.refunded_minor THEN
        v_step := 'refunded';
    END IF;
    PERFORM events_write('order.' || v_step, NEW.reference, ARRAY(
        SELECT w.owner_id FROM ledger_wallet w
         WHERE w.id IN (NEW.buyer_wallet_id, NEW.seller_wallet_id) AND w.purpose IN ('member', 'merchant')));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER listeners_are_told_of_purchase AFTER INSERT ON shop_order FOR EACH ROW EXECUTE FUNCTION shop_tell_of_order();
CREATE OR REPLACE TRIGGER listeners_are_told_of_step AFTER UPDATE ON shop_order FOR EACH ROW
    WHEN (OLD.status <> NEW.status OR OLD.refunded_minor <> NEW.refunded_minor) EXECUTE FUNCTION shop_tell_of_order();
CALL events_of_web_role('shop_tell_of_order()');
