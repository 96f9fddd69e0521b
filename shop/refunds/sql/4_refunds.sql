-- Refunds of orders, by lines. They are written by shop_store_refund, in the transaction that moves their money.
CALL guard_what_is_written('shop_refund', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_refundline', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_only_serializable('shop_refund', 'INSERT');
CALL guard_only_serializable('shop_refundline', 'INSERT');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON shop_refund, shop_refundline FROM wallet_web;
REVOKE UPDATE ON shop_line FROM wallet_web;

-- Stores a refund whose money was booked by `p_transfer`, counts it in the order and its lines, and puts the goods back where
-- `p_restock`. The arrays have one item for each line. Returns false if more of a line would be refunded than was sold: then the
-- caller rolls back. The caller has locked the order's row.
CREATE OR REPLACE FUNCTION shop_store_refund(
    p_reference uuid, p_order bigint, p_transfer bigint, p_amount bigint, p_reason text, p_restock boolean, p_made_by bigint,
    p_lines bigint[], p_quantities int[]
) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    v_refund  bigint;
    v_line    shop_line;
    v_amount  bigint := 0;
    v_is_all  boolean;
BEGIN
    PERFORM ledger_require_now(NULL, NULL);
    INSERT INTO shop_refund (reference, order_id, transfer_id, amount_minor, reason, restocked, made_by_id)
    VALUES (p_reference, p_order, p_transfer, p_amount, p_reason, p_restock, p_made_by) RETURNING id INTO v_refund;
    FOR n IN 1 .. cardinality(p_lines) LOOP
        UPDATE shop_line l SET refunded_quantity = l.refunded_quantity + p_quantities[n]
         WHERE l.id = p_lines[n] AND l.order_id = p_order AND l.refunded_quantity + p_quantities[n] <= l.quantity
        RETURNING l.* INTO v_line;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        v_amount := v_amount + p_quantities[n] * v_line.unit_minor;
        INSERT INTO shop_refundline (refund_id, line_id, quantity) VALUES (v_refund, p_lines[n], p_quantities[n]);
        IF p_restock AND NOT shop_move_stock(v_line.variant_id, p_quantities[n], 'return', v_line.id, p_made_by, NULL, '') THEN
            RETURN false;
        END IF;
    END LOOP;
    IF v_amount <> p_amount THEN
        RAISE EXCEPTION 'a refund is of its lines' USING ERRCODE = 'check_violation';
    END IF;
    v_is_all := NOT EXISTS (SELECT FROM shop_line l WHERE l.order_id = p_order AND l.refunded_quantity < l.quantity);
    UPDATE shop_order o SET refunded_minor = o.refunded_minor + p_amount,
                            status = CASE WHEN v_is_all THEN 'refunded' ELSE o.status END
     WHERE o.id = p_order;
    IF v_is_all THEN
        INSERT INTO shop_orderstep (order_id, status, made_by_id) VALUES (p_order, 'refunded', p_made_by);
    END IF;
    RETURN true;
END $$;
CALL events_of_web_role('shop_store_refund(uuid, bigint, bigint, bigint, text, boolean, bigint, bigint[], int[])');
ALTER FUNCTION shop_store_refund SECURITY DEFINER;
GRANT EXECUTE ON FUNCTION shop_store_refund TO wallet_web;

-- At the end of each transaction, a booked refund of a purchase has its row, of the same order and amount.
CREATE OR REPLACE FUNCTION shop_require_refund() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF EXISTS (SELECT FROM shop_ordermoney m WHERE m.transfer_id = NEW.refunds_id)
       AND NOT EXISTS (SELECT FROM shop_refund r JOIN shop_ordermoney m ON m.order_id = r.order_id
                        WHERE r.transfer_id = NEW.id AND m.transfer_id = NEW.refunds_id AND r.amount_minor = NEW.legs[3]) THEN
        RAISE EXCEPTION 'a refund of a purchase and its lines do not agree' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS refund_agrees_with_its_lines ON ledger_transfer;
CREATE CONSTRAINT TRIGGER refund_agrees_with_its_lines AFTER INSERT ON ledger_transfer DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.outcome = 'booked' AND NEW.refunds_id IS NOT NULL)
    EXECUTE FUNCTION shop_require_refund();
ALTER TABLE ledger_transfer ENABLE ALWAYS TRIGGER refund_agrees_with_its_lines;
CALL events_of_web_role('shop_require_refund()');
