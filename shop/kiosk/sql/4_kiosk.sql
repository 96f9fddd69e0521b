-- Kiosks. A visit is counted in the money transaction of what is done in it; everything else is written at READ COMMITTED.
CALL guard_what_is_written('shop_visitact', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_only_serializable('shop_visitact', 'INSERT');
CALL guard_what_is_written('shop_visit', 'DELETE OR TRUNCATE OR UPDATE OF reference, device_id, member_id, how, began_at');
CALL guard_only_serializable('shop_visit', 'UPDATE OF without_pin_minor');
CALL guard_what_is_written('shop_kioskdevice', 'DELETE OR TRUNCATE OR UPDATE OF reference, sale_point_id, made_by_id');
CALL guard_what_is_written('shop_tag', 'DELETE OR TRUNCATE OR UPDATE OF reference, digest, member_id, added_by_id');
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON shop_visitact FROM wallet_web;
REVOKE DELETE, TRUNCATE ON shop_visit, shop_kioskdevice, shop_tag, shop_kioskchoice FROM wallet_web;
ALTER TABLE shop_visit SET (fillfactor = 50);       -- room for the updates of a visit in its page

-- A visit ends once, what it has spent only grows, and a PIN that was typed stays typed. A device and a card are revoked once.
CREATE OR REPLACE TRIGGER goes_one_way BEFORE UPDATE ON shop_visit FOR EACH ROW
    WHEN (OLD.ended_at IS NOT NULL OR NEW.without_pin_minor < OLD.without_pin_minor
          OR OLD.proven_at IS NOT NULL AND NEW.proven_at IS DISTINCT FROM OLD.proven_at)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_visit ENABLE ALWAYS TRIGGER goes_one_way;
CREATE OR REPLACE TRIGGER goes_one_way BEFORE UPDATE ON shop_kioskdevice FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL OR OLD.digest IS NOT NULL AND NEW.digest IS DISTINCT FROM OLD.digest)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_kioskdevice ENABLE ALWAYS TRIGGER goes_one_way;
CREATE OR REPLACE TRIGGER goes_one_way BEFORE UPDATE ON shop_tag FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL) EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_tag ENABLE ALWAYS TRIGGER goes_one_way;

-- Stores what was done in a visit, in its money transaction: for each transfer, its order (NULL for a top-up) and what was paid;
-- nothing for an undo. It reads neither of them: they are in pages into which all purchases insert. Returns 'done'; 'over' if the visit was ended or idle too long, or 'pin' if more was bought without a PIN than `p_most`
-- (NULL: any amount). After these two the caller rolls back. `p_counts`: what was bought counts as bought without a PIN.
CREATE OR REPLACE FUNCTION shop_act_in_visit(
    p_visit bigint, p_idle_s int, p_transfers bigint[], p_orders bigint[], p_paid bigint[], p_counts boolean, p_most bigint
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_without bigint := (SELECT coalesce(sum(paid), 0) FROM unnest(p_paid) x (paid) WHERE p_counts);
BEGIN
    PERFORM ledger_require_now(NULL, NULL);
    UPDATE shop_visit v SET last_at = clock_timestamp(), without_pin_minor = v.without_pin_minor + v_without
     WHERE v.id = p_visit AND v.ended_at IS NULL AND v.last_at + make_interval(secs => p_idle_s) > clock_timestamp()
    RETURNING v.without_pin_minor INTO v_without;
    IF NOT FOUND THEN
        RETURN 'over';
    ELSIF p_counts AND v_without > p_most THEN
        RETURN 'pin';
    END IF;
    INSERT INTO shop_visitact (visit_id, transfer_id, order_id, without_pin_minor)
    SELECT p_visit, a.transfer, a.purchase, CASE WHEN p_counts THEN a.paid ELSE 0 END
      FROM unnest(p_transfers, p_orders, p_paid) a (transfer, purchase, paid);
    RETURN 'done';
END $$;
CALL events_of_web_role('shop_act_in_visit(bigint, int, bigint[], bigint[], bigint[], boolean, bigint)');
ALTER FUNCTION shop_act_in_visit SECURITY DEFINER;
GRANT EXECUTE ON FUNCTION shop_act_in_visit TO wallet_web;
