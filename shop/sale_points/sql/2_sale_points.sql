-- Who changed what of a sale point stays. Where it counts and in which currency never changes.
CALL guard_what_is_written('shop_salepointchange', 'UPDATE OR DELETE OR TRUNCATE');
CALL guard_what_is_written('shop_salepoint', 'DELETE OR TRUNCATE');
CREATE OR REPLACE TRIGGER stays_what_it_is BEFORE UPDATE ON shop_salepoint FOR EACH ROW
    WHEN (OLD.reference <> NEW.reference OR OLD.kind <> NEW.kind OR OLD.currency_code <> NEW.currency_code)
    EXECUTE FUNCTION guard_refuse();
ALTER TABLE shop_salepoint ENABLE ALWAYS TRIGGER stays_what_it_is;
REVOKE UPDATE, DELETE, TRUNCATE ON shop_salepointchange FROM wallet_web;
