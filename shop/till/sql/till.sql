-- What a till sold and took back. Only the transfer that undid a return is added later, once.
CALL guard_what_is_written('shop_tillsale', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_depositreturn', 'DELETE OR TRUNCATE OR UPDATE OF reference, by_id, key, sale_point_id, seller_wallet_id,'
                           ' target_wallet_id, variant_id, revision_id, quantity, unit_minor, transfer_id, made_at');
CALL guard_only_serializable('shop_tillsale', 'INSERT');
CALL guard_only_serializable('shop_depositreturn', 'INSERT OR UPDATE');
REVOKE UPDATE, DELETE, TRUNCATE ON shop_tillsale FROM wallet_web;
REVOKE DELETE, TRUNCATE ON shop_depositreturn FROM wallet_web;
CREATE OR REPLACE TRIGGER undone_once BEFORE UPDATE ON shop_depositreturn FOR EACH ROW
    WHEN (OLD.undone_id IS NOT NULL) EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_depositreturn ENABLE ALWAYS TRIGGER undone_once;

-- Whether a deposit that this order brought has come back to the wallet that paid: then an undo would pay it back a second time. A
-- deposit counts if one of its variant came back since the order, and fewer are with the member than the order has. For a member's
-- wallet alone: whose bottles came back for cash, nobody knows. The caller has locked the wallet. The return is looked for first, since
-- only then the member's orders are read, by the index of the buyer.
DROP FUNCTION IF EXISTS shop_outstanding(bigint, bigint, bigint);
CREATE OR REPLACE FUNCTION shop_deposit_came_back(p_order bigint) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
    d record;
    still_out bigint;
BEGIN
    FOR d IN SELECT o.buyer_id, o.buyer_wallet_id, o.made_at, l.variant_id, sum(l.quantity) AS quantity
               FROM shop_order o JOIN ledger_wallet w ON w.id = o.buyer_wallet_id AND w.purpose = 'member'
               JOIN shop_line l ON l.order_id = o.id
               JOIN shop_variant v ON v.id = l.variant_id JOIN shop_product p ON p.id = v.product_id AND p.kind = 'deposit'
              WHERE o.id = p_order GROUP BY o.id, l.variant_id LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM shop_depositreturn r WHERE r.target_wallet_id = d.buyer_wallet_id
                                     AND r.variant_id = d.variant_id AND r.undone_id IS NULL AND r.made_at >= d.made_at);
        SELECT coalesce(sum(l.quantity - l.refunded_quantity), 0) INTO still_out
          FROM shop_order o JOIN shop_line l ON l.order_id = o.id
         WHERE o.buyer_id = d.buyer_id AND o.buyer_wallet_id = d.buyer_wallet_id AND o.status <> 'undone'
           AND l.variant_id = d.variant_id;
        still_out := still_out - (SELECT coalesce(sum(r.quantity), 0) FROM shop_depositreturn r
                                   WHERE r.target_wallet_id = d.buyer_wallet_id AND r.variant_id = d.variant_id AND r.undone_id IS NULL);
        IF still_out < d.quantity THEN RETURN true; END IF;
    END LOOP;
    RETURN false;
END $$;
ALTER FUNCTION shop_deposit_came_back(bigint) SET enable_seqscan = off;
REVOKE ALL ON FUNCTION shop_deposit_came_back(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION shop_deposit_came_back(bigint) TO wallet_web;

CREATE OR REPLACE FUNCTION shop_keep_deposits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF shop_deposit_came_back(NEW.id) THEN
        RAISE EXCEPTION 'the deposit of order % came back', NEW.id USING ERRCODE = 'check_violation',
            CONSTRAINT = 'a_deposit_comes_back_once';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION shop_keep_deposits() FROM PUBLIC;
CREATE OR REPLACE TRIGGER a_deposit_comes_back_once BEFORE UPDATE OF status ON shop_order FOR EACH ROW
    WHEN (NEW.status = 'undone' AND OLD.status <> 'undone') EXECUTE FUNCTION shop_keep_deposits();
ALTER TABLE shop_order ENABLE ALWAYS TRIGGER a_deposit_comes_back_once;
