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

-- How many deposits of a variant a member has paid for from this wallet and not given back, and the lowest price of one (0 if there
-- is none). The caller has locked the wallet. Its orders are found by the index of the buyer, and no table is scanned.
CREATE OR REPLACE FUNCTION shop_outstanding(p_buyer bigint, p_wallet bigint, p_variant bigint, OUT quantity bigint, OUT unit_minor bigint)
LANGUAGE plpgsql STABLE AS $$ BEGIN
    SELECT coalesce(sum(l.quantity - l.refunded_quantity), 0), coalesce(min(l.unit_minor), 0) INTO quantity, unit_minor
      FROM shop_order o JOIN shop_line l ON l.order_id = o.id
     WHERE o.buyer_id = p_buyer AND o.buyer_wallet_id = p_wallet AND o.status <> 'undone' AND l.variant_id = p_variant;
    quantity := quantity - (SELECT coalesce(sum(r.quantity), 0) FROM shop_depositreturn r
                             WHERE r.target_wallet_id = p_wallet AND r.variant_id = p_variant AND r.undone_id IS NULL);
END $$;
ALTER FUNCTION shop_outstanding(bigint, bigint, bigint) SET enable_seqscan = off;
CALL events_of_web_role('shop_outstanding(bigint, bigint, bigint)');
GRANT EXECUTE ON FUNCTION shop_outstanding(bigint, bigint, bigint) TO wallet_web;
